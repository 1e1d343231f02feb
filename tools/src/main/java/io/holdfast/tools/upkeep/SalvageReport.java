// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.SalvageListener;
import io.holdfast.tools.store.ScreenText;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/** What was lost: each thing once, so many of them, and whose it was. */
final class SalvageReport implements SalvageListener {
    private static final int TOLD_MAX = 1_000;

    /** Numbers of sessions, both included. */
    private record Span(long from, long to) {}

    private final Set<String> sentences = new LinkedHashSet<>();
    private final Set<Span> spans = new LinkedHashSet<>();
    private boolean more;

    @Override
    public void lost(String what) {
        if (sentences.size() < TOLD_MAX) {
            sentences.add(ScreenText.of(what));
        } else {
            more = true;
        }
    }

    @Override
    public void lostOfSessions(long from, long to, String what) {
        lost(what);
        if (spans.size() < TOLD_MAX) {
            spans.add(new Span(from, to));
        } else {
            more = true;
        }
    }

    boolean isEmpty() {
        return sentences.isEmpty();
    }

    /** Names the sessions that rows were lost of, and the clients whose sessions are gone. */
    void nameSessions(RowReader store) throws InvalidProtocolBufferException {
        for (Span span : Set.copyOf(spans)) {
            byte[] to = span.to() == Long.MAX_VALUE ? Keys.end() : Keys.number(span.to() + 1);
            try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(span.from()), to)) {
                while (!more && rows.next()) {
                    SessionRecord record = SessionRecord.parseFrom(rows.record());
                    String name = record.getSharedFilter().isEmpty()
                            ? "client " + record.getClientId()
                            : "the group of " + record.getSharedFilter();
                    lost(name + " may have lost messages or subscriptions, or get messages again");
                }
            }
        }
        try (RowCursor rows = store.cursor(Table.CLIENT, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                long number = ClientRecord.parseFrom(rows.record()).getSession();
                if (store.get(Table.SESSION, Keys.number(number)) == null) {
                    String client = new String(Keys.textBytes(rows.key()), StandardCharsets.UTF_8);
                    lost("client " + client + " has lost its session");
                }
            }
        }
    }

    void write(Writer out) throws IOException {
        for (String sentence : sentences) {
            out.write("lost: " + sentence + "\n");
        }
        if (more) {
            out.write("lost: and more than is told here\n");
        }
    }
}

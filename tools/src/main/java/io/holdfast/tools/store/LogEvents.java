// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints what a log row says, one line for each thing that happened to a session, in the order of replay. */
final class LogEvents implements LogEntryReader.Visitor {
    private final DumpOutput out;
    private final StoredSessions sessions;
    private long position;

    LogEvents(DumpOutput out, StoredSessions sessions) {
        this.out = out;
        this.sessions = sessions;
    }

    void print(long rowPosition, LogEntryReader entry) throws IOException {
        position = rowPosition;
        try {
            entry.accept(this);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The rest of a line behind position, kind and session. */
    private interface Rest {
        void print() throws IOException;
    }

    private void line(String kind, long number, long other, Rest rest) {
        try {
            if (!sessions.wants(number) && (other == 0 || !sessions.wants(other))) {
                return;
            }
            out.number(position);
            out.text(kind);
            out.number(number);
            rest.print();
            out.text(sessions.clientId(number));
            out.endRow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
        line("appended", number, 0, () -> {
            out.text(null); // Its index follows from all appends before.
            out.number(messageId);
            out.number(Delivery.qos(flags));
            out.text(null);
        });
    }

    @Override
    public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
        line("moved", source, target, () -> {
            out.number(index);
            out.number(messageId);
            out.number(Delivery.qos(flags));
            out.number(target);
        });
    }

    @Override
    public void event(EventKind kind, long number, long index) {
        line(kind.name().toLowerCase(Locale.ROOT), number, 0, () -> {
            out.number(index);
            out.text(null);
            out.text(null);
            out.text(null);
        });
    }

    @Override
    public void ended(long number) {
        line("ended", number, 0, () -> {
            out.text(null);
            out.text(null);
            out.text(null);
            out.text(null);
        });
    }
}

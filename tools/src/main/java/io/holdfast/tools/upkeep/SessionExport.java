// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.server.transfer.SessionsWriter;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.tools.store.ClientSelection;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.ScreenText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the sessions twice: to mark the messages they need, which are written first and once each, and to write the
 * sessions. Memory: one bit for each message in reach, the tail of the log, and the names of shared groups.
 */
final class SessionExport {
    private static final int TOLD_MAX = 100;

    private final RowReader store;
    private final String storeId;
    private final ClientSelection clients;
    private final boolean retained;
    private final LongWork progress;
    private final LogTail tail;
    private final MessageMarks marks = new MessageMarks();
    private final Map<Long, String> groups = new HashMap<>();
    private final List<String> lost = new ArrayList<>();
    private final long nowMillis = System.currentTimeMillis();
    private long messages;
    private long sessions;
    private long entries;
    private long lostCount;

    SessionExport(RowReader store, String storeId, ClientSelection clients, boolean retained, LongWork progress) {
        this.store = store;
        this.storeId = storeId;
        this.clients = clients;
        this.retained = retained;
        this.progress = progress;
        tail = new LogTail(store, 1, number -> 0).run();
    }

    void run(Writer out) throws IOException {
        SessionsWriter lines = new SessionsWriter(out);
        lines.head(storeId, nowMillis);
        try {
            progress.begin("looking for messages", 0);
            scan(this::mark);
            progress.begin("messages", 0);
            messages = messages(lines);
            progress.begin("sessions", 0);
            if (clients.isAll()) {
                scan(session -> write(session, true, lines));
            }
            scan(session -> write(session, false, lines));
            lines.end(messages, sessions, entries);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** How many messages all sessions together are owed, once it has run. */
    long entries() {
        return entries;
    }

    long messages() {
        return messages;
    }

    long sessions() {
        return sessions;
    }

    /** Sentences on what could not be read. */
    List<String> lost() {
        List<String> told = new ArrayList<>(lost);
        if (lostCount > told.size()) {
            told.add("and " + (lostCount - told.size()) + " more");
        }
        return told;
    }

    private void lost(String what) {
        if (++lostCount <= TOLD_MAX) {
            lost.add(ScreenText.of(what));
        }
    }

    private interface Visitor {
        void session(SessionScan scan) throws IOException;
    }

    private void scan(Visitor visitor) throws IOException {
        boolean first = sessions == 0 && marks.count() == 0;
        try (SessionScan scan = new SessionScan(store, tail.of(0), 0, Long.MAX_VALUE, row -> damaged(row, first))) {
            while (scan.next()) {
                progress.step();
                if (wants(scan.record())) {
                    visitor.session(scan);
                }
            }
        }
    }

    private void damaged(DamagedRowException row, boolean first) {
        if (first) {
            lost("a session is left out: " + row.getMessage());
        }
    }

    private void damaged(DamagedRowException row) {
        lost(String.valueOf(row.getMessage()));
    }

    private boolean wants(SessionRecord record) {
        if (clients.isAll()) {
            return true;
        }
        if (!record.getSharedFilter().isEmpty()) {
            return false; // Its messages belong to the other members too.
        }
        return clients.pattern() == null
                ? record.getClientId().equals(clients.exact())
                : clients.pattern().test(record.getClientId());
    }

    // ---- messages

    private void mark(SessionScan scan) {
        if (!scan.record().getSharedFilter().isEmpty()) {
            groups.put(scan.number(), scan.record().getSharedFilter());
        }
        scan.walk(scan.state().next(), new QueueWalk.Visitor() {
            @Override
            public void entry(long index, long delivery, int @Nullable [] beside) {
                marks.mark(Delivery.messageId(delivery));
            }

            @Override
            public void missing(long from, long to) {
                lost("indexes " + from + " to " + (to - 1) + " of " + name(scan.record()) + " are in no readable row");
            }

            @Override
            public void damaged(DamagedRowException row) {
                lost(String.valueOf(row.getMessage()));
            }
        });
    }

    private static String name(SessionRecord record) {
        return record.getSharedFilter().isEmpty()
                ? "client " + record.getClientId()
                : "the group of " + record.getSharedFilter();
    }

    private long messages(SessionsWriter lines) throws IOException {
        marks.forEachBlock((from, to) -> block(from, to, lines));
        long number = marks.count();
        if (retained) {
            try (RowCursor rows = store.cursor(Table.RETAINED, Keys.number(0), Keys.end())) {
                while (rows.nextReadable(this::damaged)) {
                    Optional<RetainedRecord> row = read(Table.RETAINED, rows);
                    if (row.isPresent()) {
                        lines.message("retained", ++number, row.get().getMessage());
                    }
                }
            }
        }
        return number;
    }

    private void block(long from, long to, SessionsWriter lines) throws IOException {
        long known = from;
        try (RowCursor rows = store.cursor(Table.MESSAGE, Keys.number(from), Keys.number(to))) {
            while (rows.nextReadable(this::damaged)) {
                long id = Keys.number(rows.key());
                missing(known, id);
                known = id + 1;
                if (!marks.holds(id)) {
                    continue;
                }
                progress.step();
                Optional<StoredMessage> message = read(Table.MESSAGE, rows);
                if (message.isPresent()) {
                    lines.message("message", marks.number(id), message.get());
                } else {
                    marks.unmark(id);
                }
            }
        }
        missing(known, to);
    }

    private void missing(long from, long to) {
        for (long id = from; id < to; id++) {
            if (marks.holds(id)) {
                marks.unmark(id);
                lost("message " + id + " is not in the store");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private <M extends com.google.protobuf.Message> Optional<M> read(Table table, RowCursor rows) {
        try {
            return Optional.of((M) table.parse(rows.key(), rows.record()));
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            lost("a row of table " + table.familyName() + " cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    // ---- sessions

    private void write(SessionScan scan, boolean group, SessionsWriter lines) throws IOException {
        if (scan.record().getSharedFilter().isEmpty() == group) {
            return;
        }
        sessions++;
        SessionRecord record = disconnected(scan);
        if (group) {
            lines.group(record, scan.state());
        } else {
            lines.session(record, scan.state());
            subscriptions(scan.number(), lines);
            will(scan, record, lines);
        }
        EntryLines walk = new EntryLines(scan.state(), record.getSentThrough(), lines);
        scan.walk(scan.state().next(), walk);
        if (walk.without > 0) {
            lost(name(record) + " has lost " + walk.without + " messages that are not in the store");
        }
    }

    /** The session as if its connection had ended now: whatever its window may hold may have been sent. */
    private SessionRecord disconnected(SessionScan scan) {
        SessionRecord record = scan.record();
        if (!scan.isConnected()) {
            return record;
        }
        SessionState state = scan.state();
        long mayBeSent = Math.min(state.next(), state.acknowledged() + IndexSpace.STANDARD.span());
        return record.toBuilder()
                .setSentThrough(Math.max(record.getSentThrough(), mayBeSent))
                .setDisconnectedMillis(nowMillis)
                .build();
    }

    private void subscriptions(long number, SessionsWriter lines) throws IOException {
        try (RowCursor rows = store.cursor(
                Table.SUBSCRIPTION,
                Keys.subscription(number, new byte[0]),
                Keys.subscription(number + 1, new byte[0]))) {
            while (rows.nextReadable(this::damaged)) {
                Optional<SubscriptionRecord> row = read(Table.SUBSCRIPTION, rows);
                if (row.isPresent()) {
                    String filter = new String(Keys.subscriptionFilter(rows.key()), StandardCharsets.UTF_8);
                    lines.subscription(filter, row.get());
                }
            }
        }
    }

    private void will(SessionScan scan, SessionRecord record, SessionsWriter lines) throws IOException {
        try (RowCursor rows = store.cursor(Table.WILL, Keys.number(scan.number()), Keys.number(scan.number() + 1))) {
            Optional<WillRecord> row = rows.next() ? read(Table.WILL, rows) : Optional.empty();
            if (row.isPresent()) {
                long delay = Integer.toUnsignedLong(row.get().getDelaySeconds());
                long due = scan.isConnected() ? nowMillis + delay * 1_000 : record.getWillDueMillis();
                lines.will(row.get().getMessage(), delay, due);
            }
        }
    }

    private final class EntryLines implements QueueWalk.Visitor {
        private final SessionState state;
        private final long sentThrough;
        private final SessionsWriter lines;
        private long without;

        EntryLines(SessionState state, long sentThrough, SessionsWriter lines) {
            this.state = state;
            this.sentThrough = sentThrough;
            this.lines = lines;
        }

        @Override
        public void entry(long index, long delivery, int @Nullable [] beside) {
            long id = Delivery.messageId(delivery);
            if (!marks.holds(id)) {
                without++;
                return;
            }
            entries++;
            String group = Origin.isShared(delivery) && beside != null ? groupName(Origin.group(beside)) : null;
            try {
                lines.entry(state, sentThrough, index, delivery, marks.number(id), beside, group);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void missing(long from, long to) {
            // Told when the messages were marked.
        }

        @Override
        public void damaged(DamagedRowException row) {
            // As above.
        }
    }

    /** The filter of a shared group, also of one that is not written itself. */
    private @Nullable String groupName(long number) {
        String known = groups.get(number);
        if (known != null) {
            return known.isEmpty() ? null : known;
        }
        byte[] row = store.get(Table.SESSION, Keys.number(number));
        try {
            String name = row == null ? "" : SessionRecord.parseFrom(row).getSharedFilter();
            groups.put(number, name);
            return name.isEmpty() ? null : name;
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }
}

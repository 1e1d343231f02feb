// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogEntryWriter;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.record.TopicStub;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes a store of many offline sessions with queues, row by row, as a broker would leave it whose checkpoint has come
 * round: to measure tools on. A session's messages lie far apart, as they do when many clients take turns.
 */
final class LargeStore {
    private static final int BATCH_ROWS = 10_000;
    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] FILTER = "device/+/state".getBytes(StandardCharsets.UTF_8);

    private final StoreFolder folder;
    private final int sessions;
    private final int messagesEach;
    private RowBatch batch = new RowBatch();

    private LargeStore(StoreFolder folder, int sessions, int messagesEach) {
        this.folder = folder;
        this.sessions = sessions;
        this.messagesEach = messagesEach;
    }

    /** Writes a store in an empty folder. */
    static void write(Path data, int sessions, int messagesEach, int payloadBytes) {
        try (StoreFolder folder = StoreFolder.open(data, StoreOptions.defaults())) {
            LargeStore store = new LargeStore(folder, sessions, messagesEach);
            store.messages(payloadBytes);
            store.sessions();
            store.end();
        }
    }

    private void put(Table table, byte[] key, byte[] record) {
        batch.put(table, key, record);
        if (batch.count() >= BATCH_ROWS) {
            flush();
        }
    }

    private void flush() {
        folder.rows().write(batch);
        folder.rows().sync();
        batch = new RowBatch();
    }

    private static long number(int session) {
        return (session + 1L) << 8;
    }

    private long messageId(int session, int message) {
        return 1 + (long) message * sessions + session;
    }

    private long head() {
        return 1 + (long) sessions * messagesEach;
    }

    private void messages(int payloadBytes) {
        byte[] payload = "x".repeat(payloadBytes).getBytes(StandardCharsets.UTF_8);
        for (int message = 0; message < messagesEach; message++) {
            for (int session = 0; session < sessions; session++) {
                byte[] topic = ("device/" + session + "/state").getBytes(StandardCharsets.UTF_8);
                byte[] record =
                        Message.of(topic, payload, 1, false, 0, NOW + message).record();
                put(Table.MESSAGE, Keys.number(messageId(session, message)), record);
            }
        }
    }

    private void sessions() {
        for (int session = 0; session < sessions; session++) {
            long number = number(session);
            String client = "client-" + session;
            put(
                    Table.SESSION,
                    Keys.number(number),
                    SessionRecord.newBuilder()
                            .setClientId(client)
                            .setProtocolLevel(4)
                            .setExpirySeconds(-1)
                            .setCreatedMillis(NOW)
                            .setDisconnectedMillis(NOW)
                            .build()
                            .toByteArray());
            put(
                    Table.CLIENT,
                    Keys.text(client.getBytes(StandardCharsets.UTF_8)),
                    ClientRecord.newBuilder().setSession(number).build().toByteArray());
            put(
                    Table.SUBSCRIPTION,
                    Keys.subscription(number, FILTER),
                    SubscriptionRecord.newBuilder().setOptions(1).build().toByteArray());
            queue(session, number);
        }
    }

    private void queue(int session, long number) {
        SessionState state = new SessionState(number, IndexSpace.STANDARD);
        for (int message = 0; message < messagesEach; message++) {
            state.append(Delivery.of(messageId(session, message), 1), 100, null);
        }
        byte[] window = SessionRows.withEventsThrough(SessionRows.window(state, head(), 0), head() - 1);
        put(Table.INFLIGHT, Keys.number(number), window);
        for (long first = 0; first < messagesEach; first += SessionRows.FRAGMENT_ENTRIES) {
            long end = Math.min(messagesEach, first + SessionRows.FRAGMENT_ENTRIES);
            put(Table.QUEUE, Keys.queue(number, first), SessionRows.fragment(state, first, end, head()));
        }
    }

    private void end() {
        put(
                Table.TOPIC,
                Keys.text(FILTER),
                TopicStub.newBuilder().setFirstSeenMillis(NOW).build().toByteArray());
        put(
                Table.META,
                MetaRow.NEXT_SESSION.key(),
                NextSession.newBuilder().setSequence(sessions + 1L).build().toByteArray());
        RecordWriter entry = new LogEntryWriter().finish(NOW, (long) sessions * messagesEach);
        batch.put(Table.LOG, Keys.number(head()), entry.buffer(), entry.size());
        flush();
        folder.rows().flush();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.google.protobuf.ByteString;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.commit.SubscriptionOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.StoredMessage;
import io.holdfast.storage.record.TimerRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store on disk, filled through the committer as a broker would, with the sessions that a broker would have in memory. */
final class SampleStore implements CommitListener, AutoCloseable {
    static final long ALICE = 257;
    static final long BOB = 513;
    static final long CAROL = 769;
    /** A client that tries to move the cursor, turn the writing round and fake a line. */
    static final String CAROL_ID = "carol\u001b[2J\u202e\n== sessions";

    private static final IndexSpace SPACE = IndexSpace.STANDARD;

    final StoreFolder folder;
    final GroupCommitter committer;
    private final Map<Long, SessionState> states = new HashMap<>();
    private final Map<Long, Long> checkpointed = new HashMap<>();
    private HandOver out = new HandOver(0);
    long now = 1_700_000_000_000L;

    SampleStore(Path data) {
        folder = StoreFolder.open(data, StoreOptions.defaults());
        StartState start = StartState.read(folder.rows(), new LogReplay(folder.rows(), SPACE).run());
        committer = new GroupCommitter(folder.rows(), this, start, 1);
    }

    /** The store that the golden files show. */
    static SampleStore typical(Path data) {
        SampleStore store = new SampleStore(data);
        store.session(ALICE, "alice", 4, -1, 2, false);
        store.session(BOB, "bob", 5, 3600, 0, true);
        store.session(CAROL, CAROL_ID, 3, 60, 0, false);
        store.subscribe(ALICE, "home/+/temperature");
        store.subscribe(BOB, "home/#");
        store.subscribe(BOB, "home/+/temperature");
        store.commit();
        store.publish("home/kitchen/temperature", "21.5", 1, ALICE, BOB);
        store.publish("home/hall/temperature", "19 \u00b0C", 2, ALICE);
        store.commit();
        store.event(EventKind.ACKNOWLEDGED, ALICE, 0);
        store.event(EventKind.RELEASED, ALICE, 1);
        store.commit();
        store.checkpoint(ALICE);
        store.commit();
        store.publish("home/hall/temperature", "line\nbreak\u001b[31m", 1, ALICE);
        store.publish("\\", new byte[] {0, 1, (byte) 0xff}, 2, false, ALICE, CAROL);
        store.publish("home/cellar/temperature", "x".repeat(200), 1, ALICE);
        store.event(EventKind.INBOUND_ADDED, BOB, 7);
        store.event(EventKind.INBOUND_ADDED, BOB, 65_535);
        store.publish("home/state", "on".getBytes(StandardCharsets.UTF_8), 1, true);
        store.will(BOB, "home/bob", "gone");
        store.commit();
        return store;
    }

    void session(long number, String clientId, int level, int expirySeconds, long sentThrough, boolean connected) {
        SessionRecord record = SessionRecord.newBuilder()
                .setClientId(clientId)
                .setProtocolLevel(level)
                .setExpirySeconds(expirySeconds)
                .setSentThrough(sentThrough)
                .setGeneration(3)
                .setDisconnectedMillis(connected ? 0 : now)
                .build();
        byte[] client = clientId.getBytes(StandardCharsets.UTF_8);
        put(Table.SESSION, Keys.number(number), record.toByteArray());
        put(
                Table.CLIENT,
                Keys.text(client),
                ClientRecord.newBuilder().setSession(number).build().toByteArray());
        byte[] timer = TimerRecord.newBuilder().setGeneration(3).build().toByteArray();
        if (connected) {
            put(Table.TIMER, Keys.timer(0, number, TimerKind.CONNECTED), timer);
        } else if (expirySeconds != -1) {
            put(Table.TIMER, Keys.timer(now + expirySeconds * 1000L, number, TimerKind.SESSION_EXPIRY), timer);
        }
        out.add(new RowOps.NewSession(number >> 8), 0);
        states.put(number, new SessionState(number, SPACE));
    }

    void subscribe(long number, String filter) {
        byte[] utf8 = filter.getBytes(StandardCharsets.UTF_8);
        out.add(new SubscriptionOps.Subscribe(number, filter, utf8, 1, 0, true, SubscriptionOps.Owed.ALWAYS), 0);
    }

    void unsubscribe(long number, String filter) {
        out.add(new SubscriptionOps.Unsubscribe(number, filter, filter.getBytes(StandardCharsets.UTF_8)), 0);
    }

    void publish(String topic, String payload, int qos, long... recipients) {
        publish(topic, payload.getBytes(StandardCharsets.UTF_8), qos, false, recipients);
    }

    void publish(String topic, byte[] payload, int qos, boolean retain, long... recipients) {
        Recipients to = new Recipients(recipients.length);
        for (long number : recipients) {
            to.add(number, qos, null);
        }
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        Message message = Message.of(name, payload, qos, retain, 0, now);
        out.add(new MessageOp(message, to, Recipients.NONE, 0), 0);
    }

    void will(long number, String topic, String payload) {
        StoredMessage message = StoredMessage.newBuilder()
                .setTopic(ByteString.copyFromUtf8(topic))
                .setPayload(ByteString.copyFromUtf8(payload))
                .setQos(1)
                .build();
        put(
                Table.WILL,
                Keys.number(number),
                WillRecord.newBuilder()
                        .setMessage(message)
                        .setDelaySeconds(30)
                        .build()
                        .toByteArray());
    }

    void event(EventKind kind, long number, long index) {
        SessionState state = state(number);
        out.event(kind, number, index, kind.settles() ? Delivery.messageId(state.delivery(index)) : 0);
        kind.apply(state, index);
    }

    void end(long number, String clientId) {
        byte[] client = clientId.getBytes(StandardCharsets.UTF_8);
        out.add(
                new EndOp(
                        number,
                        client,
                        new long[0],
                        new long[] {0},
                        List.of(Keys.timer(0, number, TimerKind.CONNECTED)),
                        filter -> new String(filter, StandardCharsets.UTF_8)),
                0);
        states.remove(number);
    }

    /** Writes a session's rows, as the rolling checkpoint does. */
    void checkpoint(long number) {
        SessionState state = state(number);
        long first = checkpointed.getOrDefault(number, 0L);
        while (first < state.next()) {
            long end = Math.min(state.next(), first + SessionRows.FRAGMENT_ENTRIES);
            put(Table.QUEUE, Keys.queue(number, first), SessionRows.fragment(state, first, end, committer.position()));
            first = end;
        }
        checkpointed.put(number, first);
        add(new RowOps.Window(number, SessionRows.window(state, committer.position(), 0)));
    }

    void put(Table table, byte[] key, byte[] record) {
        add(new RowOps.Put(table, key, record));
    }

    void add(CommitOp op) {
        out.add(op, 0);
    }

    private SessionState state(long number) {
        SessionState state = states.get(number);
        if (state == null) {
            throw new AssertionError("no session " + number);
        }
        return state;
    }

    /** One group, durable. */
    void commit() {
        committer.build(List.of(out), now);
        committer.sync();
        committer.complete();
        out = new HandOver(0);
        now += 1_000;
    }

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        // Recipients are as given.
    }

    @Override
    public void committed(Group group) {
        for (MessageOp message : group.messages()) {
            for (int i = 0; i < message.recipients().size(); i++) {
                SessionState state = states.get(message.recipients().number(i));
                if (state != null) {
                    long delivery =
                            Delivery.of(message.id(), message.recipients().flags(i));
                    state.append(delivery, message.message().storedBytes(), null);
                }
            }
        }
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        folder.rows().reclaim(table, from, to);
    }

    @Override
    public void close() {
        folder.close();
    }
}

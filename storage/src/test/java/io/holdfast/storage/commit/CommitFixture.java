// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.LogEntry;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.testkit.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A committer over the store in memory, stepped by hand, with a listener that remembers. */
final class CommitFixture implements CommitListener {
    final IndexSpace space;
    final List<Group> committed = new ArrayList<>();
    final List<String> reclaimable = new ArrayList<>();
    MemoryStore store = new MemoryStore();
    GroupCommitter committer;
    StartState start;
    long now = 1_000_000;
    private final int shards;

    CommitFixture() {
        this(IndexSpace.STANDARD, 1);
    }

    CommitFixture(IndexSpace space, int shards) {
        this.space = space;
        this.shards = shards;
        start = StartState.read(store, new LogReplay(store, space).run());
        committer = new GroupCommitter(store, this, start, shards);
    }

    /** Goes on as after a crash that kept some of the unsynced groups. */
    void crash(int keepUnsynced) {
        restart(store.crash(keepUnsynced));
    }

    /** Goes on after a clean stop. */
    void stopAndStart() {
        committer.stopCleanly(new StopNotes(0, 0));
        restart(store.crash(0));
    }

    private void restart(MemoryStore found) {
        store = found;
        start = StartState.read(store, new LogReplay(store, space).run());
        committer = new GroupCommitter(store, this, start, shards);
    }

    /** Builds, syncs and completes one group. */
    Group commit(HandOver... handOvers) {
        Group group = committer.build(List.of(handOvers), now);
        committer.sync();
        committer.complete();
        return group;
    }

    Group commit(CommitOp... ops) {
        return commit(handOver(ops));
    }

    static HandOver handOver(CommitOp... ops) {
        HandOver handOver = new HandOver(0);
        for (CommitOp op : ops) {
            handOver.addUrgent(op, 0);
        }
        return handOver;
    }

    MessageOp message(String topic, String payload, long... recipients) {
        return message(topic, payload, 1, false, recipients);
    }

    MessageOp retained(String topic, String payload, long... recipients) {
        return message(topic, payload, 1, true, recipients);
    }

    /** A retained message that expires. */
    MessageOp expiring(String topic, String payload, long expirySeconds) {
        byte[] name = utf8(topic);
        Message message = Message.of(name, utf8(payload), 1, true, 0, now, expirySeconds, new byte[0]);
        return new MessageOp(message, Recipients.NONE, Recipients.NONE, 0);
    }

    private MessageOp message(String topic, String payload, int qos, boolean retain, long... recipients) {
        Recipients to = new Recipients(recipients.length);
        for (long number : recipients) {
            to.add(number, qos, null);
        }
        byte[] name = utf8(topic);
        Message message = Message.of(name, utf8(payload), qos, retain, 0, now);
        return new MessageOp(message, to, Recipients.NONE, 0);
    }

    /** The log row at a position, or null. */
    @Nullable
    LogEntry log(long position) {
        byte[] record = store.get(Table.LOG, Keys.number(position));
        try {
            return record == null ? null : LogEntry.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    LogEntry logAt(long position) {
        LogEntry entry = log(position);
        if (entry == null) {
            throw new AssertionError("no log row at " + position);
        }
        return entry;
    }

    /** Keys of a table whose rows are keyed by a number. */
    List<Long> numbers(Table table) {
        List<Long> numbers = new ArrayList<>();
        try (RowCursor rows = store.cursor(table, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                numbers.add(Keys.number(rows.key()));
            }
        }
        return numbers;
    }

    /** Keys of a table whose rows are keyed by a text. */
    List<String> texts(Table table) {
        List<String> texts = new ArrayList<>();
        try (RowCursor rows = store.cursor(table, Keys.text(new byte[0]), Keys.end())) {
            while (rows.next()) {
                texts.add(new String(Keys.textBytes(rows.key()), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    /** The block counters, as a clean stop would leave them. */
    List<String> counters() {
        committer.stopCleanly(new StopNotes(0, 0));
        try {
            CleanStop stop = CleanStop.parseFrom(record(Table.META, Keys.meta(GroupCommitter.CLEAN_STOP)));
            List<String> counters = new ArrayList<>();
            for (int i = 0; i < stop.getBlockCountersCount(); i += 2) {
                counters.add(stop.getBlockCounters(i) + "=" + stop.getBlockCounters(i + 1));
            }
            return counters;
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    byte[] record(Table table, byte[] key) {
        byte[] record = store.get(table, key);
        if (record == null) {
            throw new AssertionError("no such row in " + table);
        }
        return record;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        // Recipients in these tests are final.
    }

    @Override
    public void committed(Group group) {
        committed.add(group);
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        reclaimable.add(table + " " + Keys.number(from) + "-" + Keys.number(to));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.record.Identifiers;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.QueueFragment;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SessionRowsTest {
    private static final long NUMBER = 513;
    private static final IndexSpace SPACE = new IndexSpace(65_535, 32_767, 4);

    private final MemoryStore store = new MemoryStore();
    private final SessionState state = new SessionState(NUMBER, SPACE);

    @Test
    @DisplayName("a window row is protobuf's InflightRecord, X in its place")
    void window_eachField_goldenRecord() throws InvalidProtocolBufferException {
        for (int i = 0; i < 7; i++) {
            state.append(Delivery.of(100 + i, 2 | (i == 3 ? Delivery.IDENTIFIERS : 0)), 10, i == 3 ? ids(5, 6) : null);
        }
        state.settle(0);
        state.settle(2);
        state.release(1);
        state.addInbound(65_535);
        state.addInbound(3);
        byte[] row = SessionRows.withEventsThrough(SessionRows.window(state, 40, 1), 39);

        InflightRecord expected = InflightRecord.newBuilder()
                .setAppendsThrough(40)
                .setEventsThrough(39)
                .setNext(7)
                .setAcknowledged(1)
                .addSettled(1)
                .addReleased(0)
                .addInbound(3)
                .addInbound(65_535)
                .addAllWindow(List.of(0L, 101L, 2L, 2L, 103L, 18L, 3L, 104L, 2L, 4L, 105L, 2L))
                .addIdentifiers(
                        Identifiers.newBuilder().setIndex(3).addValues(5).addValues(6))
                .setQueueHead(1)
                .setQueuedBytes(state.queuedBytes())
                .build();
        assertThat(InflightRecord.parseFrom(row)).isEqualTo(expected);
        // Only X stands elsewhere than protobuf would put it: the commit thread appends it.
        assertThat(row).hasSameSizeAs(expected.toByteArray());
        assertThat(SessionRows.window(state, 40, 1))
                .isEqualTo(expected.toBuilder().clearEventsThrough().build().toByteArray());
    }

    @Test
    @DisplayName("C04 a fragment is protobuf's QueueFragment: signed differences, flags where they change, holes")
    void fragment_idsFallAndRise_goldenRecord() {
        state.append(Delivery.of(10, 1), 10, null);
        state.append(Delivery.of(20, 1), 10, null);
        state.append(Delivery.of(15, 2 | Delivery.GROUP), 10, null);
        state.append(Delivery.of(21, 2 | Delivery.IDENTIFIERS), 10, ids(9));
        state.append(Delivery.of(22, 1), 10, null);
        state.settle(1);
        byte[] record = SessionRows.fragment(state, 0, 5, 77);
        byte[] golden = QueueFragment.newBuilder()
                .setAppendsThrough(77)
                .setCount(5)
                .addAllEntries(List.of(21L, 1L, 1L, 3L, 11L, 10L, 13L, 18L, 3L, 1L))
                .addIdentifiers(Identifiers.newBuilder().setIndex(3).addValues(9))
                .setQueuedBytes(state.queuedBytes())
                .build()
                .toByteArray();
        assertThat(record).isEqualTo(golden);

        put(Table.QUEUE, Keys.queue(NUMBER, 0), record);
        Map<Long, SessionModel.Entry> read = new TreeMap<>();
        SessionRows.read(store, NUMBER, 0, (index, delivery, identifiers) -> {
            read.put(index, new SessionModel.Entry(delivery, identifiers));
        });
        assertThat(read.keySet()).containsExactly(0L, 2L, 3L, 4L);
        assertThat(Delivery.messageId(entry(read, 2).delivery())).isEqualTo(15);
        assertThat(Delivery.flags(entry(read, 2).delivery())).isEqualTo(2 | Delivery.GROUP);
        assertThat(entry(read, 3).identifiers()).containsExactly(9);
    }

    @Test
    @DisplayName("C10 a fragment of what is no longer in memory is a defect, not a hole")
    void fragment_entryForgotten_throws() {
        state.append(Delivery.of(1, 1), 10, null);
        state.forget(0);
        assertThatThrownBy(() -> SessionRows.fragment(state, 0, 1, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("C05 next and A come from the last fragment when it is newer than the window row")
    void load_fragmentBeyondWindow_takesItsEnd() {
        for (int i = 0; i < 10; i++) {
            state.append(Delivery.of(i + 1, 1), 10, null);
        }
        put(Table.INFLIGHT, Keys.number(NUMBER), SessionRows.window(state, 10, 0));
        put(Table.QUEUE, Keys.queue(NUMBER, 0), SessionRows.fragment(state, 0, 10, 10));
        for (int i = 10; i < 16; i++) {
            state.append(Delivery.of(i + 1, 1), 10, null);
        }
        put(Table.QUEUE, Keys.queue(NUMBER, 10), SessionRows.fragment(state, 10, 16, 16));
        SessionState loaded = SessionRows.load(store, NUMBER, SPACE);
        assertThat(loaded.next()).isEqualTo(16);
        assertThat(loaded.appendsThrough()).isEqualTo(16);
        assertThat(loaded.queuedBytes()).isEqualTo(160);
        assertThat(loaded.eventsThrough()).isZero();
        assertThat(SessionRows.fragments(store, NUMBER, 0))
                .containsExactly(new SessionRows.Range(0, 10), new SessionRows.Range(10, 16));
    }

    @Test
    @DisplayName("C05 a session that has only fragments is loaded from them")
    void load_noWindowRow_fromFragments() {
        for (int i = 0; i < 3; i++) {
            state.append(Delivery.of(i + 1, 1), 10, null);
        }
        put(Table.QUEUE, Keys.queue(NUMBER, 0), SessionRows.fragment(state, 0, 3, 3));
        SessionState loaded = SessionRows.load(store, NUMBER, SPACE);
        assertThat(loaded.next()).isEqualTo(3);
        assertThat(loaded.acknowledged()).isZero();
        assertThat(loaded.appendsThrough()).isEqualTo(3);
    }

    @Seeded(runs = 60)
    @DisplayName("random states: window row and fragments together hold all that memory held")
    void writeAndLoad_randomState_same(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SessionModel model = randomState(random);
        long head = state.acknowledged() - random.nextLong(Math.min(3, state.acknowledged()) + 1);
        List<Long> firsts = new ArrayList<>();
        for (long first = head; first < state.next(); ) {
            long end = Math.min(state.next(), first + random.nextInt(1, 9));
            firsts.add(first);
            put(Table.QUEUE, Keys.queue(NUMBER, first), SessionRows.fragment(state, first, end, 50));
            first = end;
        }
        byte[] window = SessionRows.withEventsThrough(SessionRows.window(state, 50, head), 49);
        put(Table.INFLIGHT, Keys.number(NUMBER), window);

        SessionState loaded = SessionRows.load(store, NUMBER, SPACE);
        assertThat(loaded.entriesInMemory()).isLessThanOrEqualTo(SPACE.inline());
        assertThat(loaded.queuedBytes()).isEqualTo(state.queuedBytes());
        assertThat(loaded.eventsThrough()).isEqualTo(49);
        Map<Long, SessionModel.Entry> stored = new TreeMap<>();
        for (long first : firsts) {
            SessionRows.read(
                    store, NUMBER, first, (i, delivery, ids) -> stored.put(i, new SessionModel.Entry(delivery, ids)));
        }
        assertThat(SessionModel.tell(loaded, stored)).isEqualTo(model.toString());

        Map<Long, SessionModel.Entry> walked = new TreeMap<>();
        QueueWalk.forEach(store, loaded, new Walked(walked));
        assertThat(walked.toString()).isEqualTo(model.unsettled.toString());
        assertThat(SessionRows.window(loaded, 50, head))
                .as("the window row of what was loaded")
                .isEqualTo(SessionRows.window(state, 50, head));
    }

    private SessionModel randomState(SplittableRandom random) {
        SessionModel model = new SessionModel();
        long id = 1_000;
        for (int i = random.nextInt(60); i > 0; i--) {
            id += random.nextInt(-20, 40);
            int[] identifiers = random.nextInt(5) == 0 ? ids(random.nextInt(1, 1 << 28)) : null;
            int flags = random.nextInt(1, 3) | (identifiers == null ? 0 : Delivery.IDENTIFIERS);
            state.append(Delivery.of(id, flags), random.nextInt(100), identifiers);
            model.append(Delivery.of(id, flags), identifiers);
        }
        for (int i = 0; i < model.next; i++) {
            if (random.nextInt(3) == 0) {
                state.settle(i);
                model.settle(i);
            } else if (random.nextInt(4) == 0) {
                state.release(i);
                model.release(i);
            }
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            int packetId = random.nextInt(1, 65_536);
            state.addInbound(packetId);
            model.inbound.add(packetId);
        }
        return model;
    }

    @Test
    @DisplayName("C04 overlapping fragments: an index already seen is not told twice")
    void walk_overlappingFragments_eachIndexOnce() {
        for (int i = 0; i < 6; i++) {
            state.append(Delivery.of(30 - i, 1), 10, null);
        }
        put(Table.QUEUE, Keys.queue(NUMBER, 0), SessionRows.fragment(state, 0, 5, 9));
        put(Table.QUEUE, Keys.queue(NUMBER, 3), SessionRows.fragment(state, 3, 6, 9));
        Map<Long, SessionModel.Entry> walked = new TreeMap<>();
        Walked visitor = new Walked(walked);
        QueueWalk.forEach(store, SessionRows.load(store, NUMBER, SPACE), visitor);
        assertThat(walked.keySet()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(visitor.entries).isEqualTo(6);
    }

    @Test
    @DisplayName("a damaged fragment in the middle: what it held is missing, all else is told")
    void walk_damagedFragment_missingRange() {
        for (int i = 0; i < 9; i++) {
            state.append(Delivery.of(i + 1, 1), 10, null);
        }
        for (int first = 0; first < 9; first += 3) {
            put(Table.QUEUE, Keys.queue(NUMBER, first), SessionRows.fragment(state, first, first + 3, 9));
        }
        store.damage(Table.QUEUE, Keys.queue(NUMBER, 3));
        Map<Long, SessionModel.Entry> walked = new TreeMap<>();
        Walked visitor = new Walked(walked);
        QueueWalk.forEach(store, SessionRows.load(store, NUMBER, SPACE), visitor);
        assertThat(walked.keySet()).containsExactly(0L, 1L, 2L, 6L, 7L, 8L);
        assertThat(visitor.gaps).containsExactly("3-6");
        assertThat(visitor.damaged).hasSize(1);
    }

    @Test
    @DisplayName("rows whose checksum is right but whose record is none name themselves")
    void load_foreignRecords_damaged() {
        put(Table.INFLIGHT, Keys.number(NUMBER), new byte[] {0x0a});
        assertThatThrownBy(() -> SessionRows.load(store, NUMBER, SPACE))
                .isInstanceOf(DamagedRowException.class)
                .hasMessageContaining("inflight");
        byte[] short3 = QueueFragment.newBuilder()
                .setCount(3)
                .addEntries(3)
                .addEntries(1)
                .build()
                .toByteArray();
        put(Table.QUEUE, Keys.queue(7, 0), short3);
        assertThatThrownBy(() -> SessionRows.read(store, 7, 0, (index, delivery, ids) -> {}))
                .isInstanceOf(DamagedRowException.class)
                .hasMessageContaining("fewer");
    }

    private void put(Table table, byte[] key, byte[] record) {
        RowBatch batch = new RowBatch();
        batch.put(table, key, record);
        store.write(batch);
    }

    private static int[] ids(int... values) {
        return values;
    }

    private static SessionModel.Entry entry(Map<Long, SessionModel.Entry> entries, long index) {
        SessionModel.Entry entry = entries.get(index);
        if (entry == null) {
            throw new AssertionError("no entry at index " + index);
        }
        return entry;
    }

    /** Gathers a walk. */
    static final class Walked implements QueueWalk.Visitor {
        final List<String> gaps = new ArrayList<>();
        final List<DamagedRowException> damaged = new ArrayList<>();
        int entries;
        private final Map<Long, SessionModel.Entry> into;

        Walked(Map<Long, SessionModel.Entry> into) {
            this.into = into;
        }

        @Override
        public void entry(long index, long delivery, int @Nullable [] identifiers) {
            entries++;
            into.put(index, new SessionModel.Entry(delivery, identifiers));
        }

        @Override
        public void missing(long from, long to) {
            gaps.add(from + "-" + to);
        }

        @Override
        public void damaged(DamagedRowException row) {
            damaged.add(row);
        }
    }
}

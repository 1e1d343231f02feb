// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.testkit.ForwardingStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reading the whole store in search of damage. */
class ScrubTest {
    private static final int MESSAGES = 3_000;
    private static final Duration LONG = Duration.ofDays(1);

    private final Counters counters = new Counters(1);

    /** Notes what is read; rows of messages can be damaged, and one table cannot be read at all. */
    private static class Watched extends ForwardingStore {
        final Set<String> read = ConcurrentHashMap.newKeySet();
        /** When each walk over messages began and ended, in nanoseconds. */
        final List<long[]> slices = new CopyOnWriteArrayList<>();

        private final LongPredicate damaged;
        private final Table failing;
        /** A message that stands in a block that cannot be read. */
        private final long hidden;

        Watched(LongPredicate damaged, long hidden, Table failing) {
            super(new MemoryStore());
            this.damaged = damaged;
            this.hidden = hidden;
            this.failing = failing;
        }

        /** Each record that is read. */
        void reading(Table table, byte[] key) {
            read.add(table + Arrays.toString(key));
        }

        @Override
        public RowCursor cursor(Table table, byte[] from, byte[] to) {
            if (table == failing) {
                throw new StoreException("the disk does not answer", null);
            }
            long began = System.nanoTime();
            RowCursor rows = super.cursor(table, from, to);
            return new RowCursor() {
                @Override
                public boolean next() {
                    boolean more = rows.next();
                    if (more && table == Table.MESSAGE && Keys.number(key()) == hidden) {
                        throw new DamagedRowException(table, Keys.number(hidden - 1));
                    }
                    return more;
                }

                @Override
                public boolean goRound() {
                    return true;
                }

                @Override
                public byte[] key() {
                    return rows.key();
                }

                @Override
                public byte[] record() {
                    reading(table, key());
                    if (table == Table.MESSAGE && damaged.test(Keys.number(key()))) {
                        throw new DamagedRowException(table, key());
                    }
                    return rows.record();
                }

                @Override
                public void close() {
                    rows.close();
                    if (table == Table.MESSAGE) {
                        slices.add(new long[] {began, System.nanoTime()});
                    }
                }
            };
        }
    }

    private static Watched filled(Watched store) {
        RowBatch batch = new RowBatch();
        for (long id = 1; id <= MESSAGES; id++) {
            batch.put(Table.MESSAGE, Keys.number(id), new byte[1_000]);
        }
        batch.put(Table.TOPIC, Keys.text(new byte[] {'a'}), new byte[10]);
        store.write(batch);
        return store;
    }

    private static Watched store(long damaged, Table failing) {
        return filled(new Watched(id -> id == damaged, -1, failing));
    }

    private List<String> walkOnce(Watched store) {
        try (LogLines lines = new LogLines(Scrub.class.getName())) {
            Scrub scrub = new Scrub(store, counters, new ScrubConfig(LONG, 100));
            scrub.start();
            lines.await("read the whole store.*");
            scrub.close();
            return List.copyOf(lines.lines());
        }
    }

    private long scrubs() {
        return counters.sum(BrokerCounter.SCRUBS);
    }

    @Test
    @DisplayName("T41 every row of every table is read, slice by slice, and again after the interval")
    void start_soundStore_readWholeAgainAndAgain() {
        Watched store = store(-1, Table.META);
        Scrub scrub = new Scrub(store, counters, new ScrubConfig(Duration.ofMillis(1), 100));
        scrub.start();
        await().until(() -> scrubs() > 1);
        scrub.close();
        assertThat(store.read).hasSize(MESSAGES + 1);
    }

    @Test
    @DisplayName(
            "T41 a damaged row and a table that cannot be read are counted and told, and the rest is read all the same")
    void start_damage_toldAndGoneRound() {
        Watched store = store(2_000, Table.LOG);
        List<String> lines = walkOnce(store);
        assertThat(counters.sum(BrokerCounter.DAMAGE_SCRUBBED)).isEqualTo(2);
        assertThat(store.read).hasSize(MESSAGES + 1);
        assertThat(lines).hasSize(3);
        assertThat(lines).anyMatch(line -> line.matches("the store is damaged: .*; of message 2000"));
        assertThat(lines).anyMatch(line -> line.matches("the store is damaged: table log .*the disk does not answer"));
        assertThat(lines.get(2)).contains("damaged in 2 places", "store check --deep", "store salvage");
    }

    @Test
    @DisplayName("T41 of rows that cannot be read at all, it tells between which others they stood")
    void start_hiddenRow_neighboursTold() {
        Watched store = filled(new Watched(id -> false, 500, Table.LOG));
        assertThat(walkOnce(store))
                .anyMatch(line -> line.matches(
                        "the store is damaged: .*; behind what is of message 499; before what is of message 501"));
        assertThat(store.read).hasSize(MESSAGES);
    }

    @Test
    @DisplayName("T41 where everything is damaged, all of it is counted and the log is not filled with it")
    void start_allDamaged_someTold() {
        List<String> lines = walkOnce(filled(new Watched(id -> true, -1, Table.META)));
        assertThat(counters.sum(BrokerCounter.DAMAGE_SCRUBBED)).isEqualTo(MESSAGES + 1);
        assertThat(lines).hasSize(101);
    }

    @Test
    @DisplayName("between two stretches it rests, so that it reads for its share of the time only")
    void start_share_restsBetweenSlices() {
        Watched store = store(-1, Table.META);
        Scrub scrub = new Scrub(store, counters, new ScrubConfig(LONG, 10));
        scrub.start();
        await().until(() -> scrubs() == 1);
        scrub.close();
        assertThat(store.slices).hasSizeGreaterThan(2);
        for (int i = 1; i < store.slices.size(); i++) {
            long[] before = store.slices.get(i - 1);
            long rest = store.slices.get(i)[0] - before[1];
            assertThat(rest).isGreaterThanOrEqualTo(9 * (before[1] - before[0]));
        }
    }

    @Test
    @DisplayName("a stop does not wait for the end of the interval")
    void close_betweenWalks_endsAtOnce() {
        Scrub scrub = new Scrub(store(-1, Table.META), counters, new ScrubConfig(LONG, 100));
        scrub.start();
        await().until(() -> scrubs() == 1);
        scrub.close();
        assertThat(scrub.isReading()).isFalse();
    }

    @Test
    @DisplayName("a stop does not wait for the end of a walk, which then does not count")
    void close_underWay_endsWithTheSlice() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        Watched store = filled(new Watched(id -> false, -1, Table.META) {
            @Override
            void reading(Table table, byte[] key) {
                super.reading(table, key);
                reached.countDown();
                try {
                    closing.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        Scrub scrub = new Scrub(store, counters, new ScrubConfig(LONG, 100));
        scrub.start();
        reached.await();
        Thread closer = new Thread(scrub::close);
        closer.start();
        await("it waits for the reader").until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        closing.countDown();
        closer.join();
        await().until(() -> !scrub.isReading());
        assertThat(store.read).hasSizeLessThan(MESSAGES / 2);
        assertThat(scrubs()).isZero();
    }

    @Test
    @DisplayName("an interval of zero means never")
    void start_zeroInterval_readsNothing() {
        Watched store = store(-1, Table.META);
        Scrub scrub = new Scrub(store, counters, new ScrubConfig(Duration.ZERO, 100));
        scrub.start();
        assertThat(scrub.isReading()).isFalse();
        scrub.close();
        assertThat(store.read).isEmpty();
    }
}

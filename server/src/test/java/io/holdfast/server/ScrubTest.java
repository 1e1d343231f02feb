// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reading the whole store in search of damage. */
class ScrubTest {
    private static final int MESSAGES = 3_000;
    private static final Duration LONG = Duration.ofDays(1);

    private final Counters counters = new Counters(1);

    /** Notes what is read; one row of messages is damaged and one table cannot be read at all. */
    private static final class Watched extends ForwardingStore {
        final Set<String> read = ConcurrentHashMap.newKeySet();
        private final byte[] damaged;
        private final Table failing;

        Watched(byte[] damaged, Table failing) {
            super(new MemoryStore());
            this.damaged = damaged;
            this.failing = failing;
        }

        @Override
        public RowCursor cursor(Table table, byte[] from, byte[] to) {
            if (table == failing) {
                throw new StoreException("the disk does not answer", null);
            }
            RowCursor rows = super.cursor(table, from, to);
            return new RowCursor() {
                @Override
                public boolean next() {
                    return rows.next();
                }

                @Override
                public byte[] key() {
                    return rows.key();
                }

                @Override
                public byte[] record() {
                    read.add(table + Arrays.toString(key()));
                    if (Arrays.equals(key(), damaged)) {
                        throw new DamagedRowException(table, damaged);
                    }
                    return rows.record();
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }
    }

    private static Watched store(long damaged, Table failing) {
        Watched store = new Watched(Keys.number(damaged), failing);
        RowBatch batch = new RowBatch();
        for (long id = 1; id <= MESSAGES; id++) {
            batch.put(Table.MESSAGE, Keys.number(id), new byte[1_000]);
        }
        batch.put(Table.TOPIC, Keys.text(new byte[] {'a'}), new byte[10]);
        store.write(batch);
        return store;
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
    @DisplayName("T41 a damaged row and a table that cannot be read are counted, and the rest is read all the same")
    void start_damage_countedAndGoneRound() {
        Watched store = store(2_000, Table.LOG);
        Scrub scrub = new Scrub(store, counters, new ScrubConfig(LONG, 100));
        scrub.start();
        await().until(() -> scrubs() == 1);
        scrub.close();
        assertThat(counters.sum(BrokerCounter.DAMAGE_SCRUBBED)).isEqualTo(2);
        assertThat(store.read).hasSize(MESSAGES + 1);
    }

    @Test
    @DisplayName("a stop does not wait for the end of a walk, nor of the interval")
    void close_underWay_endsAtOnce() {
        Scrub scrub = new Scrub(store(-1, Table.META), counters, new ScrubConfig(LONG, 100));
        scrub.start();
        await().until(() -> scrubs() == 1);
        scrub.close();
        assertThat(scrub.isReading()).isFalse();
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

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.transport.Printable;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every row of the store behind a start, and again after an interval, so that damage is told before somebody needs what
 * is damaged. A thread of its own, which reads for a small part of the time; it changes nothing and nobody waits for it.
 */
final class Scrub {
    private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);

    /** Read at a stretch: a few milliseconds, and no longer does a walk hold on to files that are superfluous. */
    private static final long SLICE_BYTES = 1 << 20;

    /** What finding a row costs, beside reading it, in bytes. */
    private static final int ROW_BYTES = 128;

    private static final int PERCENT = 100;
    private static final int TOLD_MAX = 100;
    private static final byte[] FIRST = Keys.number(0);
    private static final int TIMER_KEY_BYTES = Keys.timer(0, 0, Keys.TimerKind.values()[0]).length;
    private static final long CLOSE_MILLIS_MAX = 10_000;

    private final RowReader store;
    private final Counters counters;
    private final ScrubConfig config;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = new Thread(this::walkAgainAndAgain, "holdfast-scrub");

    // its thread only
    private long bytes;
    private long damaged;
    private @Nullable DamagedRowException gap;

    Scrub(RowReader store, Counters counters, ScrubConfig config) {
        this.store = store;
        this.counters = counters;
        this.config = config;
        thread.setDaemon(true);
    }

    void start() {
        if (!config.interval().isZero()) {
            thread.start();
        }
    }

    /** Whether its thread lives: it walks, or waits for the next time. */
    boolean isReading() {
        return thread.isAlive();
    }

    /** Afterwards it does not read any more. */
    void close() {
        ended.countDown();
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void walkAgainAndAgain() {
        try {
            do {
                walk();
            } while (!ended.await(config.interval().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody does that; it would be the end.
        }
    }

    private void walk() throws InterruptedException {
        bytes = 0;
        damaged = 0;
        long began = System.nanoTime();
        for (Table table : Table.values()) {
            try {
                walk(table);
            } catch (StoreException e) {
                tell("table " + table.familyName() + " cannot be read to its end: " + e.getMessage());
            }
            if (ended.getCount() == 0) {
                return;
            }
        }
        counters.add(BrokerCounter.SCRUBS);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        if (damaged == 0) {
            LOG.info("read the whole store, {} KiB in {} ms: nothing is damaged", bytes >> 10, took.toMillis());
        } else {
            LOG.error(
                    "read the whole store, {} KiB in {} ms: it is damaged in {} places; 'holdfast store check --deep' tells"
                            + " what they are about, 'holdfast store salvage' saves what can be read",
                    bytes >> 10,
                    took.toMillis(),
                    damaged);
        }
    }

    private void walk(Table table) throws InterruptedException {
        byte[] from = FIRST;
        while (from.length > 0) {
            long began = System.nanoTime();
            from = slice(table, from);
            long rest = (System.nanoTime() - began) * (PERCENT - config.percent()) / config.percent();
            if (ended.await(rest, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /** Reads some rows; returns where to go on, or nothing at the table's end. */
    private byte[] slice(Table table, byte[] from) {
        long until = bytes + SLICE_BYTES;
        try (RowCursor rows = store.passingCursor(table, from, Keys.end())) {
            while (rows.nextReadable(damage -> gap = damage)) {
                byte[] key = rows.key();
                tellGap(key);
                bytes += key.length + length(rows);
                until -= ROW_BYTES;
                if (bytes >= until) {
                    return Arrays.copyOf(key, key.length + 1);
                }
            }
            tellGap(new byte[0]);
        }
        return new byte[0];
    }

    private int length(RowCursor row) {
        try {
            return row.record().length;
        } catch (DamagedRowException e) {
            tell(e.getMessage() + name("; of ", e.table(), e.key()));
            return 0;
        }
    }

    /** Of rows that cannot be read, nobody knows whose they were, but between whose they stood. */
    private void tellGap(byte[] next) {
        DamagedRowException damage = gap;
        if (damage != null) {
            gap = null;
            tell(damage.getMessage()
                    + name("; behind what is of ", damage.table(), damage.key())
                    + name("; before what is of ", damage.table(), next));
        }
    }

    private void tell(String damage) {
        counters.add(BrokerCounter.DAMAGE_SCRUBBED);
        if (++damaged <= TOLD_MAX) {
            LOG.error("the store is damaged: {}", damage);
        }
    }

    /** Whose row it is, behind some words; nothing for what is no row's key. */
    private String name(String words, Table table, byte[] key) {
        if (key.length == 0 || Arrays.equals(key, FIRST)) {
            return "";
        }
        // One that is cut short stands for a place between rows.
        long number = Keys.number(Arrays.copyOf(key, FIRST.length));
        return words
                + switch (table) {
                    case SESSION, INFLIGHT, QUEUE, SUBSCRIPTION, WILL -> SessionName.of(store, number);
                    case TIMER -> SessionName.of(store, Keys.timerSession(Arrays.copyOf(key, TIMER_KEY_BYTES)));
                    case CLIENT -> "client " + Printable.quoted(text(key));
                    case RETAINED, TOPIC -> "topic " + Printable.quoted(text(key));
                    case MESSAGE -> "message " + number;
                    case LOG -> "position " + number;
                    case META -> "row " + Printable.quoted(text(key));
                };
    }

    private static String text(byte[] key) {
        return new String(Keys.textBytes(key), StandardCharsets.UTF_8);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.routing.Router;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.SessionShard;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RetainedExpiry;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.agrona.collections.LongArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance does beside serving: the shards' second hand, the sweep of due timers, counting sessions after a crash,
 * reading deep queues, and giving disk space back. Two threads read, one does the rest; none of it is waited for.
 */
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    /** How often the store is told that this life goes on. */
    static final long PULSE_MILLIS = 1_000;

    /** How often somebody looks at the free space of the disk, whatever is written. */
    private static final long DISK_MILLIS = 500;

    private static final long BALLAST_SECONDS = 20;
    private static final int READERS = 2;
    private static final int QUESTIONS_MAX = 32;
    private static final int SLICE_SESSIONS = 50;
    private static final long SLICE_PAUSE_NANOS = 10_000_000;
    private static final int SLICE_REST = 3;
    private static final int DUE_MAX = 5_000;
    private static final long CLOSE_SECONDS_MAX = 10;
    private static final int RETAINED_REST = 100;
    private static final int EXPIRED_MAX = 500;
    private static final int IDLE_SECONDS = 5;
    private static final long IDLE_FLUSH_BYTES = 16L << 20;

    private final BrokerInstance instance;
    private final RowStore store;
    private final MessageSpans messages;
    private final ExecutorService readers = Executors.newFixedThreadPool(READERS, named("holdfast-read"));
    private final ScheduledExecutorService chores =
            Executors.newSingleThreadScheduledExecutor(named("holdfast-housekeeping"));
    /** Operators' questions: one at a time, so that nobody else feels them. */
    private final ExecutorService questions = new ThreadPoolExecutor(
            0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUESTIONS_MAX), named("holdfast-questions"));

    /** Compactions take seconds: timers must not wait for them. */
    private final ExecutorService space = Executors.newSingleThreadExecutor(named("holdfast-space"));

    /** Has to be on time, whatever else there is to do: a session's end after a crash is counted from it. */
    private final ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor(named("holdfast-pulse"));

    private final List<ScheduledFuture<?>> ticks = new ArrayList<>();
    private final Scrub scrub;
    private final Duration sysInterval;
    private final Router router;
    private volatile boolean stopping;

    // the chores' thread only
    private long retainedAtNanos = System.nanoTime();
    private long retainedRestNanos;
    private long flushedBytes;
    private long idleBytes;
    private int idleSeconds;
    private final Set<Table> told = EnumSet.noneOf(Table.class);

    Housekeeping(BrokerInstance instance, RowStore store, Duration sysInterval, ScrubConfig scrubbing) {
        this.instance = instance;
        this.store = store;
        scrub = new Scrub(store, instance.counters(), scrubbing);
        messages = new MessageSpans(store);
        this.sysInterval = sysInterval;
        router = new Router(instance.tree().newReader());
        flushedBytes = instance.counters().sum(BrokerCounter.STORE_BYTES_WRITTEN);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    void start(long[] sessionsToCount, long position) {
        for (int i = 0; i < instance.shards(); i++) {
            ShardLoop shard = instance.loop(i);
            ticks.add(shard.loop().scheduleWithFixedDelay(shard::tick, 1, 1, TimeUnit.SECONDS));
        }
        ticks.add(pulse.scheduleAtFixedRate(() -> guard(instance::beat), 0, PULSE_MILLIS, TimeUnit.MILLISECONDS));
        // Not one of the chores: they may wait for the disk.
        ticks.add(instance.loop(0)
                .loop()
                .scheduleAtFixedRate(() -> instance.syncs().look(System.nanoTime()), 1, 1, TimeUnit.SECONDS));
        chore(instance::lookAtDisk, Duration.ofMillis(DISK_MILLIS));
        chore(this::keepBallast, Duration.ofSeconds(BALLAST_SECONDS));
        chore(this::sweepTimers, Duration.ofSeconds(1));
        chore(this::flushWhenIdle, Duration.ofSeconds(1));
        chore(this::publishOwnTopics, sysInterval);
        if (sessionsToCount.length > 0) {
            chores.execute(() -> recount(sessionsToCount, 0, position));
        }
        scrub.start();
    }

    /** No new chores from here on. */
    void stop() {
        stopping = true;
        ticks.forEach(tick -> tick.cancel(false));
    }

    /** Waits for what is under way: afterwards nobody reads the store. */
    void close() {
        scrub.close();
        chores.shutdownNow();
        pulse.shutdown(); // An interrupt would close its file.
        questions.shutdownNow();
        readers.shutdown();
        space.shutdownNow();
        try {
            boolean ended = chores.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                    && pulse.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                    && space.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                    && questions.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                    && readers.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            LOG.debug("housekeeping has ended{}", ended ? "" : ", not in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void chore(Runnable chore, Duration interval) {
        long millis = interval.toMillis();
        ScheduledFuture<?> unused =
                chores.scheduleWithFixedDelay(() -> guard(chore), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void guard(Runnable chore) {
        try {
            if (instance.isRunning() && !stopping) {
                chore.run();
            }
        } catch (Throwable e) {
            instance.failed(e);
        }
    }

    // ---- deep queues

    void read(QueuePage page, ShardLoop shard) {
        if (instance.isRunning()) {
            readers.execute(() -> {
                try {
                    page.fill(store, messages);
                    shard.tell(s -> s.onPage(page));
                } catch (Throwable e) {
                    instance.failed(e);
                }
            });
        }
    }

    /** Runs an operator's question; false when too many wait or the end has begun. */
    boolean ask(Runnable question) {
        if (stopping) {
            return false;
        }
        try {
            questions.execute(question);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // The caller says so.
        }
    }

    // ---- timers

    private void sweepTimers() {
        long now = instance.time().millis();
        // Due 0 are living connections.
        try (RowCursor rows = store.cursor(Table.TIMER, Keys.number(1), Keys.number(now + 1))) {
            for (int i = 0; i < DUE_MAX && rows.nextReadable(this::timersDamaged); i++) {
                long number = Keys.timerSession(rows.key());
                long dueMillis = Keys.timerDueMillis(rows.key());
                TimerKind kind = Keys.timerKind(rows.key());
                instance.loop(instance.shardOf(number)).tell(shard -> shard.onTimerDue(number, dueMillis, kind));
            }
        }
    }

    private void timersDamaged(DamagedRowException damage) {
        tell(Table.TIMER, "some sessions do not expire, and some delayed wills are not published", damage);
    }

    /** Once for each table: these walks come again and again. */
    private void tell(Table table, String consequence, DamagedRowException damage) {
        if (told.add(table)) {
            LOG.error(
                    "{}: {}; see 'holdfast store check'; 'holdfast store salvage' saves what can be read",
                    consequence,
                    damage.getMessage());
        }
    }

    // ---- counting after a crash

    private void recount(long[] sessions, int from, long position) {
        int end = Math.min(sessions.length, from + SLICE_SESSIONS);
        slice(
                Arrays.copyOfRange(sessions, from, end),
                (shard, numbers) -> shard.recount(numbers, position),
                end < sessions.length ? () -> recount(sessions, end, position) : () -> {});
    }

    /**
     * Has the shards look at some sessions, and goes on when they have: what reads every session of the store must not keep
     * clients waiting, so it takes a quarter of the time at most.
     */
    private void slice(long[] sessions, BiConsumer<SessionShard, long[]> task, Runnable next) {
        List<LongArrayList> parts = new ArrayList<>();
        for (int i = 0; i < instance.shards(); i++) {
            parts.add(new LongArrayList());
        }
        for (long number : sessions) {
            parts.get(instance.shardOf(number)).addLong(number);
        }
        long began = System.nanoTime();
        AtomicInteger shardsToCome = new AtomicInteger(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            long[] numbers = parts.get(i).toLongArray();
            instance.loop(i).tell(shard -> {
                task.accept(shard, numbers);
                if (shardsToCome.decrementAndGet() == 0 && !stopping) {
                    long pause = Math.max(SLICE_PAUSE_NANOS, (System.nanoTime() - began) * SLICE_REST);
                    ScheduledFuture<?> unused = chores.schedule(() -> guard(next), pause, TimeUnit.NANOSECONDS);
                }
            });
        }
    }

    // ---- $SYS

    private void publishOwnTopics() {
        walkRetained();
        instance.sysTopics().forEach(instance.time().millis(), (topic, message) -> {
            Recipients live = router.route(topic, 0, false, 0).live();
            if (!live.isEmpty()) {
                for (int i = 0; i < instance.shards(); i++) {
                    instance.loop(i).tell(shard -> {
                        shard.onDelivery(message, live);
                        shard.endOfBurst();
                    });
                }
            }
        });
    }

    /**
     * Walks over them all, so never for more than a hundredth of the time; the expired ones among them go (C31). Look-ups
     * do not wait for that.
     */
    private void walkRetained() {
        long began = System.nanoTime();
        RetainedEstimate.Mark before = instance.retained().mark();
        // Near a limit nobody shall be refused for long because of what was deleted.
        if (began - retainedAtNanos < (instance.isNearRetainedLimit() ? retainedRestNanos / 10 : retainedRestNanos)) {
            return;
        }
        long now = instance.time().millis();
        long count = 0;
        long bytes = 0;
        try (RowCursor rows = store.cursor(Table.RETAINED, Keys.number(0), Keys.end())) {
            List<byte[]> expired = new ArrayList<>();
            while (rows.nextReadable(this::retainedDamaged) && instance.isRunning()) {
                count++;
                byte[] record = record(rows);
                bytes += record.length;
                if (record.length > 0 && RetainedExpiry.isExpired(record, now)) {
                    expired.add(Keys.textBytes(rows.key()));
                    expired = expired.size() == EXPIRED_MAX ? expire(expired) : expired;
                }
            }
            expire(expired);
        }
        instance.gauges().retained(count);
        instance.retained().counted(before, count, bytes);
        retainedAtNanos = System.nanoTime();
        retainedRestNanos = (retainedAtNanos - began) * RETAINED_REST;
    }

    private byte[] record(RowCursor row) {
        try {
            return row.record();
        } catch (DamagedRowException e) {
            retainedDamaged(e);
            return new byte[0]; // Left alone, as a look-up does.
        }
    }

    private void retainedDamaged(DamagedRowException damage) {
        tell(Table.RETAINED, "a retained message, or several, cannot be read and is left out of look-ups", damage);
    }

    /** Hands topics to the commit thread, which judges again. */
    private List<byte[]> expire(List<byte[]> topics) {
        if (!topics.isEmpty()) {
            instance.loop(0).tell(shard -> shard.expireRetained(topics));
        }
        return new ArrayList<>();
    }

    // ---- space

    /** Asks all sessions what they still claim in sparse blocks; new sessions cannot claim old messages. */
    void listClaims(SparseBlocks blocks) {
        chores.execute(() -> guard(() -> listClaims(blocks, Keys.number(0))));
    }

    private void listClaims(SparseBlocks blocks, byte[] from) {
        LongArrayList numbers = new LongArrayList();
        try (RowCursor rows = store.cursor(Table.SESSION, from, Keys.end())) {
            while (numbers.size() < SLICE_SESSIONS && rows.next()) {
                numbers.addLong(Keys.number(rows.key()));
            }
        } catch (DamagedRowException e) {
            // What these sessions claim cannot be known: the sweep never ends, and nothing is swept before it is
            // mended.
            tell(Table.SESSION, "sessions cannot be read, so messages that few wait for stay on disk", e);
            return;
        }
        boolean last = numbers.size() < SLICE_SESSIONS;
        byte[] next = last ? Keys.end() : Keys.number(numbers.getLong(numbers.size() - 1) + 1);
        slice(
                numbers.toLongArray(),
                (shard, part) -> shard.listClaims(part, blocks),
                last ? this::claimsListed : () -> listClaims(blocks, next));
    }

    private void claimsListed() {
        for (int i = 0; i < instance.shards(); i++) {
            instance.loop(i).tell(SessionShard::claimsListed);
        }
    }

    /**
     * When traffic rests, dead rows leave the table files, and what is in the store's memory goes into them: the next start
     * has less to replay.
     */
    private void flushWhenIdle() {
        long bytes = instance.counters().sum(BrokerCounter.STORE_BYTES_WRITTEN);
        idleSeconds = bytes == idleBytes ? idleSeconds + 1 : 0;
        idleBytes = bytes;
        if (idleSeconds == IDLE_SECONDS) {
            space.execute(() -> spare(store::compactReclaimed));
        }
        if (idleSeconds >= IDLE_SECONDS && bytes - flushedBytes >= IDLE_FLUSH_BYTES) {
            flushedBytes = bytes;
            space.execute(store::flush);
        }
    }

    private void keepBallast() {
        if (instance.reserve().lacksBallast()) {
            space.execute(instance.reserve()::keepBallast);
        }
    }

    /** A synced range deletion: its files can go. The commit thread. */
    void reclaim(Table table, byte[] from, byte[] to) {
        space.execute(() -> spare(() -> store.reclaim(table, from, to)));
    }

    private void spare(Runnable giveBack) {
        if (!instance.isRunning()) {
            return;
        }
        try {
            giveBack.run();
        } catch (StoreException e) {
            // Only space is lost, and the next deletion tries again; a store that is really broken fails at its next
            // write.
            LOG.warn("could not give disk space back: {}", e.getMessage());
        }
    }
}

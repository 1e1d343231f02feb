// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.agrona.collections.LongHashSet;

/**
 * Opens a store and brings memory to where the disk is. The normal path of every start, clean or not, and of every new
 * life after a failure. Sessions whose rows cannot be trusted are reported and left out; the rest starts.
 */
final class Recovery {
    private final RowReader store;
    private final IndexSpace space;

    private Recovery(RowReader store, IndexSpace space) {
        this.store = store;
        this.space = space;
    }

    /**
     * Opens and recovers.
     *
     * @throws StoreException when the store cannot be used; it is closed then
     */
    static Recovered run(Path path, StoreOptions options, IndexSpace space) {
        long began = System.nanoTime();
        StoreFolder folder = StoreFolder.open(path, options);
        try {
            return new Recovery(folder.rows(), space).recover(folder, began);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private Recovered recover(StoreFolder folder, long began) {
        LogReplay replay = new LogReplay(store, space).run();
        CompletableFuture<SubscriptionLoad> loading =
                CompletableFuture.supplyAsync(() -> new SubscriptionLoad(store).run());
        SessionScan scan = new SessionScan(store, replay).run();
        SubscriptionLoad subscriptions = await(loading);
        subscriptions.leaveOut(scan.quarantined());
        replay.sessions().entrySet().removeIf(entry -> scan.quarantined().contains((long) entry.getKey()));
        StartState start = StartState.read(store, replay);
        RecoveryReport report = new RecoveryReport(
                scan.sessions(),
                scan.queued(),
                scan.inflight(),
                count(Table.RETAINED),
                subscriptions.tree().subscriptionCount(),
                replay.bytes(),
                scan.quarantined().size() + subscriptions.damaged(),
                replay.lastTimeMillis(),
                start.isClean(),
                Duration.ofNanos(System.nanoTime() - began));
        return new Recovered(
                folder,
                replay,
                start,
                without(scan.quarantined(), start.sessionsToCount()),
                subscriptions.tree(),
                subscriptions.owed(),
                leftOver(scan.quarantined()),
                report);
    }

    private static SubscriptionLoad await(CompletableFuture<SubscriptionLoad> loading) {
        try {
            return loading.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new StoreException("the subscriptions cannot be loaded: " + e.getCause(), e.getCause());
        }
    }

    /** As long as one session is not counted no message is deleted: a quarantined one may still be mended. */
    private static long[] without(LongHashSet quarantined, long[] numbers) {
        return Arrays.stream(numbers)
                .filter(number -> !quarantined.contains(number))
                .toArray();
    }

    /** Sessions that were connected when the broker before ended; their timer rows stand first (C03). */
    private List<Long> leftOver(LongHashSet quarantined) {
        List<Long> numbers = new ArrayList<>();
        try (RowCursor rows = store.cursor(Table.TIMER, Keys.number(0), Keys.number(1))) {
            while (rows.next()) {
                long number = Keys.timerSession(rows.key());
                if (!quarantined.contains(number)) {
                    numbers.add(number);
                }
            }
        }
        return numbers;
    }

    private long count(Table table) {
        long rows = 0;
        try (RowCursor cursor = store.cursor(table, Keys.number(0), Keys.end())) {
            while (cursor.next()) {
                rows++;
            }
        }
        return rows;
    }
}

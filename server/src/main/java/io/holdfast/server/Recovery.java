// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.transport.Printable;
import io.holdfast.storage.check.LostTail;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a store and brings memory to where the disk is. The normal path of every start, clean or not, and of every new
 * life after a failure. Costs what the log's tail and the subscriptions hold, not what the sessions do: their rows are read
 * when somebody needs them. Rows that cannot be trusted are reported and left out; the rest starts.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final RowReader store;
    private final int shards;
    private long damaged;

    private Recovery(RowReader store, int shards) {
        this.store = store;
        this.shards = shards;
    }

    /**
     * Opens and recovers.
     *
     * @throws StoreException when the store cannot be used; it is closed then
     */
    static Recovered run(Path path, StoreOptions options, int shards) {
        long began = System.nanoTime();
        StoreFolder folder = StoreFolder.open(path, options);
        try {
            return new Recovery(folder.rows(), shards).recover(folder, began);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private Recovered recover(StoreFolder folder, long began) {
        Path setAside = folder.opened().setAside();
        if (setAside != null) {
            tellLoss(folder, setAside);
        }
        // After a crash the two longest parts run side by side; after a clean stop both are short.
        CompletableFuture<SubscriptionLoad> loading = StartState.hasCleanStopRow(store) ? null : load();
        LogTail tail = tail();
        StartState start = StartState.read(store, tail);
        SubscriptionSnapshot saved = loading == null ? snapshot(folder, start.snapshotChecksum()) : null;
        if (loading == null) {
            loading = saved == null ? load() : CompletableFuture.completedFuture(new SubscriptionLoad(store, saved));
        }
        long retained = countRetained();
        List<Long> leftOver = leftOver();
        SubscriptionLoad subscriptions = await(loading);
        RecoveryReport report = new RecoveryReport(
                start.sessions() - (start.isClean() ? 0 : subscriptions.groups()),
                start.queued(),
                leftOver.size(),
                retained,
                subscriptions.tree().subscriptionCount(),
                tail.bytes(),
                subscriptions.damaged() + damaged,
                tail.lastTimeMillis(),
                start.isClean(),
                saved != null,
                Duration.ofNanos(System.nanoTime() - began));
        Recovered.Shared shared = new Recovered.Shared(subscriptions.members(), subscriptions.orphans());
        return new Recovered(folder, tail, start, subscriptions.tree(), shared, subscriptions.owed(), leftOver, report);
    }

    /**
     * A log row that cannot be trusted shifts the places of all that follow: sessions could no longer tell which message
     * an acknowledgement was for, so it is no single session's damage.
     */
    private LogTail tail() {
        try {
            return new LogTail(store, shards, number -> SessionNumbers.shard(number, shards)).run();
        } catch (DamagedRowException e) {
            throw new StoreException(
                    "what the sessions did last cannot be replayed: " + e.getMessage() + "; nothing is served, as all"
                            + " sessions could lose something: restore a backup, see what is damaged with 'holdfast"
                            + " store check', or save what can be read with 'holdfast store salvage'",
                    e);
        }
    }

    /** The operator has accepted a loss: what went, for the log and beside the files that are kept. */
    private void tellLoss(StoreFolder folder, Path setAside) {
        List<String> lines = new ArrayList<>();
        lines.add("given up: " + (folder.opened().watermark() - folder.opened().recoveredSequence())
                + " rows that were on disk; the store is kept as it was found in " + setAside);
        lines.addAll(LostTail.read(StoreFolder.logFiles(setAside), store).lines(Printable::quoted));
        lines.forEach(LOG::warn);
        try {
            Files.write(setAside.resolve("given-up.txt"), lines);
        } catch (IOException e) {
            LOG.warn("the list of what was given up could not be kept in {}: {}", setAside, e.getMessage());
        }
    }

    private CompletableFuture<SubscriptionLoad> load() {
        return CompletableFuture.supplyAsync(() -> new SubscriptionLoad(store).run());
    }

    /** The subscriptions that a clean stop left, if it is the one that the store names; the rows hold the same. */
    private static @Nullable SubscriptionSnapshot snapshot(StoreFolder folder, int checksum) {
        try {
            ByteBuffer content = folder.readSnapshot(checksum);
            return content == null ? null : SubscriptionSnapshot.load(content);
        } catch (IOException | RuntimeException e) {
            LOG.warn("the snapshot of the subscriptions cannot be used, their rows are read instead", e);
            return null;
        }
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

    /** Sessions that were connected when the broker before ended; their timer rows stand first (C03). */
    private List<Long> leftOver() {
        List<Long> numbers = new ArrayList<>();
        try (RowCursor rows = store.cursor(Table.TIMER, Keys.number(0), Keys.number(1))) {
            while (rows.nextReadable(damage -> damaged(
                    "who was connected when the broker before ended is not known of all, some sessions do not expire",
                    damage))) {
                numbers.add(Keys.timerSession(rows.key()));
            }
        }
        return numbers;
    }

    private long countRetained() {
        long rows = 0;
        try (RowCursor cursor = store.cursor(Table.RETAINED, Keys.number(0), Keys.end())) {
            while (cursor.nextReadable(
                    damage -> damaged("retained messages cannot be read and are left out of look-ups", damage))) {
                cursor.key(); // Behind it the walk goes on when it meets damage.
                rows++;
            }
        }
        return rows;
    }

    /** A part of a table's file that is left out. */
    private void damaged(String consequence, DamagedRowException damage) {
        damaged++;
        LOG.error(
                "{}: {}; see 'holdfast store check'; 'holdfast store salvage' saves what can be read",
                consequence,
                damage.getMessage());
    }
}

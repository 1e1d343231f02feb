// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a store is opened.
 *
 * @param durability what a sync waits for
 * @param syncInterval longest time between two syncs of the device when {@code durability} is INTERVAL
 * @param blockCacheBytes the one cache for blocks read from table files, shared by all tables
 * @param watermarkInterval shortest time between two writes of the watermark
 * @param loss what to do when the store lacks rows that were acknowledged
 * @param compaction whether table files are merged in the background; without it reading gets slower and removed rows
 *     keep their space
 * @param libraryFolder where the native library is unpacked and kept; null for a folder of this user in the temporary
 *     folder
 * @param nanoClock time of the intervals above, like {@link System#nanoTime}
 */
public record StoreOptions(
        Durability durability,
        Duration syncInterval,
        long blockCacheBytes,
        Duration watermarkInterval,
        Loss loss,
        boolean compaction,
        @Nullable Path libraryFolder,
        LongSupplier nanoClock) {

    /** What to do when the recovered store ends before the watermark: acknowledged rows are gone. */
    public enum Loss {
        REFUSE,
        /** The operator has read the report and goes on without them. */
        ACCEPT
    }

    private static final long DEFAULT_CACHE_BYTES = 64L << 20;

    public static StoreOptions defaults() {
        return new StoreOptions(
                Durability.SYNC,
                Duration.ofMillis(200),
                DEFAULT_CACHE_BYTES,
                Duration.ofMillis(100),
                Loss.REFUSE,
                true,
                null,
                System::nanoTime);
    }

    public StoreOptions withDurability(Durability changed, Duration interval) {
        return new StoreOptions(
                changed, interval, blockCacheBytes, watermarkInterval, loss, compaction, libraryFolder, nanoClock);
    }

    public StoreOptions withBlockCacheBytes(long bytes) {
        return new StoreOptions(
                durability, syncInterval, bytes, watermarkInterval, loss, compaction, libraryFolder, nanoClock);
    }

    public StoreOptions withLoss(Loss changed) {
        return new StoreOptions(
                durability,
                syncInterval,
                blockCacheBytes,
                watermarkInterval,
                changed,
                compaction,
                libraryFolder,
                nanoClock);
    }

    public StoreOptions withCompaction(boolean changed) {
        return new StoreOptions(
                durability, syncInterval, blockCacheBytes, watermarkInterval, loss, changed, libraryFolder, nanoClock);
    }

    public StoreOptions withLibraryFolder(Path folder) {
        return new StoreOptions(
                durability, syncInterval, blockCacheBytes, watermarkInterval, loss, compaction, folder, nanoClock);
    }

    public StoreOptions withNanoClock(LongSupplier clock) {
        return new StoreOptions(
                durability, syncInterval, blockCacheBytes, watermarkInterval, loss, compaction, libraryFolder, clock);
    }
}

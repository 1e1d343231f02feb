// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.schema.FormatVersion;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The data folder of one broker, from the first look at it to its closing.
 *
 * <pre>
 *   holdfast-store   what this folder is: format and id                  ({@link StoreMarker})
 *   lock             held while a broker runs, names its pid             ({@link FolderLock})
 *   watermark        how far the log was on disk for certain             ({@link Watermark})
 *   pulse            when the broker lived last                          ({@link Pulse})
 *   file-list        how long the list of table files was for certain    ({@link FileListMark})
 *   matcher.snapshot the subscriptions as of a clean stop, never needed  ({@link SnapshotFile})
 *   rows/            the database                                        ({@link RocksStore})
 *   set-aside-TIME/  the store as it was when a loss was accepted        ({@link RecoveryCheck})
 * </pre>
 *
 * <p>Opening goes from what changes nothing to what changes much, and stops with one sentence at the first thing that is
 * not as it must be: the folder itself, the marker, the lock, the log against the watermark, and only then RocksDB, which
 * rewrites files while it opens. So a refused folder can be copied, examined and repaired as it was found.
 */
public final class StoreFolder implements AutoCloseable {
    static final String LOCK_FILE = "lock";
    static final String WATERMARK_FILE = "watermark";
    static final String PULSE_FILE = "pulse";
    static final String FILE_LIST_FILE = "file-list";
    static final String SNAPSHOT_FILE = "matcher.snapshot";
    static final String ROWS_FOLDER = "rows";
    /** How the names of folders begin that keep a store as it was found when its loss was accepted. */
    static final String SET_ASIDE = "set-aside-";

    private static final int PARTITIONS = 1;

    /** RocksDB has 1 MiB of memory for each table with a row in it; replaying less than this takes no time. */
    private static final long FLUSH_BYTES_MIN = 24L << 20;

    /**
     * What was found at opening, for the start-up line.
     *
     * @param created the store is new
     * @param recoveredSequence sequence number of the last row found
     * @param watermark sequence number that was certain to be there, 0 when unknown
     * @param watermarkKnown false when the file was missing or unreadable, so that a loss would go unseen
     * @param walBytes size of the log files that were replayed
     * @param lastAliveMillis when the broker before lived last, milliseconds since 1970, as {@link #alive} noted; 0 when
     *     unknown
     * @param setAside where the store is kept as it was found when a loss was accepted, else null
     */
    public record Opened(
            boolean created,
            long recoveredSequence,
            long watermark,
            boolean watermarkKnown,
            long walBytes,
            long lastAliveMillis,
            @Nullable Path setAside) {}

    private final Path folder;
    private final FolderLock lock;
    private final RocksStore rows;
    private final Watermark watermark;
    private final Pulse pulse;
    private final FileListMark fileList;
    private final StoreMeta meta;
    private final Opened opened;
    private boolean closed;

    private StoreFolder(
            Path folder,
            FolderLock lock,
            RocksStore rows,
            Watermark watermark,
            Pulse pulse,
            FileListMark fileList,
            StoreMeta meta,
            Opened opened) {
        this.folder = folder;
        this.lock = lock;
        this.rows = rows;
        this.watermark = watermark;
        this.pulse = pulse;
        this.fileList = fileList;
        this.meta = meta;
        this.opened = opened;
        rows.onDeviceSync(watermark::note);
    }

    /** Where RocksDB's log files lie in a data folder, or in one that was set aside. */
    public static Path logFiles(Path folder) {
        return folder.resolve(ROWS_FOLDER);
    }

    /**
     * Opens a data folder, making it and its store when there is none.
     *
     * @throws StoreRefusedException when the folder cannot be used
     */
    public static StoreFolder open(Path folder, StoreOptions options) {
        try {
            Path real = FolderCheck.prepare(folder);
            FolderLock lock = FolderLock.acquire(real, LOCK_FILE);
            try {
                StoreCheckpoint.removeStaging(real);
                return open(real, lock, options);
            } catch (IOException | RuntimeException | Error e) {
                release(lock, e);
                throw e;
            }
        } catch (IOException e) {
            throw FolderCheck.refused(folder, e);
        }
    }

    private static void release(FolderLock lock, Throwable cause) {
        try {
            lock.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static StoreFolder open(Path folder, FolderLock lock, StoreOptions options) throws IOException {
        Optional<StoreMarker> found = StoreMarker.read(folder);
        StoreMarker marker = found.isPresent() ? found.get() : newMarker(folder);
        Path database = folder.resolve(ROWS_FOLDER);
        RecoveryCheck check = RecoveryCheck.before(folder, database, marker, options);
        RocksStore rows = RocksStore.open(database, options);
        try {
            long recovered = check.after(rows);
            StoreMeta meta = meta(folder, rows, marker, found.isEmpty() || recovered == 0);
            rows.syncDevice();
            if (marker.format() < FormatVersion.NEWEST.number()) {
                marker.withFormat(FormatVersion.NEWEST.number()).write(folder); // Behind the row: see upgraded().
            }
            Watermark watermark = Watermark.start(
                    folder.resolve(WATERMARK_FILE),
                    marker.id(),
                    rows.durableSequence(),
                    options.watermarkInterval(),
                    options.nanoClock());
            Path pulseFile = folder.resolve(PULSE_FILE);
            Opened opened = new Opened(
                    recovered == 0,
                    recovered,
                    check.watermark(),
                    check.watermarkKnown(),
                    check.walBytes(),
                    Pulse.read(pulseFile, marker.id()),
                    check.setAside());
            Pulse pulse = Pulse.open(pulseFile, marker.id());
            FileListMark fileList = FileListMark.open(folder.resolve(FILE_LIST_FILE), marker.id());
            fileList.note(rows.fileList());
            return new StoreFolder(folder, lock, rows, watermark, pulse, fileList, meta, opened);
        } catch (IOException | RuntimeException | Error e) {
            rows.close();
            throw e;
        }
    }

    private static StoreMarker newMarker(Path folder) throws IOException {
        byte[] id = new byte[Watermark.STORE_ID_BYTES];
        new SecureRandom().nextBytes(id);
        StoreMarker marker =
                new StoreMarker(FormatVersion.NEWEST.number(), HexFormat.of().formatHex(id));
        marker.write(folder);
        return marker;
    }

    /** Reads the meta row and holds it against the marker; a store without any row gets one. */
    private static StoreMeta meta(Path folder, RocksStore rows, StoreMarker marker, boolean isNew)
            throws InvalidProtocolBufferException {
        byte[] key = MetaRow.STORE.key();
        byte[] record = rows.get(Table.META, key);
        if (record == null && isNew) {
            StoreMeta meta = StoreMeta.newBuilder()
                    .setFormatVersion(marker.format())
                    .setStoreId(ByteString.copyFrom(marker.id()))
                    .setPartitions(PARTITIONS)
                    .setCreatedMillis(System.currentTimeMillis())
                    .build();
            RowBatch batch = new RowBatch();
            batch.put(Table.META, key, meta.toByteArray());
            rows.write(batch);
            return meta;
        }
        if (record == null) {
            throw wrong(folder, "has rows but no meta row");
        }
        StoreMeta meta = StoreMeta.parseFrom(record);
        if (FormatVersion.of(meta.getFormatVersion()).isEmpty()) {
            throw StoreMarker.newer(folder, meta.getFormatVersion());
        }
        if (!meta.getStoreId().equals(ByteString.copyFrom(marker.id()))) {
            throw wrong(folder, "holds rows of another store than the file " + StoreMarker.FILE + " names");
        }
        if (meta.getPartitions() != PARTITIONS) {
            throw wrong(folder, "has " + meta.getPartitions() + " partitions instead of " + PARTITIONS);
        }
        return meta.getFormatVersion() < FormatVersion.NEWEST.number() ? upgraded(rows, meta) : meta;
    }

    /** From here on older brokers refuse the store, by the row if not yet by the marker: they would misread new rows. */
    private static StoreMeta upgraded(RocksStore rows, StoreMeta old) {
        StoreMeta meta =
                old.toBuilder().setFormatVersion(FormatVersion.NEWEST.number()).build();
        RowBatch batch = new RowBatch();
        batch.put(Table.META, MetaRow.STORE.key(), meta.toByteArray());
        rows.write(batch);
        return meta;
    }

    private static StoreRefusedException wrong(Path folder, String what) {
        return new StoreRefusedException(
                Reason.WRONG_META,
                "the store in " + folder + " " + what + "; files of different stores were mixed: restore the whole "
                        + "folder from one backup");
    }

    public RocksStore rows() {
        return rows;
    }

    public StoreMeta meta() {
        return meta;
    }

    public Opened opened() {
        return opened;
    }

    /**
     * Writes the snapshot of the subscriptions, for a clean stop.
     *
     * @return its checksum, to be named in the {@code CleanStop} row
     */
    public int writeSnapshot(Snapshot content) throws IOException {
        return SnapshotFile.write(
                folder.resolve(SNAPSHOT_FILE), meta.getStoreId().toByteArray(), content);
    }

    /** The snapshot with this checksum; null when it is missing or not as it was written. */
    public @Nullable ByteBuffer readSnapshot(int checksum) throws IOException {
        return checksum == 0
                ? null
                : SnapshotFile.read(
                        folder.resolve(SNAPSHOT_FILE), meta.getStoreId().toByteArray(), checksum);
    }

    /**
     * To be called on the commit thread now and then while nothing is committed: brings the last writes to the device
     * (durability INTERVAL) and the watermark up to them.
     *
     * @throws StoreException as for {@link RowStore#sync}
     */
    public void idle() {
        rows.idle();
        watermark.catchUp();
    }

    /**
     * Notes that the broker lives, and how long the list of its table files is, for the start after a crash; costs two small
     * writes and no sync. One thread at a time.
     *
     * @param millis the broker's time, milliseconds since 1970
     * @throws StoreException when it cannot be noted
     */
    public void alive(long millis) {
        pulse.beat(millis);
        fileList.note(rows.fileList());
    }

    /**
     * Writes a copy of the store, which works on meanwhile, into a folder that is missing or empty. Any thread, one at a
     * time.
     *
     * @throws StoreException when it cannot be written; the store itself goes on
     */
    public StoreCheckpoint.Written checkpoint(Path target) {
        return checkpoint(target, StoreCheckpoint::write);
    }

    /** As above, with nothing shared. */
    StoreCheckpoint.Written copyTo(Path target) {
        return checkpoint(target, StoreCheckpoint::copy);
    }

    private interface Way {
        StoreCheckpoint.Written take(StoreCheckpoint checkpoint, Path target) throws IOException;
    }

    private StoreCheckpoint.Written checkpoint(Path target, Way way) {
        StoreMarker marker = new StoreMarker(
                FormatVersion.NEWEST.number(),
                HexFormat.of().formatHex(meta.getStoreId().toByteArray()));
        try {
            return way.take(new StoreCheckpoint(folder, marker, rows.reads()), target);
        } catch (IOException e) {
            String why = Thread.currentThread().isInterrupted() ? "interrupted" : e.getMessage();
            throw new StoreException("cannot write a copy of the store to " + target + ": " + why, e);
        }
    }

    /** Brings the watermark up to the last sync, whatever the interval. */
    void settleWatermark() throws IOException {
        watermark.settle();
    }

    /**
     * Closes in good order: a store that works is synced, and the watermark with it. A store that has failed is closed as
     * it is, for the same folder to be opened again through recovery.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock;
                watermark;
                pulse;
                fileList) {
            try {
                if (rows.failure() == null) {
                    rows.syncDevice();
                    settleWatermark();
                    spareNextStartTheLog();
                    fileList.note(rows.fileList());
                }
            } finally {
                rows.close();
            }
        } catch (IOException e) {
            throw new StoreException("cannot close the store in " + folder + ": " + e.getMessage(), e);
        }
    }

    /**
     * What is in the log and in memory only would be replayed and flushed by the next start, which somebody waits for.
     * Everything is synced already: without room for the files nothing is lost, the next start takes longer.
     */
    private void spareNextStartTheLog() throws IOException {
        long bytes = rows.unflushedBytes();
        if (bytes >= FLUSH_BYTES_MIN && Files.getFileStore(folder).getUsableSpace() >= 2 * bytes) {
            rows.flush();
        }
    }
}

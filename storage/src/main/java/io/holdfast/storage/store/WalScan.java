// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads RocksDB's write-ahead log files without RocksDB and without changing them, before anything is opened. RocksDB
 * rewrites the folder while it opens it (it moves the log's rows into table files and deletes the log), so whether rows
 * are missing has to be known first if a damaged folder is to stay as it was found.
 *
 * <pre>
 *   batch    sequence of its first row 8, number of rows 4, rows
 * </pre>
 */
public final class WalScan {
    /**
     * What the files hold.
     *
     * @param batches batches in the undamaged beginning
     * @param first sequence number of the first row there, 0 when there is no batch
     * @param sequence sequence number of the last row there, 0 when there is no batch
     * @param bytes size of all files
     * @param damagedFile the file in which reading ends before the end of the written bytes, or null
     * @param damagedAt offset of the record that could not be read
     * @param intactBeyond whole batches behind that place. After a power cut a few are possible without any damage: what
     *     was written since the last sync may reach the disk in any order
     */
    public record Result(
            long batches,
            long first,
            long sequence,
            long bytes,
            @Nullable String damagedFile,
            long damagedAt,
            long intactBeyond,
            boolean misleading) {
        static final Result NOTHING = new Result(0, 0, 0, 0, null, 0, 0, false);
    }

    private static final int BATCH_HEADER_BYTES = 12;

    private final ByteBuffer batchHeader =
            ByteBuffer.allocate(BATCH_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private boolean inBatch;
    private long batches;
    private long firstSequence;
    private long sequence;
    private long bytes;
    private @Nullable String damagedFile;
    private long damagedAt;
    private long intactBeyond;
    private boolean misleading;

    /** Who sees the batches behind the damage, or null; then they are not put together. */
    private final @Nullable Consumer<byte[]> beyond;

    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    private WalScan(@Nullable Consumer<byte[]> beyond) {
        this.beyond = beyond;
    }

    /** Scans the log files of a database folder, oldest first. */
    public static Result scan(Path folder) throws IOException {
        return scan(folder, null);
    }

    /**
     * As above, and shows the whole batches behind the damage, which a recovery leaves out.
     *
     * @param beyond receives each in RocksDB's serialised form, as {@code BatchReader} reads it
     */
    public static Result scan(Path folder, @Nullable Consumer<byte[]> beyond) throws IOException {
        WalScan scan = new WalScan(beyond);
        for (Path file : files(folder)) {
            scan.file(file);
        }
        return new Result(
                scan.batches,
                scan.firstSequence,
                scan.sequence,
                scan.bytes,
                scan.damagedFile,
                scan.damagedAt,
                scan.intactBeyond,
                scan.misleading);
    }

    /** The size of the log files now, some of which may go meanwhile. */
    static long bytes(Path folder) {
        try {
            long bytes = 0;
            for (Path file : files(folder)) {
                bytes += sizeOf(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new StoreException("cannot list the log files in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * Ends the log where reading ends, so that RocksDB meets nothing behind that place: it would recover the same rows.
     *
     * @param damaged what {@link #scan} found in the folder
     */
    static void cut(Path folder, Result damaged) throws IOException {
        boolean behind = false;
        for (Path file : files(folder)) {
            boolean here = file.getFileName().toString().equals(damaged.damagedFile());
            if (here || behind) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(here ? damaged.damagedAt() : 0);
                    channel.force(true);
                }
            }
            behind |= here;
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        List<Path> logs = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "[0-9]*.log")) {
            found.forEach(logs::add);
        }
        logs.sort(Comparator.comparingLong(WalScan::fileNumber));
        return logs;
    }

    private static long fileNumber(Path log) {
        String name = log.getFileName().toString();
        return Long.parseLong(name.substring(0, name.indexOf('.')));
    }

    private void file(Path log) throws IOException {
        inBatch = false;
        bytes += LogRecords.read(log, new LogRecords.Visitor() {
            @Override
            public void part(long place, int type, ByteBuffer payload) {
                record(log, place, type, payload);
            }

            @Override
            public void damaged(long place, boolean recycled) {
                damage(log, place);
                misleading |= recycled;
            }
        });
    }

    private void record(Path log, long place, int type, ByteBuffer payload) {
        if (type > LogRecords.LAST) {
            return;
        }
        if (type == LogRecords.FULL || type == LogRecords.FIRST) {
            batchHeader.clear();
            parts.reset();
            inBatch = true;
        } else if (!inBatch) {
            damage(log, place);
            return;
        }
        if (beyond != null && payload.hasRemaining()) {
            parts.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
        }
        while (batchHeader.hasRemaining() && payload.hasRemaining()) {
            batchHeader.put(payload.get());
        }
        if (type == LogRecords.FULL || type == LogRecords.LAST) {
            inBatch = false;
            if (batchHeader.hasRemaining()) {
                damage(log, place);
            } else {
                batch(log, place, batchHeader.getLong(0), batchHeader.getInt(8));
            }
        } else if (type != LogRecords.FIRST && type != LogRecords.MIDDLE) {
            damage(log, place);
        }
    }

    private void batch(Path log, long place, long first, int rows) {
        if (damagedFile == null && batches > 0 && first != sequence + 1) {
            damage(log, place);
        }
        if (damagedFile != null) {
            intactBeyond++;
            if (beyond != null) {
                beyond.accept(parts.toByteArray());
            }
            return;
        }
        firstSequence = batches == 0 ? first : firstSequence;
        batches++;
        sequence = first + rows - 1;
    }

    private void damage(Path log, long place) {
        inBatch = false;
        if (damagedFile == null) {
            damagedFile = log.getFileName().toString();
            damagedAt = place;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Reads what can be read of a damaged store, for a copy of its database that may be changed: rows that are not as they were
 * written are left out, and so are stretches of a table that RocksDB cannot read. Everything left out is told.
 *
 * <p>Opening tries four ways, each of which asks less of the files than the one before:
 *
 * <ol>
 *   <li>as the inspector does, once a log that would lead RocksDB astray is cut where it is damaged
 *   <li>without opening the table files first, so that a missing or broken one matters only where it is read
 *   <li>as RocksDB's best effort: the newest state for which no file is missing
 *   <li>without the list of files: all table files, the older ones first, into a new database
 * </ol>
 *
 * A way counts only when both ends of every table can be read by it. Not thread-safe.
 */
public final class SalvageReader implements RowReader {
    private static final int NUMBER_KEY_BYTES = 10;

    private final RocksReads reads;
    private final NativeHandles handles;
    private final SalvageListener listener;

    private SalvageReader(RocksReads reads, NativeHandles handles, SalvageListener listener) {
        this.reads = reads;
        this.handles = handles;
        this.listener = listener;
    }

    /**
     * Opens a database folder, which belongs to the caller and may be changed.
     *
     * @param work a folder that is missing, for what has to be put together anew
     * @throws StoreRefusedException when nothing in it can be read
     */
    public static SalvageReader open(Path database, Path work, SalvageListener listener) throws IOException {
        NativeLibrary.load(null);
        WalScan.Result wal = WalScan.scan(database);
        if (wal.damagedFile() != null) {
            listener.lost("the log is damaged in " + wal.damagedFile() + " at byte " + wal.damagedAt() + ", with "
                    + wal.intactBeyond() + " whole batches behind that place, which are lost");
        }
        if (wal.misleading()) {
            WalScan.cut(database, wal);
        }
        namePresentManifest(database, listener);
        for (RocksOptions.Salvage way : RocksOptions.Salvage.values()) {
            SalvageReader reader = attempt(database, way, listener);
            if (reader != null) {
                return reader;
            }
        }
        listener.lost(
                "the list of files cannot be used: rows may be older than they were, and rows that were removed may"
                        + " be back; the log is not read");
        SalvagedFiles.gather(database, work, listener);
        SalvageReader gathered = attempt(work, RocksOptions.Salvage.AS_IT_IS, listener);
        if (gathered == null) {
            throw new StoreRefusedException(Reason.DAMAGED, "nothing in " + database + " can be read");
        }
        return gathered;
    }

    private static @Nullable SalvageReader attempt(Path database, RocksOptions.Salvage way, SalvageListener listener)
            throws IOException {
        NativeHandles handles = new NativeHandles();
        try {
            RocksReads reads = RocksReads.open(database, RocksOptions.salvage(handles, way), handles);
            SalvageReader reader = new SalvageReader(reads, handles, listener);
            if (reader.reachesEnds()) {
                if (way == RocksOptions.Salvage.BEST_EFFORT) {
                    listener.lost("files are missing: the store is as it was before these were written");
                }
                reader.tellUnnamed(database);
                return reader;
            }
            reader.close();
        } catch (RocksDBException | StoreException e) {
            handles.close(); // The next way asks for less.
        } catch (IOException | RuntimeException | Error e) {
            handles.close();
            throw e;
        }
        return null;
    }

    /** A list of files that has lost its end opens like a whole one, as an older state with the newest log on top. */
    private void tellUnnamed(Path database) throws IOException {
        Set<String> named = new HashSet<>();
        reads.db()
                .getLiveFilesMetaData()
                .forEach(file -> named.add(file.fileName().substring(1)));
        List<String> unnamed = FolderTree.files(database).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".sst") && !named.contains(name))
                .sorted()
                .toList();
        if (!unnamed.isEmpty()) {
            listener.lost("the list of files does not name " + String.join(", ", unnamed)
                    + "; if it has lost its end, what they hold is lost");
        }
    }

    /** Whether the first and the last row of each table can be found. */
    private boolean reachesEnds() {
        for (Table table : Table.values()) {
            byte[] to = end();
            if (!isReadable(table, new byte[0], to) || !endsReadably(table, to)) {
                return false;
            }
        }
        return true;
    }

    private boolean endsReadably(Table table, byte[] to) {
        try {
            reads.lastKey(table, new byte[0], to);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    private static byte[] end() {
        byte[] end = new byte[64];
        Arrays.fill(end, (byte) 0xff);
        return end;
    }

    /** The file CURRENT names the list of files; when it is gone or torn, the newest list is the one. */
    private static void namePresentManifest(Path database, SalvageListener listener) throws IOException {
        Path current = database.resolve("CURRENT");
        List<String> manifests = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(database, "MANIFEST-*")) {
            found.forEach(path -> manifests.add(path.getFileName().toString()));
        }
        manifests.sort(null);
        String named = Files.exists(current)
                ? new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip()
                : "";
        if (!manifests.isEmpty() && !manifests.contains(named)) {
            String newest = manifests.get(manifests.size() - 1);
            listener.lost("the file CURRENT is damaged or missing; it is taken to name " + newest);
            Files.write(current, (newest + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        try (RowCursor row = cursor(table, key, Arrays.copyOf(key, key.length + 1))) {
            return row.next() ? row.record() : null;
        }
    }

    @Override
    public RowCursor cursor(Table table, byte[] from, byte[] to) {
        return new IntactRows(table, from, to);
    }

    @Override
    public byte @Nullable [] lastKey(Table table, byte[] from, byte[] to) {
        byte[] last = null;
        try (RowCursor rows = cursor(table, from, to)) {
            while (rows.next()) {
                last = rows.key();
            }
        }
        return last;
    }

    /** RocksDB's number of the last row that was found. */
    public long sequence() {
        return reads.gated(() -> reads.db().getLatestSequenceNumber());
    }

    @Override
    public void close() {
        if (reads.shut()) {
            handles.close();
        }
    }

    private boolean isReadable(Table table, byte[] from, byte[] to) {
        try (RowCursor probe = reads.cursor(table, from, to)) {
            probe.next();
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    /** The rows of a table that are as they were written. */
    private final class IntactRows implements RowCursor {
        private final Table table;
        private final byte[] to;
        private @Nullable RowCursor rows;
        private byte[] at;
        private boolean atRow;
        private byte @Nullable [] record;

        IntactRows(Table table, byte[] from, byte[] to) {
            this.table = table;
            this.to = to;
            at = from;
            rows = reads.cursor(table, from, to);
        }

        @Override
        public boolean next() {
            while (rows != null) {
                try {
                    if (!rows.next()) {
                        end();
                        return false;
                    }
                    at = rows.key();
                    atRow = true;
                    record = whole(rows);
                    if (record != null) {
                        return true;
                    }
                } catch (StoreException e) {
                    skip(String.valueOf(e.getMessage()));
                }
            }
            return false;
        }

        private byte @Nullable [] whole(RowCursor row) {
            try {
                byte[] read = row.record();
                table.parse(at, read);
                return read;
            } catch (DamagedRowException e) {
                lost(at, at, String.valueOf(e.getMessage()));
            } catch (InvalidProtocolBufferException e) {
                lost(at, at, "a row of table " + table.familyName() + " is no record of it");
            }
            return null;
        }

        private void lost(byte[] first, byte @Nullable [] last, String what) {
            switch (table) {
                case SESSION, INFLIGHT, QUEUE, SUBSCRIPTION, WILL -> {
                    long from = first.length < NUMBER_KEY_BYTES ? 0 : Keys.number(first);
                    long to = last == null || last.length < NUMBER_KEY_BYTES ? Long.MAX_VALUE : Keys.number(last);
                    listener.lostOfSessions(from, to, what);
                }
                case META, MESSAGE, LOG, CLIENT, RETAINED, TIMER, TOPIC -> listener.lost(what);
            }
        }

        /** Goes on behind a stretch that cannot be read. */
        private void skip(String why) {
            end();
            byte[] from = at;
            byte[] next = ReadablePlace.behind(from, to, place -> isReadable(table, place, to));
            String reach = next == null || Arrays.compareUnsigned(next, to) >= 0
                    ? "to the end of what was asked for"
                    : "to " + HexFormat.of().formatHex(next);
            lost(
                    from,
                    next,
                    "rows of table " + table.familyName() + " cannot be read behind key "
                            + HexFormat.of().formatHex(from) + " " + reach + (atRow ? "" : ", this one included") + ": "
                            + why);
            if (next != null && Arrays.compareUnsigned(next, to) < 0) {
                at = next;
                atRow = false;
                rows = reads.cursor(table, next, to);
            }
        }

        private void end() {
            if (rows != null) {
                rows.close();
                rows = null;
            }
        }

        @Override
        public byte[] key() {
            return at;
        }

        @Override
        public byte[] record() {
            if (record == null) {
                throw new IllegalStateException("there is no row here");
            }
            return record;
        }

        @Override
        public void close() {
            end();
        }
    }
}

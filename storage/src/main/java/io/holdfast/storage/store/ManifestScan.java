// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import com.google.protobuf.CodedInputStream;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads RocksDB's MANIFEST, the list of table files, before anything is opened. RocksDB takes some damages of it for its end:
 * it would open an older state, delete the table files that this one does not name, and put the newer log on top, as if
 * nothing were missing between the two.
 *
 * <pre>
 *   record   one change of the list: fields of a tag and a value. The last sequence number (tag 4) stands before the files
 * </pre>
 */
final class ManifestScan {
    private static final int COMPARATOR = 1;
    private static final int LAST_SEQUENCE = 4;
    /** Log number, next file number, previous log number, oldest log to keep, highest column family: plain numbers. */
    private static final long NUMBERS = 1 << 2 | 1 << 3 | 1 << 9 | 1 << 10;

    private static final int MAX_COLUMN_FAMILY = 203;
    /** Tags from here on have a length and may be passed over. */
    private static final int IGNORABLE = 1 << 13;

    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private long lastSequence;
    private long damagedAt = -1;
    private long intactBeyond;
    /** It looks like a part of a recycled file, which RocksDB reads for ever. */
    private boolean endless;

    private ManifestScan() {}

    /**
     * Makes sure that the list names everything that the log goes on from.
     *
     * @param wal the log of the same folder, read before
     * @throws StoreRefusedException when it is damaged before its end, or when rows are missing between list and log
     */
    static void require(Path database, WalScan.Result wal) throws IOException {
        try {
            Path current = database.resolve("CURRENT");
            String name = new String(Files.readAllBytes(current), StandardCharsets.ISO_8859_1).strip();
            if (name.matches("MANIFEST-[0-9]+")) {
                new ManifestScan().read(database.resolve(name), wal);
            }
        } catch (NoSuchFileException e) {
            return; // RocksDB says what is missing, or a broker at work has just begun a new list.
        }
    }

    private void read(Path manifest, WalScan.Result wal) throws IOException {
        LogRecords.read(manifest, new LogRecords.Visitor() {
            @Override
            public void part(long place, int type, ByteBuffer payload) throws IOException {
                ManifestScan.this.part(type, payload);
            }

            @Override
            public void damaged(long place, boolean recycled) {
                damagedAt = damagedAt < 0 ? place : damagedAt;
                endless |= recycled;
            }
        });
        boolean gap = wal.batches() > 0 && wal.first() > lastSequence + 1;
        if (damagedAt >= 0 && (endless || intactBeyond > 0 || gap)) {
            throw refused(manifest, "is damaged at byte " + damagedAt);
        }
        if (gap) {
            throw refused(
                    manifest,
                    "ends at row " + lastSequence + ", but the log goes on at " + wal.first()
                            + ": the last entries of the list are missing");
        }
    }

    private static StoreRefusedException refused(Path manifest, String what) {
        return new StoreRefusedException(
                Reason.DAMAGED,
                "the list of table files " + manifest + " " + what + "; nothing was changed: restore a backup, or save"
                        + " what can be read with 'holdfast store salvage'");
    }

    private void part(int type, ByteBuffer payload) throws IOException {
        if (damagedAt >= 0) {
            intactBeyond += type == LogRecords.FULL || type == LogRecords.LAST ? 1 : 0;
            return;
        }
        if (type == LogRecords.FULL || type == LogRecords.FIRST) {
            parts.reset();
        }
        parts.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
        if (type == LogRecords.FULL || type == LogRecords.LAST) {
            change(CodedInputStream.newInstance(parts.toByteArray()));
        }
    }

    private void change(CodedInputStream fields) throws IOException {
        while (!fields.isAtEnd()) {
            long tag = fields.readRawVarint64();
            if (tag == LAST_SEQUENCE) {
                lastSequence = Math.max(lastSequence, fields.readRawVarint64());
            } else if (tag == COMPARATOR || tag >= IGNORABLE) {
                fields.skipRawBytes(fields.readRawVarint32());
            } else if (tag == MAX_COLUMN_FAMILY || (tag < Long.SIZE && (NUMBERS >>> tag & 1) != 0)) {
                fields.readRawVarint64();
            } else {
                return; // Files, or what else stands behind the numbers.
            }
        }
    }
}

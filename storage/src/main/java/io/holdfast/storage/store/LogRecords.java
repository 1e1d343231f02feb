// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Reads a file of the form in which RocksDB keeps its write-ahead log and its MANIFEST, the list of table files.
 *
 * <pre>
 *   file     blocks of 32,768 bytes; a block's last bytes, when fewer than 7, are zero
 *   record   masked CRC32C of type and payload 4, length 2, type 1, payload    (little-endian)
 *   type     1 whole record, 2 first part, 3 middle part, 4 last part; 5 to 8 the same in recycled files, of which this
 *            store has none; above 8: notes that carry no rows
 * </pre>
 */
final class LogRecords {
    static final int FULL = 1;
    static final int FIRST = 2;
    static final int MIDDLE = 3;
    static final int LAST = 4;

    private static final int BLOCK_BYTES = 32_768;
    private static final int HEADER_BYTES = 7;
    private static final int MASK_DELTA = 0xa282ead8;
    /** Four parts with rows and two notes, all of recycled files. */
    private static final Set<Integer> RECYCLED = Set.of(5, 6, 7, 8, 11, 131);

    /** Receives a file's parts in order, and places that cannot be read. */
    interface Visitor {
        void part(long place, int type, ByteBuffer payload) throws IOException;

        /** What follows in the same block may be skipped; {@code recycled} when RocksDB takes it for the file's end. */
        void damaged(long place, boolean recycled);
    }

    private final CRC32C crc = new CRC32C();
    private final Visitor visitor;

    private LogRecords(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Reads a file to its end; returns its size. */
    static long read(Path file, Visitor visitor) throws IOException {
        LogRecords records = new LogRecords(visitor);
        byte[] block = new byte[BLOCK_BYTES];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 8 * BLOCK_BYTES)) {
            for (long start = 0; ; start += BLOCK_BYTES) {
                int length = in.readNBytes(block, 0, BLOCK_BYTES);
                records.block(start, block, length);
                if (length < BLOCK_BYTES) {
                    return start + length;
                }
            }
        }
    }

    private void block(long start, byte[] content, int contentBytes) throws IOException {
        ByteBuffer block = ByteBuffer.wrap(content, 0, contentBytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (block.limit() - at >= HEADER_BYTES) {
            int length = Short.toUnsignedInt(block.getShort(at + 4));
            int type = block.get(at + 6) & 0xff;
            if (type == 0 && length == 0) {
                // Space that was reserved and not yet written.
                return;
            }
            if (RECYCLED.contains(type)) {
                visitor.damaged(start + at, true);
                return;
            }
            int end = at + HEADER_BYTES + length;
            if (end > block.limit()) {
                visitor.damaged(start + at, false);
                return;
            }
            if (block.getInt(at) == maskedChecksum(content, at + 6, 1 + length)) {
                visitor.part(start + at, type, block.slice(at + HEADER_BYTES, length));
            } else {
                visitor.damaged(start + at, false);
            }
            at = end;
        }
    }

    private int maskedChecksum(byte[] from, int at, int length) {
        crc.reset();
        crc.update(from, at, length);
        int sum = (int) crc.getValue();
        return ((sum >>> 15) | (sum << 17)) + MASK_DELTA;
    }
}

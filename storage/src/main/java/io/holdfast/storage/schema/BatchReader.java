// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads a batch in RocksDB's serialised form, as laid down in {@link RowBatch}. */
public final class BatchReader {
    /** What a batch does, in its order. Values still carry their checksum. */
    public interface Rows {
        void put(Table table, byte[] key, byte[] value);

        void delete(Table table, byte[] key);

        void deleteRange(Table table, byte[] from, byte[] to);
    }

    private static final int COUNT_OFFSET = 8;
    private static final int HEADER_BYTES = 12;
    private static final int PUT = 0x05;
    private static final int DELETE = 0x04;
    private static final int DELETE_RANGE = 0x0E;

    private final byte[] bytes;
    private int at = HEADER_BYTES;

    public BatchReader(byte[] serialised) {
        this.bytes = serialised;
    }

    public void forEach(Rows rows) {
        int expected = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(COUNT_OFFSET);
        int seen = 0;
        for (at = HEADER_BYTES; at < bytes.length; seen++) {
            int tag = bytes[at++];
            Table table = Table.of(varint());
            byte[] key = field();
            switch (tag) {
                case PUT -> rows.put(table, key, field());
                case DELETE -> rows.delete(table, key);
                case DELETE_RANGE -> rows.deleteRange(table, key, field());
                default -> throw new IllegalArgumentException("unknown tag " + tag + " at byte " + at);
            }
        }
        if (seen != expected) {
            throw new IllegalArgumentException("batch of " + expected + " rows holds " + seen);
        }
    }

    private byte[] field() {
        int length = varint();
        byte[] field = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return field;
    }

    private int varint() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = bytes[at++];
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}

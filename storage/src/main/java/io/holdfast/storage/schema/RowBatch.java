// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The rows of one commit group, built directly in RocksDB's serialised form (stable since its first release), so that a
 * whole group crosses into native code in one call. Every put appends a CRC32C over key and record. Not thread-safe.
 *
 * <pre>
 *   header   8 bytes sequence (0), 4 bytes count, little-endian
 *   put      0x05 family klen key vlen value
 *   delete   0x04 family klen key
 *   range    0x0E family klen from klen to          (numbers are varint32)
 * </pre>
 */
public final class RowBatch {
    public static final int CRC_BYTES = 4;
    static final int HEADER_BYTES = 12;
    static final byte PUT = 0x05;
    static final byte DELETE = 0x04;
    static final byte DELETE_RANGE = 0x0E;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final CRC32C crc = new CRC32C();
    private byte[] bytes = new byte[4096];
    private int size = HEADER_BYTES;
    private int count;

    public void put(Table table, byte[] key, byte[] record) {
        put(table, key, record, record.length);
    }

    /** As {@link #put(Table, byte[], byte[])} with the first {@code length} bytes of the record. */
    public void put(Table table, byte[] key, byte[] record, int length) {
        head(PUT, table, key, length + CRC_BYTES + 5);
        value(size - key.length, record, length);
    }

    /** As above with the key {@link Keys#number(long)}, which is written in place. */
    public void put(Table table, long number, byte[] record, int length) {
        ensure(1 + 5 + 5 + Keys.NUMBER_KEY_BYTES + length + CRC_BYTES + 5);
        bytes[size++] = PUT;
        varint(table.id());
        varint(Keys.NUMBER_KEY_BYTES);
        Keys.putNumber(bytes, size, number);
        size += Keys.NUMBER_KEY_BYTES;
        count++;
        value(size - Keys.NUMBER_KEY_BYTES, record, length);
    }

    private void value(int keyAt, byte[] record, int length) {
        int keyEnd = size;
        varint(length + CRC_BYTES);
        System.arraycopy(record, 0, bytes, size, length);
        crc.reset();
        crc.update(bytes, keyAt, keyEnd - keyAt);
        crc.update(bytes, size, length);
        size += length;
        INT.set(bytes, size, (int) crc.getValue());
        size += CRC_BYTES;
    }

    public void delete(Table table, byte[] key) {
        head(DELETE, table, key, 0);
    }

    /**
     * Removes the rows in {@code [from, to)}.
     *
     * @throws IllegalArgumentException when the range runs backwards: RocksDB would notice only after it has logged the
     *     batch, and then could never open the store again
     */
    public void deleteRange(Table table, byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) > 0) {
            throw new IllegalArgumentException("range to delete runs backwards");
        }
        head(DELETE_RANGE, table, from, to.length + 5);
        varint(to.length);
        System.arraycopy(to, 0, bytes, size, to.length);
        size += to.length;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public int count() {
        return count;
    }

    /** Bytes of the serialised form so far. */
    public int size() {
        return size;
    }

    /** The serialised form in an array of its own. */
    public byte[] serialised() {
        return Arrays.copyOf(array(), size);
    }

    /** An array that begins with the serialised form, {@link #size} bytes long; until the batch is changed. */
    public byte[] array() {
        INT.set(bytes, 8, count);
        return bytes;
    }

    public void clear() {
        size = HEADER_BYTES;
        count = 0;
        if (bytes.length > 4 << 20) {
            bytes = new byte[1 << 20];
        }
    }

    /** CRC32C over key, then record. */
    public static int checksum(CRC32C crc, byte[] key, byte[] record, int length) {
        crc.reset();
        crc.update(key, 0, key.length);
        crc.update(record, 0, length);
        return (int) crc.getValue();
    }

    private void head(byte tag, Table table, byte[] key, int more) {
        ensure(1 + 5 + 5 + key.length + more);
        bytes[size++] = tag;
        varint(table.id());
        varint(key.length);
        System.arraycopy(key, 0, bytes, size, key.length);
        size += key.length;
        count++;
    }

    private void varint(int value) {
        while (value >= 0x80) {
            bytes[size++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[size++] = (byte) value;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}

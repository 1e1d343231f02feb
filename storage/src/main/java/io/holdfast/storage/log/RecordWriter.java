// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import java.util.Arrays;

/**
 * Writes protobuf's wire format by hand into one growing buffer, for the records of the hot path: no message object, no
 * boxed number. Golden-bytes tests hold it against the generated classes. Not thread-safe.
 */
public final class RecordWriter {
    private static final int WIRE_VARINT = 0;
    private static final int WIRE_BYTES = 2;
    private static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes;
    private int size;

    public RecordWriter() {
        this(128);
    }

    public RecordWriter(int capacity) {
        bytes = new byte[capacity];
    }

    /** Writes an unsigned field; 0 is the default and takes no bytes. */
    public void field(int number, long value) {
        if (value != 0) {
            varint(((long) number << 3) | WIRE_VARINT);
            varint(value);
        }
    }

    public void bytesField(int number, byte[] source, int offset, int length) {
        if (length != 0) {
            varint(((long) number << 3) | WIRE_BYTES);
            varint(length);
            raw(source, offset, length);
        }
    }

    /** Writes what another writer gathered, as one packed list or one embedded message. */
    public void bytesField(int number, RecordWriter content) {
        bytesField(number, content.bytes, 0, content.size);
    }

    /** As {@link #bytesField(int, RecordWriter)}, also when the content is empty: an element of a repeated field. */
    public void elementField(int number, RecordWriter content) {
        varint(((long) number << 3) | WIRE_BYTES);
        varint(content.size);
        raw(content.bytes, 0, content.size);
    }

    public void varint(long value) {
        ensure(MAX_VARINT_BYTES);
        while ((value & ~0x7fL) != 0) {
            bytes[size++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[size++] = (byte) value;
    }

    /** Bytes that {@link #field} will take. */
    static int fieldSize(int number, long value) {
        return value == 0 ? 0 : varintSize((long) number << 3) + varintSize(value);
    }

    /** Bytes that {@link #bytesField(int, byte[], int, int)} will take. */
    static int bytesFieldSize(int number, int length) {
        return length == 0 ? 0 : varintSize((long) number << 3) + varintSize(length) + length;
    }

    private static int varintSize(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    /** A signed number, small in either direction (protobuf's sint64). */
    public void zigzag(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    public void raw(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** The buffer itself; only the first {@link #size} bytes count, and only until the next write. */
    public byte[] buffer() {
        return bytes;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    public void clear() {
        size = 0;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}

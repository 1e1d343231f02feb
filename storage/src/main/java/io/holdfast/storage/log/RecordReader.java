// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

/**
 * Reads protobuf's wire format in place, the counterpart of {@link RecordWriter}. Any method throws
 * IllegalArgumentException when the bytes are no such record; the row's checksum was right, so this is a defect or a
 * foreign writer, never plain damage.
 */
public final class RecordReader {
    private final byte[] bytes;
    private int at;
    private final int end;

    public RecordReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private RecordReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** A reader of its own that goes on from here. */
    RecordReader copy() {
        return new RecordReader(bytes, at, end);
    }

    public boolean hasMore() {
        return at < end;
    }

    /** The next field's number and wire type; the caller goes on with {@link #varint}, {@link #sub} or {@link #skip}. */
    public int tag() {
        return (int) varint();
    }

    public static int field(int tag) {
        return tag >>> 3;
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw new IllegalArgumentException("record ends within a number");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("number longer than 10 bytes");
    }

    public long zigzag() {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A length-delimited field as a reader of its own. */
    public RecordReader sub() {
        int length = length();
        RecordReader sub = new RecordReader(bytes, at, at + length);
        at += length;
        return sub;
    }

    /** Steps over a length-delimited field and returns where its content began; its end is {@link #position}. */
    public int skipBytes() {
        int length = length();
        int from = at;
        at += length;
        return from;
    }

    public int position() {
        return at;
    }

    public void skip(int tag) {
        switch (tag & 7) {
            case 0 -> varint();
            case 1 -> advance(8);
            case 2 -> advance(length());
            case 5 -> advance(4);
            default -> throw new IllegalArgumentException("unknown wire type in tag " + tag);
        }
    }

    private int length() {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new IllegalArgumentException("field of " + length + " bytes reaches past the record");
        }
        return (int) length;
    }

    private void advance(int count) {
        if (count > end - at) {
            throw new IllegalArgumentException("record ends within a field");
        }
        at += count;
    }
}

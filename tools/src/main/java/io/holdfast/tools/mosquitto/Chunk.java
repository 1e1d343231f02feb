// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One chunk of a {@code mosquitto.db}, read field by field: every length is held against what is left of the chunk before
 * anything is allocated. Numbers are in network order, but those of 64 bits are as the machine that wrote them has them.
 */
final class Chunk {
    private final ByteBuffer bytes;
    private final long offset;

    /**
     * A chunk at its beginning.
     *
     * @param bytes all of it, behind type and length
     * @param offset where it stands in the file, for error texts
     */
    Chunk(ByteBuffer bytes, long offset) {
        this.bytes = bytes;
        this.offset = offset;
    }

    private void need(int count) throws MosquittoFileException {
        if (count > bytes.remaining()) {
            throw new MosquittoFileException("the chunk at byte " + offset + " is damaged: it says that " + count
                    + " bytes follow where " + bytes.remaining() + " are left");
        }
    }

    int u8() throws MosquittoFileException {
        need(1);
        return bytes.get() & 0xFF;
    }

    int u16() throws MosquittoFileException {
        need(2);
        return bytes.getShort() & 0xFFFF;
    }

    long u32() throws MosquittoFileException {
        need(4);
        return bytes.getInt() & 0xFFFF_FFFFL;
    }

    /** 64 bits of the writing machine, which is taken for a little-endian one. */
    long host64() throws MosquittoFileException {
        need(8);
        return bytes.slice(bytes.position(), 8).order(ByteOrder.LITTLE_ENDIAN).getLong(skipped(8));
    }

    private int skipped(int count) {
        bytes.position(bytes.position() + count);
        return 0;
    }

    void skip(int count) throws MosquittoFileException {
        need(count);
        int unused = skipped(count);
    }

    byte[] take(int count) throws MosquittoFileException {
        need(count);
        byte[] taken = new byte[count];
        bytes.get(taken);
        return taken;
    }

    /** All that is left. */
    byte[] rest() throws MosquittoFileException {
        return take(bytes.remaining());
    }
}

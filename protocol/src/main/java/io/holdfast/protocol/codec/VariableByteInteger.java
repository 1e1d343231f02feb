// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.netty.buffer.ByteBuf;

/** The variable byte integer: seven bits per byte, low ones first, the high bit says that more follow. */
final class VariableByteInteger {
    /** Four bytes of seven bits: 128^4 - 1. */
    static final int MAX = 268_435_455;

    static final int BYTES_MAX = 4;

    private static final int ONE_BYTE_MAX = 128 - 1;
    private static final int TWO_BYTES_MAX = 128 * 128 - 1;
    private static final int THREE_BYTES_MAX = 128 * 128 * 128 - 1;

    private VariableByteInteger() {}

    /** The fewest bytes that hold this value [MQTT5-1.5.5-1]. */
    static int byteCount(int value) {
        if (value <= ONE_BYTE_MAX) {
            return 1;
        }
        if (value <= TWO_BYTES_MAX) {
            return 2;
        }
        return value <= THREE_BYTES_MAX ? 3 : BYTES_MAX;
    }

    /**
     * Refuses what the format cannot express; takes a long so that a sum which overflowed an int cannot pass.
     *
     * @throws IllegalArgumentException if the value is not in 0..{@link #MAX}
     */
    static int requireEncodable(long value) {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException("length " + value + " is not in 0.." + MAX);
        }
        return (int) value;
    }

    static void write(ByteBuf out, int value) {
        int rest = value;
        while (rest > ONE_BYTE_MAX) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}

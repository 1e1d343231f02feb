// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.topic.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writing the fields with a length in front: strings and binary data of at most 65,535 bytes. */
final class Fields {
    static final int LENGTH_PREFIX = 2;
    static final int BYTES_MAX = 0xFFFF;

    private Fields() {}

    /**
     * Bytes of a string with its length.
     *
     * @throws IllegalArgumentException if the string is no legal one [MQTT-1.5.3-1] [MQTT5-1.5.4-1] [MQTT-1.5.3-2]
     *     [MQTT5-1.5.4-2]
     */
    static long stringBytes(String text) {
        return (long) LENGTH_PREFIX + Utf8.byteCount(text);
    }

    static long binaryBytes(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException("binary data of " + bytes.length + " bytes, at most " + BYTES_MAX);
        }
        return (long) LENGTH_PREFIX + bytes.length;
    }

    static void writeString(ByteBuf out, String text) {
        int bytes = Utf8.byteCount(text);
        out.writeShort(bytes);
        // not writeUtf8: that one wants room for three bytes per character, which an exactly sized buffer lacks
        ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
    }

    static void writeBinary(ByteBuf out, byte[] bytes) {
        out.writeShort(bytes.length).writeBytes(bytes);
    }

    /** A value that its flag or presence bit promised. */
    static <T> T present(@Nullable T value) {
        return Objects.requireNonNull(value);
    }
}

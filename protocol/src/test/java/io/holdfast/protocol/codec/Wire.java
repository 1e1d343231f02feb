// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Bytes written down for people: hexadecimal, {@code 'text'} for ASCII, and {@code #} for a remark up to the end of the
 * line.
 */
public final class Wire {
    private Wire() {}

    public static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StringBuilder hex = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '#') {
                i = endOf(text, '\n', i);
            } else if (c == '\'') {
                int end = endOf(text, '\'', i + 1);
                bytes.writeBytes(drain(hex));
                bytes.writeBytes(text.substring(i + 1, end).getBytes(StandardCharsets.US_ASCII));
                i = end;
            } else if (!Character.isWhitespace(c)) {
                hex.append(c);
            }
            i++;
        }
        bytes.writeBytes(drain(hex));
        return bytes.toByteArray();
    }

    private static int endOf(String text, char mark, int from) {
        int end = text.indexOf(mark, from);
        return end < 0 ? text.length() : end;
    }

    private static byte[] drain(StringBuilder hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        hex.setLength(0);
        return bytes;
    }

    /** A heap buffer over these bytes. */
    public static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(bytes(text));
    }

    /** What is left in the buffer, in hexadecimal. */
    public static String hex(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    public static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 as MQTT wants it: well-formed, shortest form, no surrogates [MQTT-1.5.3-1] [MQTT5-1.5.4-1], no U+0000
 * [MQTT-1.5.3-2] [MQTT5-1.5.4-2]. A byte
 * order mark is a character like any other and stays [MQTT-1.5.3-3] [MQTT5-1.5.4-3]. Checking allocates nothing.
 */
public final class Utf8 {
    /** Strings carry their length in two bytes [MQTT-4.7.3-3] [MQTT5-4.7.3-3]. */
    public static final int BYTES_MAX = 0xFFFF;

    /** The state between two characters. */
    static final int BETWEEN_CHARACTERS = 0;

    /** The state after a byte that cannot stand where it stood; there is no way out of it. */
    static final int ILL_FORMED = -1;

    // A state between the bytes of a character: how many continuation bytes are still due (bits 16..), and the smallest
    // and largest value the next may have (bits 8..15 and 0..7). Only the first one after E0, ED, F0, F4 is narrowed:
    // that is what keeps overlong forms, surrogates and code points above U+10FFFF out.
    private static final int ONE_DUE = state(1, 0x80, 0xBF);
    private static final int TWO_DUE = state(2, 0x80, 0xBF);
    private static final int THREE_DUE = state(3, 0x80, 0xBF);
    private static final int TWO_DUE_NOT_OVERLONG = state(2, 0xA0, 0xBF);
    private static final int TWO_DUE_NO_SURROGATE = state(2, 0x80, 0x9F);
    private static final int THREE_DUE_NOT_OVERLONG = state(3, 0x90, 0xBF);
    private static final int THREE_DUE_IN_UNICODE = state(3, 0x80, 0x8F);

    private Utf8() {}

    private static int state(int due, int min, int max) {
        return (due << 16) | (min << 8) | max;
    }

    /** The state after this byte. Positive bytes, the common case, are best handled by the caller. */
    static int next(int state, byte signed) {
        int octet = signed & 0xFF;
        if (state == BETWEEN_CHARACTERS) {
            return afterFirst(octet);
        }
        if (octet < ((state >> 8) & 0xFF) || octet > (state & 0xFF)) {
            return ILL_FORMED;
        }
        return switch (state >> 16) {
            case 3 -> TWO_DUE;
            case 2 -> ONE_DUE;
            case 1 -> BETWEEN_CHARACTERS;
            default -> ILL_FORMED;
        };
    }

    private static int afterFirst(int octet) {
        if (octet < 0x80) {
            return octet == 0 ? ILL_FORMED : BETWEEN_CHARACTERS;
        }
        if (octet < 0xC2 || octet > 0xF4) {
            return ILL_FORMED; // a stray continuation byte, an overlong form, or beyond U+10FFFF
        }
        if (octet < 0xE0) {
            return ONE_DUE;
        }
        return switch (octet) {
            case 0xE0 -> TWO_DUE_NOT_OVERLONG;
            case 0xED -> TWO_DUE_NO_SURROGATE;
            case 0xF0 -> THREE_DUE_NOT_OVERLONG;
            case 0xF4 -> THREE_DUE_IN_UNICODE;
            default -> octet < 0xF0 ? TWO_DUE : THREE_DUE;
        };
    }

    /** Whether these bytes are a legal string. Does not move the buffer's indexes. */
    public static boolean isWellFormed(ByteBuf buffer, int index, int byteCount) {
        int state = BETWEEN_CHARACTERS;
        for (int i = index, end = index + byteCount; i < end && state != ILL_FORMED; i++) {
            state = next(state, buffer.getByte(i));
        }
        return state == BETWEEN_CHARACTERS;
    }

    /** Whether these bytes are a legal string. */
    public static boolean isWellFormed(byte[] bytes) {
        int state = BETWEEN_CHARACTERS;
        for (int i = 0; i < bytes.length && state != ILL_FORMED; i++) {
            state = next(state, bytes[i]);
        }
        return state == BETWEEN_CHARACTERS;
    }

    /**
     * Whether these bytes are UTF-8 text as Unicode defines it: U+0000, which no string of a packet may hold, is a character
     * like any other. For payloads.
     */
    public static boolean isText(byte[] bytes) {
        int state = BETWEEN_CHARACTERS;
        for (int i = 0; i < bytes.length && state != ILL_FORMED; i++) {
            byte octet = bytes[i];
            if (octet < 0 || state != BETWEEN_CHARACTERS) {
                state = next(state, octet);
            }
        }
        return state == BETWEEN_CHARACTERS;
    }

    /**
     * How many bytes this string takes, without encoding it.
     *
     * @throws IllegalArgumentException if it holds U+0000 or a lone surrogate, or is longer than {@link #BYTES_MAX}
     */
    public static int byteCount(String text) {
        int length = text.length();
        int bytes = length;
        for (int i = 0; i < length; i++) {
            char unit = text.charAt(i);
            if (unit == 0) {
                throw new IllegalArgumentException("U+0000 in a string");
            }
            if (Character.isSurrogate(unit)) {
                requirePaired(text, i);
                bytes += 1; // four bytes from two units
            } else if (unit >= 0x80) {
                bytes += unit < 0x800 ? 1 : 2; // two or three bytes from one unit
            }
        }
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException("string of " + bytes + " bytes, at most " + BYTES_MAX);
        }
        return bytes;
    }

    private static void requirePaired(String text, int index) {
        boolean paired = Character.isHighSurrogate(text.charAt(index))
                ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
                : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
        if (!paired) {
            throw new IllegalArgumentException("lone surrogate in a string");
        }
    }

    /**
     * The bytes of a string of ours, or of an administrator's.
     *
     * @throws IllegalArgumentException as {@link #byteCount}
     */
    public static byte[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length != byteCount(text)) {
            throw new IllegalStateException("counted bytes differ from encoded ones");
        }
        return bytes;
    }
}

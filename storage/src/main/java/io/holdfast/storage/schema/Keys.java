// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds and reads every key. Keys are big-endian, so that byte order is number order, and begin with the 2-byte partition
 * (always 0 today). Variable parts stand last, so no key is a prefix of a key of another owner.
 */
public final class Keys {
    /** Kinds of timer rows; the number is on disk. */
    public enum TimerKind {
        /** A connection lives; due 0, so that all of them stand first. What is left over at a start ended with the broker. */
        CONNECTED(0),
        SESSION_EXPIRY(1),
        WILL_DELAY(2);

        private final int code;

        TimerKind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        public static TimerKind of(int code) {
            return values()[code];
        }
    }

    private static final int PARTITION_BYTES = 2;
    private static final int NUMBER_BYTES = 8;
    static final int NUMBER_KEY_BYTES = PARTITION_BYTES + NUMBER_BYTES;

    private Keys() {}

    /** {@code partition | name}. */
    public static byte[] meta(String name) {
        return text(name.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code partition | number}: a message id, a log position or a session number. */
    public static byte[] number(long number) {
        byte[] key = new byte[NUMBER_KEY_BYTES];
        putNumber(key, 0, number);
        return key;
    }

    /** Writes {@link #number(long)} into an array. */
    static void putNumber(byte[] target, int offset, long number) {
        target[offset] = 0;
        target[offset + 1] = 0;
        putLong(target, offset + PARTITION_BYTES, number);
    }

    public static long number(byte[] key) {
        return getLong(key, PARTITION_BYTES);
    }

    /** {@code partition | text}: a client identifier, topic name or topic filter. */
    public static byte[] text(byte[] utf8) {
        byte[] key = new byte[PARTITION_BYTES + utf8.length];
        System.arraycopy(utf8, 0, key, PARTITION_BYTES, utf8.length);
        return key;
    }

    public static byte[] textBytes(byte[] key) {
        return Arrays.copyOfRange(key, PARTITION_BYTES, key.length);
    }

    /** {@code partition | session number | first index}. */
    public static byte[] queue(long session, long firstIndex) {
        byte[] key = new byte[PARTITION_BYTES + 2 * NUMBER_BYTES];
        putLong(key, PARTITION_BYTES, session);
        putLong(key, PARTITION_BYTES + NUMBER_BYTES, firstIndex);
        return key;
    }

    public static long queueFirstIndex(byte[] key) {
        return getLong(key, PARTITION_BYTES + NUMBER_BYTES);
    }

    /** {@code partition | session number | topic filter}. */
    public static byte[] subscription(long session, byte[] filter) {
        byte[] key = new byte[PARTITION_BYTES + NUMBER_BYTES + filter.length];
        putLong(key, PARTITION_BYTES, session);
        System.arraycopy(filter, 0, key, PARTITION_BYTES + NUMBER_BYTES, filter.length);
        return key;
    }

    public static byte[] subscriptionFilter(byte[] key) {
        return Arrays.copyOfRange(key, PARTITION_BYTES + NUMBER_BYTES, key.length);
    }

    /** {@code partition | due in milliseconds since 1970 | session number | kind}. */
    public static byte[] timer(long dueMillis, long session, TimerKind kind) {
        byte[] key = new byte[PARTITION_BYTES + 2 * NUMBER_BYTES + 1];
        putLong(key, PARTITION_BYTES, dueMillis);
        putLong(key, PARTITION_BYTES + NUMBER_BYTES, session);
        key[key.length - 1] = (byte) kind.code();
        return key;
    }

    public static long timerDueMillis(byte[] key) {
        return getLong(key, PARTITION_BYTES);
    }

    public static long timerSession(byte[] key) {
        return getLong(key, PARTITION_BYTES + NUMBER_BYTES);
    }

    public static TimerKind timerKind(byte[] key) {
        return TimerKind.of(key[key.length - 1]);
    }

    /** The first key after all keys of this partition. */
    public static byte[] end() {
        return new byte[] {0, 1};
    }

    static void putLong(byte[] target, int at, long value) {
        for (int i = 7; i >= 0; i--) {
            target[at + i] = (byte) value;
            value >>>= 8;
        }
    }

    static long getLong(byte[] source, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (source[at + i] & 0xff);
        }
        return value;
    }
}

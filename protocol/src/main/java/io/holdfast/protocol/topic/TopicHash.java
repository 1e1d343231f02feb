// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * A fast 64-bit hash of topic bytes. Topics come from strangers, so the hash is keyed with random numbers drawn once per
 * process: nobody can prepare topics that collide. For the same reason its values must never be stored.
 */
final class TopicHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long KEY_START;
    private static final long KEY_STEP;

    static {
        SecureRandom random = new SecureRandom();
        KEY_START = random.nextLong();
        KEY_STEP = random.nextLong() | 1;
    }

    private TopicHash() {}

    static long hash(byte[] bytes) {
        long hash = KEY_START ^ bytes.length;
        int i = 0;
        for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(bytes, i), KEY_STEP);
        }
        long tail = 0;
        for (; i < bytes.length; i++) {
            tail = (tail << Byte.SIZE) | (bytes[i] & 0xFF);
        }
        return mix(mix(hash ^ tail, KEY_STEP), KEY_START | 1);
    }

    /** Both halves of the 128-bit product, folded: every input bit reaches every output bit. */
    private static long mix(long a, long b) {
        return (a * b) ^ Math.multiplyHigh(a, b);
    }
}

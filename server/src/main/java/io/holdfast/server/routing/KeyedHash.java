// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * SipHash-1-3 with a 128-bit result, under a random key of this tree.
 *
 * <p>The tree keeps no topic text: a topic, or one level of it, <em>is</em> its hash. That is sound only if nobody can
 * make two texts with one hash, so the hash must be keyed, and the key must not be recoverable from what a client sees.
 * SipHash is a pseudo-random function built for exactly that (short inputs, hostile senders), and what a client sees is
 * deliveries, never hashes. Without the key two texts collide with probability 2^-128 (2^-96 for the part that
 * {@link #levelBelow} keeps); one pair among ten million filters: below 10^-14. The cheaper multiply-and-fold hashes have
 * inputs that collapse their state, so they would trade a proof for some ten nanoseconds.
 *
 * <p>One object per thread: the result of the last call stays in its fields, so that nothing is allocated.
 */
final class KeyedHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key0;
    private final long key1;

    private long low;
    private long high;

    KeyedHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    static KeyedHash random() {
        SecureRandom random = new SecureRandom();
        return new KeyedHash(random.nextLong(), random.nextLong());
    }

    void save(Snapshot.Sink out) throws IOException {
        out.putLong(key0);
        out.putLong(key1);
    }

    static KeyedHash load(ByteBuffer in) {
        return new KeyedHash(in.getLong(), in.getLong());
    }

    /** The same function for another thread. */
    KeyedHash copy() {
        return new KeyedHash(key0, key1);
    }

    /** The first half of the last result. */
    long low() {
        return low;
    }

    /** The second half of the last result. */
    long high() {
        return high;
    }

    /**
     * The second half of a tree edge's key: what identifies a level below a node, namely 32 more bits of the level's
     * hash and the node.
     */
    long levelBelow(int node) {
        return (high << Integer.SIZE) | node;
    }

    /** Hashes {@code bytes[from, to)}; the result is in {@link #low} and {@link #high}. */
    void compute(byte[] bytes, int from, int to) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        int wholeWords = from + ((to - from) & -Long.BYTES);
        for (int i = from; i <= wholeWords; i += Long.BYTES) {
            long word = i < wholeWords ? (long) LONG.get(bytes, i) : lastWord(bytes, i, to, to - from);
            v3 ^= word;
            // one round, written out: the four words must stay in registers
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        v2 ^= 0xee;
        for (int round = 0; round < 6; round++) {
            if (round == 3) {
                low = v0 ^ v1 ^ v2 ^ v3;
                v1 ^= 0xdd;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        high = v0 ^ v1 ^ v2 ^ v3;
    }

    /** The bytes after the last whole word, and the length in the top byte. */
    private static long lastWord(byte[] bytes, int from, int to, int length) {
        long word = (long) length << 56;
        for (int i = from; i < to; i++) {
            word |= (bytes[i] & 0xffL) << ((i - from) * Byte.SIZE);
        }
        return word;
    }
}

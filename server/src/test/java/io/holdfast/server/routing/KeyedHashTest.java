// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
    @Test
    @DisplayName("the reference below is SipHash: published vectors of SipHash-2-4, 64 and 128 bit, key 00..0f")
    void reference_publishedVectors_agrees() {
        byte[] fifteen = new byte[15];
        for (int i = 0; i < fifteen.length; i++) {
            fifteen[i] = (byte) i;
        }
        long key0 = 0x0706050403020100L;
        long key1 = 0x0f0e0d0c0b0a0908L;

        assertThat(new Reference(key0, key1, false).hash(2, 4, fifteen)[0]).isEqualTo(0xa129ca6149be45e5L);
        // little endian: a3817f04ba25a8e66df67214c7550293
        long[] empty = new Reference(key0, key1, true).hash(2, 4, new byte[0]);
        assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(empty[0]))).isEqualTo("a3817f04ba25a8e6");
        assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(empty[1]))).isEqualTo("6df67214c7550293");
    }

    @Seeded(runs = 50)
    @DisplayName("the hash is SipHash-1-3 with 128 bits, for every length and place in the array")
    void compute_anyRange_agreesWithReference(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long key0 = random.nextLong();
        long key1 = random.nextLong();
        KeyedHash hash = new KeyedHash(key0, key1);
        byte[] bytes = new byte[300];
        random.nextBytes(bytes);
        for (int length = 0; length <= 270; length++) {
            int from = random.nextInt(bytes.length - length + 1);
            byte[] part = Arrays.copyOfRange(bytes, from, from + length);
            long[] expected = new Reference(key0, key1, true).hash(1, 3, part);
            hash.compute(bytes, from, from + length);
            assertThat(hash.low()).isEqualTo(expected[0]);
            assertThat(hash.high()).isEqualTo(expected[1]);
        }
    }

    @Test
    @DisplayName("two trees hash differently, copies of one alike")
    void random_twice_differs() {
        KeyedHash one = KeyedHash.random();
        KeyedHash other = KeyedHash.random();
        KeyedHash copy = one.copy();
        byte[] bytes = {1, 2, 3};
        one.compute(bytes, 0, 3);
        other.compute(bytes, 0, 3);
        copy.compute(bytes, 0, 3);

        assertThat(one.low()).isNotEqualTo(other.low()).isEqualTo(copy.low());
        assertThat(one.high()).isNotEqualTo(other.high()).isEqualTo(copy.high());
    }

    /** SipHash-c-d as its paper writes it: a byte buffer, a round function, no shortcuts. */
    private static final class Reference {
        private long v0;
        private long v1;
        private long v2;
        private long v3;
        private final boolean wide;

        Reference(long key0, long key1, boolean wide) {
            this.wide = wide;
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL ^ (wide ? 0xee : 0);
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
        }

        long[] hash(int c, int d, byte[] message) {
            byte[] padded = Arrays.copyOf(message, (message.length / 8 + 1) * 8);
            padded[padded.length - 1] = (byte) message.length;
            for (int i = 0; i < padded.length; i += 8) {
                long word = 0;
                for (int b = 7; b >= 0; b--) {
                    word = (word << 8) | (padded[i + b] & 0xff);
                }
                v3 ^= word;
                rounds(c);
                v0 ^= word;
            }
            v2 ^= wide ? 0xee : 0xff;
            rounds(d);
            long first = v0 ^ v1 ^ v2 ^ v3;
            v1 ^= 0xdd;
            rounds(d);
            return new long[] {first, v0 ^ v1 ^ v2 ^ v3};
        }

        private void rounds(int count) {
            for (int i = 0; i < count; i++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13);
                v1 ^= v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16);
                v3 ^= v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21);
                v3 ^= v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17);
                v1 ^= v2;
                v2 = Long.rotateLeft(v2, 32);
            }
        }
    }
}

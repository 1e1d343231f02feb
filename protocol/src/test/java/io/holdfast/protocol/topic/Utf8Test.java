// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class Utf8Test {
    /** One of each kind; none holds a byte that is a wildcard. */
    static final List<byte[]> ILL_FORMED = List.of(
            hex("00"), // U+0000
            hex("610061"), // U+0000 inside
            hex("80"), // stray continuation
            hex("c080"), // overlong U+0000
            hex("c1bf"), // overlong
            hex("e08080"), // overlong
            hex("e09fbf"), // overlong
            hex("f0808080"), // overlong
            hex("f08fbfbf"), // overlong
            hex("eda080"), // surrogate D800
            hex("edbfbf"), // surrogate DFFF
            hex("eda081edb080"), // a pair of surrogates
            hex("f4908080"), // U+110000
            hex("f5808080"), // beyond
            hex("ff"),
            hex("fe"),
            hex("c3"), // cut
            hex("e282"), // cut
            hex("f09f98"), // cut
            hex("c361"), // continuation missing
            hex("e28261"),
            hex("f09f9861"));

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    @DisplayName("T10 ill-formed, overlong, surrogates and U+0000 are refused")
    void isWellFormed_badBytes_false() {
        for (byte[] bytes : ILL_FORMED) {
            assertThat(Utf8.isWellFormed(bytes))
                    .as(HexFormat.of().formatHex(bytes))
                    .isFalse();
        }
    }

    @Test
    @DisplayName("the borders of every length are accepted, noncharacters and a byte order mark too")
    void isWellFormed_borders_true() {
        for (int codePoint : new int[] {
            1, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFEFF, 0xFFFE, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0xFFFFF,
            0x100000, 0x10FFFF
        }) {
            String text = Character.toString(codePoint);
            assertThat(Utf8.isWellFormed(text.getBytes(StandardCharsets.UTF_8)))
                    .as(Integer.toHexString(codePoint))
                    .isTrue();
            assertThat(Utf8.byteCount(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    @Test
    @DisplayName("all sequences of two and three bytes agree with the JDK's decoder")
    void isWellFormed_allShortSequences_agreesWithJdk() {
        byte[] bytes = new byte[2];
        for (int i = 0; i < 1 << 16; i++) {
            bytes[0] = (byte) (i >> 8);
            bytes[1] = (byte) i;
            assertAgrees(bytes);
        }
        byte[] three = new byte[3];
        for (int lead = 0xC0; lead <= 0xFF; lead++) {
            for (int i = 0; i < 1 << 16; i += 31) {
                three[0] = (byte) lead;
                three[1] = (byte) (i >> 8);
                three[2] = (byte) i;
                assertAgrees(three);
            }
        }
    }

    @Seeded(runs = 10)
    @DisplayName("random sequences agree with the JDK's decoder, in arrays and in buffers")
    void isWellFormed_random_agreesWithJdk(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            String text = random.ints(random.nextInt(6), 1, 0x11_0000)
                    .filter(codePoint -> codePoint < 0xD800 || codePoint > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(Utf8.isWellFormed(bytes)).isTrue();
            assertThat(Utf8.encode(text)).isEqualTo(bytes);
            if (bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                assertAgrees(bytes);
            }
        }
    }

    private static void assertAgrees(byte[] bytes) {
        boolean expected = isWellFormedToJdk(bytes);
        if (Utf8.isWellFormed(bytes) != expected
                || Utf8.isWellFormed(Unpooled.wrappedBuffer(bytes), 0, bytes.length) != expected) {
            throw new AssertionError(HexFormat.of().formatHex(bytes) + " should be " + expected);
        }
    }

    private static boolean isWellFormedToJdk(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .chars()
                    .noneMatch(c -> c == 0);
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void encode_illegalString_refused() {
        for (String text : List.of("a\0", "\ud800", "\udc00", "a\ud83d", "\ude00\ud83d", "a".repeat(65_536))) {
            assertThatThrownBy(() -> Utf8.encode(text)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Utf8.encode("\ud83d\ude00")).isEqualTo(hex("f09f9880"));
    }
}

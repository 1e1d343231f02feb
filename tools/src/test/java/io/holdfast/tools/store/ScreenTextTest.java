// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenTextTest {
    @ParameterizedTest
    @CsvSource(
            value = {
                "plain/topic|plain/topic",
                "\u00e4\u4e2d\ud83d\ude00|\u00e4\u4e2d\ud83d\ude00",
                "a\u001b[2J|a\\u001b[2J",
                "a\u0000b\u007f\u009b|a\\u0000b\\u007f\\u009b",
                "\u202eright|\\u202eright",
                "back\\slash|back\\\\slash",
                "\ud800x|\\ud800x",
                "tab\there|tab\\there"
            },
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false)
    @DisplayName(
            "letters stay, whatever moves a cursor or turns the writing is escaped, and no two texts look the same")
    void of_text_escaped(String text, String shown) {
        assertThat(ScreenText.of(text)).isEqualTo(shown);
    }

    @Test
    @DisplayName("no text and an empty text are told apart; line breaks do not break lines")
    void of_nullAndEmpty_visible() {
        assertThat(ScreenText.of(null)).isEqualTo("-");
        assertThat(ScreenText.of("")).isEqualTo("\"\"");
        assertThat(ScreenText.of("\u2028\u2029")).isEqualTo("\\u2028\\u2029");
        assertThat(ScreenText.of("a\r\nb")).isEqualTo("a\\r\\nb");
    }

    @Seeded(runs = 50)
    @DisplayName("random bytes: a payload is a text only when it is UTF-8 without control characters")
    void text_randomBytes_neverControl(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[random.nextInt(6)];
        random.nextBytes(bytes);
        String text = ScreenText.text(bytes, 0, bytes.length);
        if (text != null) {
            assertThat(text.getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
            assertThat(text.chars().filter(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t'))
                    .isEmpty();
        }
        assertThat(ScreenText.of(text).chars()).noneMatch(c -> c < ' ' || c == 0x7f);
    }

    @Test
    @DisplayName("payloads: text, text with line breaks, binary, broken UTF-8")
    void text_kinds_asTheyAre() {
        assertThat(text("h\u00e9llo\n".getBytes(StandardCharsets.UTF_8))).isEqualTo("h\u00e9llo\n");
        assertThat(text(new byte[0])).isEmpty();
        assertThat(text(new byte[] {'a', 0})).isNull();
        assertThat(text(new byte[] {(byte) 0xc3})).isNull();
    }

    private static @Nullable String text(byte[] bytes) {
        return ScreenText.text(bytes, 0, bytes.length);
    }

    @Test
    @DisplayName("times are UTC to the millisecond, none is a dash")
    void time_millis_utc() {
        assertThat(ScreenText.time(0)).isEqualTo("-");
        assertThat(ScreenText.time(1_700_000_000_123L)).isEqualTo("2023-11-14T22:13:20.123");
    }
}

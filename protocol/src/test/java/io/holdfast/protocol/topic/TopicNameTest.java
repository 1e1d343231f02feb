// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a/+", "a/#", "+", "#", "a+", "a#b", "+/a", "a/#/b"})
    @DisplayName("S34 a topic name holds no wildcards")
    void of_wildcard_illegal(String text) {
        assertThatThrownBy(() -> TopicName.of(text))
                .isInstanceOfSatisfying(
                        InvalidTopicException.class,
                        e -> assertThat(e.fault()).isEqualTo(InvalidTopicException.Fault.GRAMMAR));
    }

    @Test
    @DisplayName("S45 a filter may cover several topics, a publish needs one exact topic")
    void of_filterText_isNoTopic() {
        String text = "myhome/+/temperature";
        assertThat(TopicFilter.parse(text).hasWildcard()).isTrue();
        assertThatThrownBy(() -> TopicName.of(text)).isInstanceOf(InvalidTopicException.class);
        assertThat(TopicName.of("myhome/livingroom/temperature").levelCount()).isEqualTo(3);
    }

    @Test
    @DisplayName("S39 S63 a topic name has at least one character")
    void of_empty_illegal() {
        assertThatThrownBy(() -> TopicName.of("")).isInstanceOf(InvalidTopicException.class);
        assertThat(TopicName.of(" ").levelCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("S40 / splits levels")
    void levelCount_slashes_split() {
        assertThat(TopicName.of("myhome/livingroom/temperature").levelCount()).isEqualTo(3);
    }

    @Test
    @DisplayName("S41 mytopic is legal")
    void of_plain_legal() {
        assertThat(TopicName.of("mytopic")).hasToString("mytopic");
    }

    @Test
    @DisplayName("S42 top_level_topic/second_level_topic is legal")
    void of_twoLevels_legal() {
        assertThat(TopicName.of("top_level_topic/second_level_topic").levelCount())
                .isEqualTo(2);
    }

    @Test
    @DisplayName("S43 both \\ and / are legal; \\ is no separator")
    void of_backslash_isNoSeparator() {
        assertThat(TopicName.of("\\").levelCount()).isEqualTo(1);
        assertThat(TopicName.of("a\\b").levelCount()).isEqualTo(1);
        assertThat(TopicName.of("/").levelCount()).isEqualTo(2);
    }

    @Test
    @DisplayName("S64 /a, a and a/ are three topics")
    void equals_outerSlashes_differ() {
        Set<TopicName> topics = new HashSet<>();
        topics.add(TopicName.of("/a"));
        topics.add(TopicName.of("a"));
        topics.add(TopicName.of("a/"));
        assertThat(topics).hasSize(3);
    }

    @Test
    @DisplayName("S65 only / is legal")
    void of_slashAlone_legal() {
        assertThat(TopicName.of("/")).hasToString("/");
    }

    @Test
    @DisplayName("S66 UTF-8 of at most 65,535 bytes, not characters")
    void of_length_inBytes() {
        assertThat(TopicName.of("a".repeat(65_535)).utf8()).hasSize(65_535);
        assertThat(TopicName.of("\u20ac".repeat(21_845)).utf8()).hasSize(65_535);
        assertThatThrownBy(() -> TopicName.of("a".repeat(65_536))).isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> TopicName.of("\u20ac".repeat(21_846))).isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> TopicName.of(new byte[65_536])).isInstanceOf(InvalidTopicException.class);
    }

    @Test
    @DisplayName("S66 bad UTF-8, U+0000 and surrogates are refused, in bytes and in strings")
    void of_illFormed_encodingFault() {
        for (byte[] bytes : Utf8Test.ILL_FORMED) {
            assertThatThrownBy(() -> TopicName.of(bytes))
                    .isInstanceOfSatisfying(
                            InvalidTopicException.class,
                            e -> assertThat(e.fault()).isEqualTo(InvalidTopicException.Fault.ENCODING));
        }
        for (String text : new String[] {"a\0", "\ud800", "\udc00a", "a\ud83d"}) {
            assertThatThrownBy(() -> TopicName.of(text)).isInstanceOf(InvalidTopicException.class);
        }
    }

    @Test
    @DisplayName("S67 A is not a")
    void equals_case_counts() {
        assertThat(TopicName.of("A")).isNotEqualTo(TopicName.of("a"));
    }

    @Test
    void equals_sameBytesFromAnywhere_equal() {
        TopicName topic = TopicName.of("caf\u00e9/1");
        byte[] around = "xcaf\u00e9/1x".getBytes(StandardCharsets.UTF_8);
        TopicName sliced = TopicName.of(Unpooled.wrappedBuffer(around), 1, around.length - 2, 2);
        assertThat(sliced).isEqualTo(topic).hasSameHashCodeAs(topic).hasToString("caf\u00e9/1");
        assertThat(sliced.hash64()).isEqualTo(topic.hash64());
    }

    @Test
    void startsWithDollar_firstByte_only() {
        assertThat(TopicName.of("$SYS/x").startsWithDollar()).isTrue();
        assertThat(TopicName.of("a/$SYS").startsWithDollar()).isFalse();
    }

    @Test
    @DisplayName("hashes of many similar topics do not collide, in all bits and in the low ones")
    void hash64_similarTopics_spread() {
        Set<Long> hashes = new HashSet<>();
        Set<Long> low = new HashSet<>();
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            long hash = TopicName.of("sensors/" + i + "/t").hash64();
            hashes.add(hash);
            low.add(hash & 0xFFFF);
        }
        assertThat(hashes).hasSize(count);
        // 65,536 boxes, 100,000 balls: 1 - e^-1.53 = 78 % of the boxes are hit by a good hash
        assertThat(low.size()).isBetween(50_000, 52_500);
    }

    @Test
    @DisplayName("hashes depend on the length and on every byte of the tail")
    void hash64_tails_differ() {
        Set<Long> hashes = new HashSet<>();
        StringBuilder text = new StringBuilder();
        for (int length = 1; length <= 40; length++) {
            text.append('a');
            hashes.add(TopicName.of(text.toString()).hash64());
            for (int i = 0; i < length; i++) {
                StringBuilder other = new StringBuilder(text);
                other.setCharAt(i, 'b');
                hashes.add(TopicName.of(other.toString()).hash64());
            }
        }
        assertThat(hashes).hasSize(40 + 40 * 41 / 2);
    }
}

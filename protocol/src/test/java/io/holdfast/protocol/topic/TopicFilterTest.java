// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.AbstractBooleanAssert;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
    private static AbstractBooleanAssert<?> matching(String filter, String topic) {
        return assertThat(TopicFilter.parse(filter).matches(TopicName.of(topic)))
                .as("%s against %s", filter, topic);
    }

    private static void assertIllegal(String filter) {
        assertThatThrownBy(() -> TopicFilter.parse(filter))
                .as(filter)
                .isInstanceOfSatisfying(
                        InvalidTopicException.class,
                        e -> assertThat(e.fault()).isEqualTo(InvalidTopicException.Fault.GRAMMAR));
    }

    @Test
    @DisplayName("S44 + covers several topics, and an exact filter its own")
    void matches_oneLevelWildcard_coversAnyLevel() {
        matching("myhome/+/temperature", "myhome/livingroom/temperature").isTrue();
        matching("myhome/+/temperature", "myhome/kitchen/temperature").isTrue();
        matching("myhome/+/temperature", "myhome/kitchen/humidity").isFalse();
        matching("myhome/livingroom/temperature", "myhome/livingroom/temperature")
                .isTrue();
        matching("myhome/livingroom/temperature", "myhome/kitchen/temperature").isFalse();
    }

    private static List<String> upTo(int levels, List<String> words) {
        List<String> all = new ArrayList<>();
        List<String> longest = List.of("");
        for (int i = 0; i < levels; i++) {
            List<String> longer = new ArrayList<>();
            for (String start : longest) {
                for (String word : words) {
                    if (!start.endsWith("#")) {
                        longer.add(i == 0 ? word : start + "/" + word);
                    }
                }
            }
            all.addAll(longer);
            longest = longer;
        }
        all.remove("");
        return all;
    }

    @Test
    @DisplayName(
            "T30 a filter covers another when it matches all that the other matches: held to the definition, all short ones")
    void covers_allShortFilters_asByDefinition() {
        List<TopicFilter> filters = upTo(3, List.of("", "a", "b", "+", "#", "$x")).stream()
                .map(TopicFilter::parse)
                .toList();
        List<TopicName> topics = upTo(4, List.of("", "a", "b", "c", "$x")).stream()
                .map(TopicName::of)
                .toList();
        int pairs = 0;
        for (TopicFilter wide : filters) {
            for (TopicFilter narrow : filters) {
                boolean all = topics.stream().noneMatch(topic -> narrow.matches(topic) && !wide.matches(topic));
                // Covered only because no topic is empty: not seen in the texts level by level, and then the answer is
                // no.
                boolean spelling = (wide + " " + narrow).equals("+/# #")
                        || narrow.toString().equals("/#");
                if (wide.covers(narrow) != all && !(all && spelling)) {
                    throw new AssertionError(wide + " and " + narrow + ": " + all);
                }
                pairs++;
            }
        }
        assertThat(pairs).isGreaterThan(20_000);
        assertThat(TopicFilter.parse("a/#").covers(TopicFilter.parse("$share/g/a/b")))
                .isTrue();
        assertThat(TopicFilter.parse("a/#").covers(TopicFilter.parse("$share/a/#")))
                .isFalse();
    }

    @Test
    @DisplayName("S46 # covers its parent and any depth below")
    void matches_multiLevelWildcard_coversParentAndBelow() {
        matching("china/#", "china").isTrue();
        matching("china/#", "china/a").isTrue();
        matching("china/#", "china/a/b").isTrue();
        matching("china/#", "china/").isTrue();
        matching("china/#", "chinax").isFalse();
        matching("china/#", "chin").isFalse();
    }

    @Test
    @DisplayName("S47 china/guangzhou/# gets the three topics of the text")
    void matches_guangzhou_allThree() {
        matching("china/guangzhou/#", "china/guangzhou").isTrue();
        matching("china/guangzhou/#", "china/guangzhou/huangpu").isTrue();
        matching("china/guangzhou/#", "china/guangzhou/tianhe/zhongshanlu/num123")
                .isTrue();
    }

    @Test
    @DisplayName("S48 the listed topic has a space after china: a typo, since levels are compared exactly")
    void matches_spaceInLevel_isAnotherLevel() {
        matching("china/guangzhou/#", "china /guangzhou/tianhe/zhongshanlu").isFalse();
        matching("china/guangzhou/#", "china/guangzhou/tianhe/zhongshanlu").isTrue();
    }

    @Test
    @DisplayName("S49 school/# is legal and covers school")
    void parse_multiLevelAfterSlash_legal() {
        matching("school/#", "school").isTrue();
    }

    @Test
    @DisplayName("S50 # is legal and gets all topics but those with $")
    void matches_multiLevelAlone_allButDollar() {
        for (String topic : List.of("a", "/", "a/b/c", "/a", "a/", " ", "a/$b", "\\")) {
            matching("#", topic).isTrue();
        }
        matching("#", "$SYS").isFalse();
    }

    @Test
    @DisplayName("S51 school/teacher# is illegal")
    void parse_multiLevelInsideLevel_illegal() {
        assertIllegal("school/teacher#");
        assertIllegal("#a");
        assertIllegal("a/#b");
        assertIllegal("##");
    }

    @Test
    @DisplayName("S52 school/teacher/#/math is illegal")
    void parse_multiLevelNotLast_illegal() {
        assertIllegal("school/teacher/#/math");
        assertIllegal("#/");
        assertIllegal("a/#/b");
        assertIllegal("#/#");
    }

    @Test
    @DisplayName("S53 china/+ covers exactly one level, which may be empty")
    void matches_oneLevelAtEnd_oneLevelOnly() {
        matching("china/+", "china/guangzhou").isTrue();
        matching("china/+", "china/").isTrue();
        matching("china/+", "china").isFalse();
        matching("china/+", "china/guangzhou/huangpu").isFalse();
    }

    @Test
    @DisplayName("S54 two + in a row cover two levels")
    void matches_twoOneLevelWildcards_twoLevels() {
        matching("china/+/+/zhongshanlu", "china/guangzhou/tianhe/zhongshanlu").isTrue();
        matching("china/+/+/zhongshanlu", "china/shenzhen/nanshan/zhongshanlu").isTrue();
        matching("china/+/+/zhongshanlu", "china/shenzhen/zhongshanlu").isFalse();
        matching("china/+/+/zhongshanlu", "china/a/b/c/zhongshanlu").isFalse();
    }

    @Test
    @DisplayName("S55 + is legal and covers one level")
    void matches_oneLevelAlone_oneLevel() {
        matching("+", "x").isTrue();
        matching("+", "/x").isFalse();
        matching("/+", "/x").isTrue();
        matching("+/+", "/x").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a+", "+a", "a/+b", "a/b+/c", "++", "a/++/b", "+#", "#+", "a/+#"})
    @DisplayName("T11 + that does not fill its level is illegal")
    void parse_oneLevelInsideLevel_illegal(String filter) {
        assertIllegal(filter);
    }

    @Test
    @DisplayName("S56 a leading wildcard does not cover topics that begin with $")
    void matches_leadingWildcard_notDollar() {
        matching("#", "$SYS/x").isFalse();
        matching("+/x", "$SYS/x").isFalse();
        matching("+/#", "$SYS/x").isFalse();
        matching("+", "$SYS").isFalse();
        matching("/#", "$SYS/x").isFalse();
        assertThat(TopicFilter.parse("+/x").startsWithWildcard()).isTrue();
        assertThat(TopicFilter.parse("$SYS/#").startsWithWildcard()).isFalse();
    }

    @Test
    @DisplayName("S57 +/monitor/clients does not cover $SYS/monitor/clients")
    void matches_leadingOneLevel_notDollar() {
        matching("+/monitor/clients", "$SYS/monitor/clients").isFalse();
        matching("+/monitor/clients", "SYS/monitor/clients").isTrue();
    }

    @Test
    @DisplayName("S58 $SYS/monitor/+ covers $SYS/monitor/clients")
    void matches_explicitDollar_covers() {
        matching("$SYS/monitor/+", "$SYS/monitor/clients").isTrue();
        matching("$SYS/#", "$SYS/monitor/clients").isTrue();
        matching("$SYS/#", "$SYS").isTrue();
    }

    @Test
    @DisplayName("S63 a filter has at least one character")
    void parse_empty_illegal() {
        assertIllegal("");
    }

    @Test
    @DisplayName("S64 a leading or trailing / makes another filter")
    void matches_outerSlash_isALevel() {
        matching("/a", "a").isFalse();
        matching("a", "/a").isFalse();
        matching("a/", "a").isFalse();
        matching("a", "a/").isFalse();
        matching("a/", "a/").isTrue();
        assertThat(TopicFilter.parse("/a/").levels()).containsExactly("", "a", "");
    }

    @Test
    @DisplayName("S65 only / is legal and has two empty levels")
    void parse_slashAlone_legal() {
        matching("/", "/").isTrue();
        matching("+/+", "/").isTrue();
        matching("/", "a/b").isFalse();
        assertThat(TopicFilter.parse("/").levels()).containsExactly("", "");
    }

    @Test
    @DisplayName("S66 a filter has at most 65,535 bytes, well-formed and without U+0000")
    void parse_bytes_limited() {
        assertThat(TopicFilter.parse("a".repeat(65_535)).utf8()).hasSize(65_535);
        assertThatThrownBy(() -> TopicFilter.parse("a".repeat(65_536))).isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> TopicFilter.parse("a\0b")).isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> TopicFilter.parse(new byte[] {'a', (byte) 0xC0, (byte) 0x80}))
                .isInstanceOfSatisfying(
                        InvalidTopicException.class,
                        e -> assertThat(e.fault()).isEqualTo(InvalidTopicException.Fault.ENCODING));
    }

    @Test
    @DisplayName("S67 matching is case sensitive and normalises nothing")
    void matches_case_counts() {
        matching("A", "a").isFalse();
        matching("caf\u00e9", "cafe\u0301").isFalse();
        matching("\uFEFFa", "a").isFalse();
        matching("\uFEFFa", "\uFEFFa").isTrue();
    }

    @Test
    @DisplayName("T11 the level limit is judged while parsing, and linear")
    void parse_tooManyLevels_limit() {
        ByteBuf slashes = Unpooled.wrappedBuffer("/".repeat(65_535).getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> TopicFilter.parse(slashes, 0, 65_535, 128))
                .isInstanceOfSatisfying(
                        InvalidTopicException.class,
                        e -> assertThat(e.fault()).isEqualTo(InvalidTopicException.Fault.LIMIT));
        assertThat(TopicFilter.parse(slashes, 0, 127, 128).levelCount()).isEqualTo(128);
        assertThatThrownBy(() -> TopicFilter.parse(slashes, 0, 128, 128)).isInstanceOf(InvalidTopicException.class);
        ByteBuf shared = Unpooled.copiedBuffer("$share/g/a/b", StandardCharsets.US_ASCII);
        assertThat(TopicFilter.parse(shared, 0, 12, 2).levelCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share",
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//t",
                "$share/+/t",
                "$share/#/t",
                "$share/#",
                "$share/a+/t",
                "$share/g/a#",
                "$share/g/#/a"
            })
    @DisplayName("T29 unfinished or illegal shared filters")
    void parse_badShared_illegal(String filter) {
        assertIllegal(filter);
    }

    @Test
    @DisplayName("T29 a shared filter is its group and its inner filter")
    void parse_shared_groupAndInner() {
        TopicFilter shared = TopicFilter.parse("$share/g/a/#");
        assertThat(shared.isShared()).isTrue();
        assertThat(shared.groupName()).isEqualTo("g");
        assertThat(shared.inner()).isEqualTo(TopicFilter.parse("a/#"));
        assertThat(shared.levels()).containsExactly("a", "#");
        assertThat(shared.hasWildcard()).isTrue();
        assertThat(shared.startsWithWildcard()).isFalse();
        assertThat(shared).hasToString("$share/g/a/#").isNotEqualTo(shared.inner());
        assertThat(shared.matches(TopicName.of("a/b"))).isTrue();
        assertThat(TopicFilter.parse("$share/g/#").startsWithWildcard()).isTrue();
        assertThat(TopicFilter.parse("$share/g/#").matches(TopicName.of("$SYS/x")))
                .isFalse();
        assertThat(TopicFilter.parse("$share/g//t").inner()).hasToString("/t");
    }

    @Test
    void parse_looksLikeShared_isPlain() {
        for (String text : List.of("$shared/g/t", "$shar/g/t", "share/g/t", "$SHARE/g/t", "/$share/g/t")) {
            TopicFilter plain = TopicFilter.parse(text);
            assertThat(plain.isShared()).as(text).isFalse();
            assertThat(plain.groupName()).isNull();
            assertThat(plain.inner()).isSameAs(plain);
        }
    }

    @Test
    void equals_sameBytes_equal() {
        assertThat(TopicFilter.parse("a/+"))
                .isEqualTo(TopicFilter.parse("a/+".getBytes(StandardCharsets.UTF_8)))
                .hasSameHashCodeAs(TopicFilter.parse("a/+"))
                .isNotEqualTo(TopicFilter.parse("a/b"));
    }

    @Seeded(runs = 50)
    @DisplayName("matching equals a plain comparison of level lists")
    void matches_random_agreesWithLevelLists(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int matched = 0;
        for (int i = 0; i < 2_000; i++) {
            String filter = randomText(random, List.of("", "a", "b", "+", "$x"), random.nextInt(3) == 0);
            String topic = randomText(random, List.of("", "a", "b", "$x"), false);
            boolean expected = LevelLists.matches(filter, topic);
            matching(filter, topic).isEqualTo(expected);
            matched += expected ? 1 : 0;
        }
        assertThat(matched).as("matches in the sample").isPositive();
    }

    private static String randomText(SplittableRandom random, List<String> levels, boolean multiLevel) {
        StringBuilder text = new StringBuilder(levels.get(random.nextInt(levels.size())));
        for (int deeper = random.nextInt(4); deeper > 0; deeper--) {
            text.append('/').append(levels.get(random.nextInt(levels.size())));
        }
        if (multiLevel) {
            return text.append("/#").toString();
        }
        return text.isEmpty() ? "/" : text.toString();
    }

    /** The same definition over lists of strings, recursive and slow. */
    private static final class LevelLists {
        static boolean matches(String filter, String topic) {
            boolean leadingWildcard = filter.startsWith("+") || filter.startsWith("#");
            return !(leadingWildcard && topic.startsWith("$"))
                    && matches(List.of(filter.split("/", -1)), List.of(topic.split("/", -1)));
        }

        private static boolean matches(List<String> filter, List<String> topic) {
            if (filter.isEmpty()) {
                return topic.isEmpty();
            }
            String level = filter.get(0);
            if (level.equals("#")) {
                return true;
            }
            if (topic.isEmpty()) {
                return false;
            }
            return (level.equals("+") || level.equals(topic.get(0)))
                    && matches(filter.subList(1, filter.size()), topic.subList(1, topic.size()));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionTreeTest {
    private static final int QOS_1 = SubscriptionOptions.of(1, 0, 0);

    private final SubscriptionTree tree = new SubscriptionTree();
    private final TreeReader reader = tree.newReader();
    private final Matches matches = new Matches();

    @Test
    @DisplayName("S44 one filter with + covers several topics, an exact filter its own")
    void match_plusInTheMiddle_coversSeveralTopics() {
        put("myhome/+/temperature", 1);
        put("myhome/livingroom/temperature", 2);

        assertThat(match("myhome/livingroom/temperature")).containsExactly(1L, 2L);
        assertThat(match("myhome/kitchen/temperature")).containsExactly(1L);
        assertThat(match("myhome/kitchen/humidity")).isEmpty();
        assertThat(match("myhome/temperature")).isEmpty();
        assertThat(match("myhome/a/b/temperature")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"myhome/+/temperature", "myhome/#", "+", "#"})
    @DisplayName("S45 a publish needs an exact topic")
    void topicName_withWildcard_refused(String topic) {
        assertThatThrownBy(() -> TopicName.of(topic)).isInstanceOf(InvalidTopicException.class);
    }

    @Test
    @DisplayName("S46 # covers the parent and any depth, never a longer name of the parent")
    void match_hash_coversParentAndAnyDepth() {
        put("china/#", 1);

        assertThat(match("china")).containsExactly(1L);
        assertThat(match("china/")).containsExactly(1L);
        assertThat(match("china/a")).containsExactly(1L);
        assertThat(match("china/a/b")).containsExactly(1L);
        assertThat(match("chinax")).isEmpty();
        assertThat(match("/china")).isEmpty();
    }

    @Test
    @DisplayName("S47 multi-level wildcard also matches its parent")
    void match_hashAfterTwoLevels_coversParentChildAndGrandchildren() {
        put("china/guangzhou/#", 1);

        assertThat(match("china/guangzhou")).containsExactly(1L);
        assertThat(match("china/guangzhou/huangpu")).containsExactly(1L);
        assertThat(match("china/guangzhou/tianhe/zhongshanlu/num123")).containsExactly(1L);
        assertThat(match("china")).isEmpty();
        assertThat(match("china/shenzhen")).isEmpty();
    }

    @Test
    @DisplayName("S48 levels are compared exactly: the space in the listed topic is a typo and does not match")
    void match_levelWithTrailingSpace_doesNotMatch() {
        put("china/guangzhou/#", 1);

        assertThat(match("china /guangzhou/tianhe/zhongshanlu")).isEmpty();
        assertThat(match("china/guangzhou/tianhe/zhongshanlu")).containsExactly(1L);
    }

    @Test
    @DisplayName("S49 school/# is legal and covers school")
    void match_schoolHash_coversSchool() {
        put("school/#", 1);

        assertThat(match("school")).containsExactly(1L);
        assertThat(match("school/teacher/math")).containsExactly(1L);
    }

    @Test
    @DisplayName("S50 # covers every topic that does not begin with $")
    void match_hashAlone_coversAllButDollar() {
        put("#", 1);

        assertThat(match("a")).containsExactly(1L);
        assertThat(match("/")).containsExactly(1L);
        assertThat(match("a/b/c/d")).containsExactly(1L);
        assertThat(match("a/$SYS")).containsExactly(1L);
        assertThat(match("$SYS")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"school/teacher#", "school/teacher/#/math", "school/te+", "#/"})
    @DisplayName("S51 S52 # and + fill a level, # the last one")
    void topicFilter_misplacedWildcard_refused(String filter) {
        assertThatThrownBy(() -> TopicFilter.parse(filter)).isInstanceOf(InvalidTopicException.class);
    }

    @Test
    @DisplayName("S53 + covers exactly one level, an empty one too")
    void match_plusAtTheEnd_coversOneLevel() {
        put("china/+", 1);

        assertThat(match("china/guangzhou")).containsExactly(1L);
        assertThat(match("china/")).containsExactly(1L);
        assertThat(match("china")).isEmpty();
        assertThat(match("china/guangzhou/huangpu")).isEmpty();
    }

    @Test
    @DisplayName("S54 two + in a row cover two levels")
    void match_twoPlus_coverTwoLevels() {
        put("china/+/+/zhongshanlu", 1);

        assertThat(match("china/guangzhou/tianhe/zhongshanlu")).containsExactly(1L);
        assertThat(match("china/shenzhen/nanshan/zhongshanlu")).containsExactly(1L);
        assertThat(match("china/shenzhen/zhongshanlu")).isEmpty();
        assertThat(match("china/shenzhen/nanshan/zhongshanlu/1")).isEmpty();
    }

    @Test
    @DisplayName("S55 + alone covers one level, not the two of /x")
    void match_plusAlone_coversOneLevel() {
        put("+", 1);
        put("+/+", 2);
        put("/+", 3);

        assertThat(match("x")).containsExactly(1L);
        assertThat(match("/x")).containsExactly(2L, 3L);
    }

    @Test
    @DisplayName("S56 a leading wildcard does not match a topic that begins with $")
    void match_leadingWildcard_skipsDollarTopics() {
        put("#", 1);
        put("+/x", 2);
        put("+", 3);
        put("+/#", 4);

        assertThat(match("$SYS/x")).isEmpty();
        assertThat(match("$SYS")).isEmpty();
        assertThat(match("SYS/x")).containsExactly(1L, 2L, 4L);
    }

    @Test
    @DisplayName("S57 +/monitor/clients does not match $SYS/monitor/clients")
    void match_plusMonitorClients_skipsSys() {
        put("+/monitor/clients", 1);

        assertThat(match("$SYS/monitor/clients")).isEmpty();
        assertThat(match("app/monitor/clients")).containsExactly(1L);
    }

    @Test
    @DisplayName("S58 $SYS/monitor/+ and $SYS/# match $SYS/monitor/clients")
    void match_wildcardBehindSys_matches() {
        put("$SYS/monitor/+", 1);
        put("$SYS/#", 2);
        put("$SYS/monitor/clients", 3);

        assertThat(match("$SYS/monitor/clients")).containsExactly(1L, 2L, 3L);
        assertThat(match("$SYS")).containsExactly(2L);
    }

    @Test
    @DisplayName("a session with overlapping filters appears once per filter, each with its own terms")
    void match_overlappingFilters_unmerged() {
        tree.put(TopicFilter.parse("a/b"), 7, SubscriptionOptions.of(0, 0, 0), 11);
        tree.put(TopicFilter.parse("a/+"), 7, SubscriptionOptions.of(1, 1, SubscriptionOptions.NO_LOCAL), 12);
        tree.put(TopicFilter.parse("a/#"), 7, SubscriptionOptions.of(2, 2, SubscriptionOptions.VOLATILE), 268_435_455);

        assertThat(match("a/b")).containsExactly(7L, 7L, 7L);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < matches.size(); i++) {
            found.add(SubscriptionOptions.qos(matches.options(i)) + ":" + matches.identifier(i));
        }
        assertThat(found).containsExactlyInAnyOrder("0:11", "1:12", "2:268435455");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a/+", "a/#"})
    @DisplayName("a second SUBSCRIBE replaces the first and tells what was there [MQTT-3.8.4-3]")
    void put_again_replaces(String filter) {
        int first = SubscriptionOptions.of(2, 1, SubscriptionOptions.NO_LOCAL);

        assertThat(tree.put(TopicFilter.parse(filter), Long.MAX_VALUE, first, 5))
                .isEqualTo(SubscriptionTree.NONE);
        assertThat(tree.put(TopicFilter.parse(filter), Long.MAX_VALUE, QOS_1, 6))
                .isEqualTo(first);

        assertThat(match("a/b")).containsExactly(Long.MAX_VALUE);
        assertThat(matches.options(0)).isEqualTo(QOS_1);
        assertThat(matches.identifier(0)).isEqualTo(6);
        assertThat(tree.filterCount()).isEqualTo(1);
        assertThat(tree.subscriptionCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a/+", "a/#", "#"})
    @DisplayName("remove takes out the one subscription and says whether there was one")
    void remove_oneOfSeveral_othersStay(String text) {
        TopicFilter filter = TopicFilter.parse(text);
        assertThat(tree.remove(filter, 1)).isFalse();
        for (long session = 1; session <= 3; session++) {
            put(text, session);
        }

        assertThat(tree.remove(filter, 2)).isTrue();
        assertThat(tree.remove(filter, 2)).isFalse();
        assertThat(tree.remove(filter, 4)).isFalse();
        assertThat(match("a/b")).containsExactly(1L, 3L);
        assertThat(tree.filterCount()).isEqualTo(1);
        assertThat(tree.subscriptionCount()).isEqualTo(2);

        assertThat(tree.remove(filter, 1)).isTrue();
        assertThat(tree.remove(filter, 3)).isTrue();
        assertThat(match("a/b")).isEmpty();
        assertThat(tree.filterCount()).isZero();
        assertThat(tree.subscriptionCount()).isZero();
    }

    @Test
    @DisplayName("the last subscription of a branch takes its nodes with it, and only its nodes")
    void remove_sharedBranch_keepsWhatOthersNeed() {
        put("a/+/c/#", 1);
        put("a/+/c", 2);
        put("a/+/c/d/e", 3);
        put("+/x", 4);
        tree.remove(TopicFilter.parse("a/+/c/d/e"), 3);
        assertThat(match("a/b/c")).containsExactly(1L, 2L);
        tree.remove(TopicFilter.parse("a/+/c/#"), 1);
        assertThat(match("a/b/c")).containsExactly(2L);
        assertThat(match("a/b/c/d")).isEmpty();
        tree.remove(TopicFilter.parse("a/+/c"), 2);
        tree.remove(TopicFilter.parse("+/x"), 4);
        tree.reclaim();

        assertThat(tree.nodeCount()).as("the root alone").isEqualTo(1);
    }

    @Test
    @DisplayName("C12 every put and every successful remove raises the generation by one; a lookup reports it")
    void generation_changes_countsThem() {
        put("a", 1);
        put("a", 1);
        put("+", 1);
        tree.remove(TopicFilter.parse("b"), 1);
        tree.remove(TopicFilter.parse("+"), 1);

        assertThat(tree.generation()).isEqualTo(4);
        match("a");
        assertThat(matches.generation()).isEqualTo(4);
    }

    @Test
    @DisplayName("what does not belong into the tree is refused and changes nothing")
    void put_outOfRange_refused() {
        TopicFilter filter = TopicFilter.parse("a");
        assertThatIllegalArgumentException().isThrownBy(() -> tree.put(TopicFilter.parse("$share/g/a"), 1, QOS_1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> tree.put(filter, 1, 3, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> tree.put(filter, 1, QOS_1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> tree.put(filter, 1, QOS_1, 268_435_456));
        assertThat(tree.remove(TopicFilter.parse("$share/g/a"), 1)).isFalse();

        assertThat(tree.generation()).isZero();
        assertThat(tree.filterCount()).isZero();
    }

    @Test
    @DisplayName("K06 T11 filters and topics of 30,000 levels neither overflow the stack nor lose a match")
    void match_thousandsOfLevels_noRecursion() {
        int levels = 30_000;
        String topic = "a" + "/a".repeat(levels - 1);
        String plusses = "+" + "/+".repeat(levels - 1);
        put(topic, 1);
        put(plusses, 2);
        put(topic + "/#", 3);
        put("+/".repeat(levels) + "#", 4);
        put("a/".repeat(levels) + "+", 5);

        assertThat(match(topic)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(match(topic + "/")).containsExactly(3L, 4L, 5L);
        assertThat(match("/".repeat(65_535))).containsExactly(4L);

        for (String filter : List.of(plusses, topic + "/#", "+/".repeat(levels) + "#", "a/".repeat(levels) + "+")) {
            for (long session = 2; session <= 5; session++) {
                tree.remove(TopicFilter.parse(filter), session);
            }
        }
        tree.reclaim();
        assertThat(match(topic)).containsExactly(1L);
        assertThat(tree.nodeCount()).isEqualTo(1);
    }

    @Test
    @DisplayName("all combinations of + and literal over 12 levels are found, each once")
    void match_allCombinations_eachOnce() {
        int levels = 12;
        for (int bits = 0; bits < 1 << levels; bits++) {
            StringBuilder filter = new StringBuilder();
            for (int level = 0; level < levels; level++) {
                filter.append(level == 0 ? "" : "/").append((bits >>> level & 1) == 0 ? "+" : "a");
            }
            put(filter.toString(), bits);
        }

        List<Long> found = match("a" + "/a".repeat(levels - 1));
        assertThat(found).hasSize(1 << levels).doesNotHaveDuplicates();
    }

    private void put(String filter, long sessionNumber) {
        tree.put(TopicFilter.parse(filter), sessionNumber, QOS_1, 0);
    }

    private List<Long> match(String topic) {
        reader.match(TopicName.of(topic), matches);
        List<Long> sessions = new ArrayList<>();
        for (int i = 0; i < matches.size(); i++) {
            sessions.add(matches.sessionNumber(i));
        }
        Collections.sort(sessions);
        return sessions;
    }
}

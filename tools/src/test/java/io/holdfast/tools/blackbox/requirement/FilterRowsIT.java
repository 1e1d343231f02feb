// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on filters: each example of the user's text, with the topics that match and some that do not. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class FilterRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    FilterRowsIT(Dialect dialect) {
        dialect.speak();
    }

    static Stream<Arguments> examples() {
        String street = "china/guangzhou/tianhe/zhongshanlu";
        String bay = "china/shenzhen/nanshan/zhongshanlu";
        return Stream.of(
                row(
                        "S44 myhome/+/temperature covers several rooms",
                        "myhome/+/temperature",
                        List.of("myhome/livingroom/temperature", "myhome/kitchen/temperature"),
                        List.of("myhome/temperature", "myhome/a/b/temperature", "myhome/kitchen/humidity")),
                row(
                        "S44 the exact filter covers one room",
                        "myhome/livingroom/temperature",
                        List.of("myhome/livingroom/temperature"),
                        List.of("myhome/kitchen/temperature")),
                row(
                        "S46 china/# covers the parent and any depth",
                        "china/#",
                        List.of("china", "china/a", "china/a/b"),
                        List.of("chinax", "chinax/a", "x/china")),
                row(
                        "S47 china/guangzhou/# covers the parent and any depth",
                        "china/guangzhou/#",
                        List.of(
                                "china/guangzhou",
                                "china/guangzhou/huangpu",
                                "china/guangzhou/tianhe/zhongshanlu/num123"),
                        List.of("china", "china/shenzhen")),
                row(
                        "S48 the listed topic without its stray space matches",
                        "china/guangzhou/#",
                        List.of(street),
                        List.of("china /guangzhou/tianhe/zhongshanlu")),
                row(
                        "S49 school/# also matches school",
                        "school/#",
                        List.of("school", "school/teacher"),
                        List.of("schools")),
                row("S50 # matches all topics", "#", List.of("a", "/", "a/b/c", "/a", "a/"), List.of()),
                row(
                        "S53 china/+ matches one level",
                        "china/+",
                        List.of("china/guangzhou", "china/"),
                        List.of("china", "china/guangzhou/huangpu")),
                row(
                        "S54 china/+/+/zhongshanlu matches two streets",
                        "china/+/+/zhongshanlu",
                        List.of(street, bay),
                        List.of("china/guangzhou/zhongshanlu", street + "/1")),
                row("S55 + matches one level", "+", List.of("x", " "), List.of("/x", "x/", "x/y")));
    }

    private static Arguments row(String name, String filter, List<String> matching, List<String> others) {
        return Arguments.of(name, filter, matching, others);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    @DisplayName("[MQTT-4.7.1-2] [MQTT5-4.7.1-1] [MQTT-4.7.1-3] [MQTT5-4.7.1-2] [MQTT-3.3.2-3] "
            + "[MQTT5-3.3.2-3] [MQTT-3.8.3-2] S44 S46 S47 S48 S49 S50 S53 S54 S55 examples of filters")
    void filter_example_matchesAsTold(String name, String filter, List<String> matching, List<String> others)
            throws Exception {
        String[] topics = Stream.concat(others.stream(), matching.stream()).toArray(String[]::new);
        assertThat(Exchange.topicsReceived(BROKER, filter, topics)).as(name).containsExactlyElementsOf(matching);
    }

    /** MQTT 5 refuses the one filter, earlier versions have no word for it. */
    private static void assertSubscribeCloses(String filter) throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            if (Dialect.current().isMqtt5()) {
                assertThat(client.subscribe(1, "legal/before", filter)).containsExactly(1, 0x8F);
                return;
            }
            client.send(PacketBytes.subscribe(1, 1, "legal/before", filter));
            assertThat(client.awaitClosed(WireClient.PATIENCE)).as(filter).isTrue();
        }
    }

    @Test
    @DisplayName("S51 school/teacher# is illegal: refused, in 3.1.1 by closing the connection")
    void subscribe_hashBehindLetters_closed() throws Exception {
        assertSubscribeCloses("school/teacher#");
    }

    @Test
    @DisplayName("[MQTT-4.7.1-2] [MQTT5-4.7.1-1] S52 school/teacher/#/math is illegal: refused, in 3.1.1 by "
            + "closing the connection")
    void subscribe_hashNotLast_closed() throws Exception {
        assertSubscribeCloses("school/teacher/#/math");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"##", "#/", "a#", "a+", "+a/b", "a/b+/c", "a/++/b"})
    @DisplayName("[MQTT-4.7.1-2] [MQTT5-4.7.1-1] [MQTT-4.7.1-3] [MQTT5-4.7.1-2] S46 S53 other misplaced "
            + "wildcards are illegal too")
    void subscribe_misplacedWildcard_closed(String filter) throws Exception {
        assertSubscribeCloses(filter);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows on topics that begin with a dollar sign. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class SystemRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    SystemRowsIT(Dialect dialect) {
        dialect.speak();
    }

    /** Subscribes without waiting for the SUBACK: what is retained may come before it. */
    private static void subscribe(WireClient client, String... filters) throws IOException {
        client.send(PacketBytes.subscribe(client.nextPacketId(), 0, filters));
    }

    /** Reads until the wanted topics have come; returns all topics seen. */
    private static Set<String> topicsUntil(WireClient client, Predicate<Set<String>> enough) throws IOException {
        Set<String> topics = new HashSet<>();
        long deadline = System.nanoTime() + WireClient.PATIENCE.toNanos();
        while (!enough.test(topics) && System.nanoTime() < deadline) {
            Optional<WirePacket> packet = client.poll(Duration.ofSeconds(1));
            packet.filter(p -> p.type() == WirePacket.PUBLISH).ifPresent(p -> topics.add(p.topic()));
        }
        return topics;
    }

    @Test
    @DisplayName("[MQTT-4.7.2-1] [MQTT5-4.7.2-1] S56 # and a leading + do not match topics that begin with $")
    void subscribe_leadingWildcard_noDollarTopics() throws Exception {
        try (WireClient wide = BROKER.anyClient();
                WireClient explicit = BROKER.anyClient()) {
            subscribe(wide, "#", "+/#", "+/broker/#");
            subscribe(explicit, "$SYS/#");
            // When the explicit subscriber has something, the wide one would have had it, too.
            assertThat(topicsUntil(explicit, topics -> topics.size() >= 3)).hasSizeGreaterThanOrEqualTo(3);
            assertThat(wide.packetsUntilPingResp())
                    .filteredOn(packet -> packet.type() == WirePacket.PUBLISH)
                    .extracting(WirePacket::topic)
                    .noneMatch(topic -> topic.startsWith("$"));
        }
    }

    @Test
    @DisplayName("S57 +/broker/... does not match $SYS/broker/..., as +/monitor/clients does not $SYS/monitor/clients")
    void subscribe_plusForSys_noMatch() throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.subscribe(0, "+/monitor/clients", "+/broker/uptime", "+/broker/version");
            String fence = Exchange.subscribeFence(BROKER, client);
            client.publish(fence, "", 0, false);
            assertThat(Exchange.allUntilFence(client, fence)).isEmpty();
        }
    }

    @Test
    @DisplayName("S58 $SYS/broker/+ matches one level below, as $SYS/monitor/+ does $SYS/monitor/clients")
    void subscribe_explicitSys_matches() throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            subscribe(client, "$SYS/broker/+");
            Set<String> topics = topicsUntil(client, seen -> !seen.isEmpty());
            assertThat(topics).isNotEmpty().allMatch(topic -> topic.matches("\\$SYS/broker/[^/]+"));
        }
    }

    @Test
    @DisplayName("K08 [MQTT-3.3.5-2] S59 clients may not publish a $ topic: acknowledged and dropped")
    void publish_dollarTopic_dropped() throws Exception {
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            String fence = Exchange.subscribeWithFence(BROKER, subscriber, 1, "$SYS/mine");
            for (int qos = 0; qos <= 2; qos++) {
                publisher.publish("$SYS/mine", "forged", qos, true);
            }
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.allUntilFence(subscriber, fence)).isEmpty();
            try (WireClient late = BROKER.anyClient()) {
                String lateFence = Exchange.subscribeWithFence(BROKER, late, 1, "$SYS/mine");
                publisher.publish(lateFence, "", 1, false);
                assertThat(Exchange.allUntilFence(late, lateFence)).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("K08 S59 a will on a $ topic is refused or dropped as well")
    void will_dollarTopic_neverPublished() throws Exception {
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient();
                WireClient client = BROKER.open()) {
            String fence = Exchange.subscribeWithFence(BROKER, subscriber, 1, "$SYS/will");
            client.send(WireConnect.clean("s59")
                    .withWill("$SYS/will", "forged", 1, false)
                    .bytes());
            Optional<WirePacket> connack = client.poll(Duration.ofSeconds(2));
            client.reset();
            // A will that is not dropped would come at once: the next client with one shows that the end was noticed.
            publisher.subscribe(1, "s59/will");
            BROKER.connected(WireConnect.clean("s59").withWill("s59/will", "gone", 1, false))
                    .close();
            assertThat(publisher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
            publisher.publish(fence, "", 0, false);
            assertThat(Exchange.allUntilFence(subscriber, fence))
                    .as("%s", connack)
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("S60 $SYS/broker/... carries information on the server, the store's figures included")
    void subscribe_sysBroker_informs() throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            subscribe(client, "$SYS/#");
            assertThat(topicsUntil(
                            client,
                            topics -> topics.stream().anyMatch(topic -> topic.startsWith("$SYS/broker/store/"))
                                    && topics.contains("$SYS/broker/version")
                                    && topics.contains("$SYS/broker/uptime")))
                    .contains("$SYS/broker/version", "$SYS/broker/uptime")
                    .anyMatch(topic -> topic.startsWith("$SYS/broker/store/"));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on SUBSCRIBE and UNSUBSCRIBE: how they are answered, and what holds from the answer on. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class SubscribeRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    SubscribeRowsIT(Dialect dialect) {
        dialect.speak();
    }

    private static String topicAndQos(WirePacket publish) {
        return publish.topic() + " " + publish.qos();
    }

    @ParameterizedTest(name = "packet identifier {0}")
    @ValueSource(ints = {1, 256, 4_660, 65_535})
    @DisplayName("[MQTT-2.3.1-7] [MQTT5-2.2.1-6] [MQTT-3.8.4-2] [MQTT5-3.8.4-2] [MQTT-3.10.4-4] "
            + "[MQTT5-3.10.4-5] SUBACK and UNSUBACK carry the identifier of their packet")
    void answer_eachPacket_carriesItsIdentifier(int id) throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.send(PacketBytes.joined(
                    PacketBytes.subscribe(id, 1, "answer/id"),
                    PacketBytes.unsubscribe(id, "answer/id"),
                    PacketBytes.subscribe(id, 0, "answer/id")));
            client.expectAck(WirePacket.SUBACK, id);
            client.expectAck(WirePacket.UNSUBACK, id);
            client.expectAck(WirePacket.SUBACK, id);
        }
    }

    @Test
    @DisplayName("[MQTT-3.8.4-4] [MQTT5-3.8.4-5] [MQTT-3.8.4-5] [MQTT5-3.8.4-6] [MQTT-3.9.3-1] "
            + "[MQTT5-3.9.3-1] [MQTT5-3.2.2-10] [MQTT5-3.9.3-2] several filters are several subscriptions: "
            + "one SUBACK says what each was granted, in their order")
    void subscribe_severalFilters_oneSubAckInOrder() throws Exception {
        try (WireClient client = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            client.send(PacketBytes.subscribeByTurns(7, "sev/a", "sev/b", "sev/c", "sev/d", "sev/a"));
            assertThat(client.expectAck(WirePacket.SUBACK, 7).returnCodes()).containsExactly(0, 1, 2, 0, 1);
            assertThat(client.packetsUntilPingResp()).isEmpty();
            for (String topic : List.of("sev/a", "sev/b", "sev/c", "sev/d")) {
                publisher.publish(topic, "x", 2, false);
                WirePacket publish = client.read(WirePacket.PUBLISH);
                client.complete(publish);
                // The second "sev/a" replaced the first.
                assertThat(topicAndQos(publish)).isIn("sev/a 1", "sev/b 1", "sev/c 2", "sev/d 0");
                assertThat(publish.topic()).isEqualTo(topic);
            }
        }
    }

    @Test
    @DisplayName("[MQTT-3.8.4-1] [MQTT5-3.8.4-1] a subscription is on disk before its SUBACK: a broker killed right "
            + "after it has it")
    void subscribe_killedAfterSubAck_subscribed() throws Exception {
        WireClient client = BROKER.connected(WireConnect.durable("kept"));
        String fence = Exchange.subscribeWithFence(BROKER, client, 1, "kept/+");
        BROKER.process().kill();
        client.close();
        BROKER.process().restart();
        try (WireClient publisher = BROKER.anyClient();
                WireClient again = BROKER.connected(WireConnect.durable("kept"))) {
            publisher.publish("kept/t", "x", 1, false);
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.untilFence(again, fence))
                    .extracting(WirePacket::topic)
                    .containsExactly("kept/t");
        }
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-3.8.4-3] [MQTT5-3.8.4-3] [MQTT5-3.8.4-4] a SUBSCRIBE of a filter that there is replaces the "
            + "subscription: retained messages come again, and from then on its QoS counts")
    void subscribe_sameFilterAgain_replaced(boolean killed) throws Exception {
        String id = "twice" + killed;
        WireClient client = BROKER.connected(WireConnect.durable(id));
        String fence = Exchange.subscribeFence(BROKER, client);
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish(id + "/r", "retained", 2, true);
        }
        for (int qos : new int[] {2, 0, 1}) {
            client.subscribe(qos, id + "/+");
            WirePacket retained = client.read(WirePacket.PUBLISH);
            assertThat(topicAndQos(retained)).isEqualTo(id + "/r " + qos);
            client.complete(retained);
        }
        client.packetsUntilPingResp();
        if (killed) {
            BROKER.process().kill();
            BROKER.process().restart();
        }
        client.reset();
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish(id + "/t", "x", 2, false);
            publisher.publish(fence, "", 1, false);
        }
        try (WireClient again = BROKER.connected(WireConnect.durable(id))) {
            assertThat(Exchange.untilFence(again, fence))
                    .filteredOn(packet -> !packet.topic().equals(id + "/r"))
                    .extracting(SubscribeRowsIT::topicAndQos)
                    .containsExactly(id + "/t 1");
        }
        Exchange.forget(BROKER, id);
    }

    @Test
    @DisplayName("[MQTT-3.8.4-6] [MQTT5-3.8.4-8] a message comes with the lower of its QoS and the granted one, from a "
            + "queue that outlasted a kill too")
    void publish_eachQos_lowerOfBoth() throws Exception {
        List<List<String>> expected = List.of(
                List.of("0 0", "1 0", "2 0"), //
                List.of("1 1", "2 1", "0 0", "1 1", "2 1"),
                List.of("1 1", "2 2", "0 0", "1 1", "2 2"));
        String[] fences = new String[3];
        try (WireClient publisher = BROKER.anyClient()) {
            for (int granted = 0; granted < 3; granted++) {
                fences[granted] = Exchange.offlineSubscriber(BROKER, "min" + granted, granted, "min" + granted + "/+");
                publisher.publish("min" + granted + "/1", "queued", 1, false);
                publisher.publish("min" + granted + "/2", "queued", 2, false);
            }
        }
        BROKER.killAndRestart();
        for (int granted = 0; granted < 3; granted++) {
            try (WireClient again = BROKER.connected(WireConnect.durable("min" + granted));
                    WireClient publisher = BROKER.anyClient()) {
                for (int qos = 0; qos < 3; qos++) {
                    publisher.publish("min" + granted + "/" + qos, "live", qos, false);
                }
                publisher.publish(fences[granted], "", 1, false);
                String root = "min" + granted + "/";
                assertThat(Exchange.untilFence(again, fences[granted]))
                        .extracting(SubscribeRowsIT::topicAndQos)
                        .containsExactlyInAnyOrderElementsOf(expected.get(granted).stream()
                                .map(levels -> root + levels)
                                .toList());
            }
            Exchange.forget(BROKER, "min" + granted);
        }
    }

    @ParameterizedTest(name = "clean session {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("[MQTT-3.3.5-1] [MQTT5-3.3.4-2] where filters overlap, a message comes at the highest QoS of them")
    void publish_overlappingFilters_highestQos(boolean clean) throws Exception {
        String id = "overlap" + clean;
        try (WireClient client = BROKER.connected(clean ? WireConnect.clean(id) : WireConnect.durable(id));
                WireClient publisher = BROKER.anyClient()) {
            String fence = Exchange.subscribeFence(BROKER, client);
            client.subscribe(0, "overlap/a");
            client.subscribe(2, "overlap/+");
            client.subscribe(1, "overlap/#");
            publisher.publish("overlap/a", "x", 2, false);
            publisher.publish("overlap/b/c", "y", 2, false);
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.untilFence(client, fence))
                    .extracting(SubscribeRowsIT::topicAndQos)
                    .containsExactly("overlap/a 2", "overlap/b/c 1");
        }
        Exchange.forget(BROKER, id);
    }

    @Test
    @DisplayName("[MQTT-3.10.4-1] [MQTT5-3.10.4-1] UNSUBSCRIBE deletes the filter with the same characters and no "
            + "other, and a kill right after UNSUBACK does not bring it back")
    void unsubscribe_oneOfSimilarFilters_onlyItDeleted() throws Exception {
        WireClient client = BROKER.connected(WireConnect.durable("exact"));
        String fence = Exchange.subscribeWithFence(BROKER, client, 2, "exact/x");
        client.subscribe(1, "exact/+", "EXACT/x", "exact/x/", "exact", "/exact/x");
        client.unsubscribe("exact/x");
        BROKER.process().kill();
        client.close();
        BROKER.process().restart();
        try (WireClient publisher = BROKER.anyClient()) {
            for (String topic : List.of("exact/x", "EXACT/x", "exact/x/", "exact", "/exact/x")) {
                publisher.publish(topic, "x", 2, false);
            }
            publisher.publish(fence, "", 1, false);
        }
        try (WireClient again = BROKER.connected(WireConnect.durable("exact"))) {
            // The first only because of the wildcard, and so at its QoS.
            assertThat(Exchange.untilFence(again, fence))
                    .extracting(SubscribeRowsIT::topicAndQos)
                    .containsExactly("exact/x 1", "EXACT/x 1", "exact/x/ 1", "exact 1", "/exact/x 1");
        }
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-3.10.4-2] [MQTT5-3.10.4-2] from UNSUBACK on no message is added for a deleted subscription")
    void unsubscribe_publishedLater_notAdded(boolean killed) throws Exception {
        String id = "deleted" + killed;
        WireClient client = BROKER.connected(WireConnect.durable(id));
        String fence = Exchange.subscribeWithFence(BROKER, client, 1, "deleted/t");
        client.unsubscribe("deleted/t");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("deleted/t", "too late", 1, false);
        }
        client.reset();
        if (killed) {
            BROKER.killAndRestart();
        }
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("deleted/t", "too late as well", 2, false);
            publisher.publish(fence, "", 1, false);
        }
        try (WireClient again = BROKER.connected(WireConnect.durable(id))) {
            assertThat(Exchange.allUntilFence(again, fence)).isEmpty();
        }
        Exchange.forget(BROKER, id);
    }

    @Test
    @DisplayName("[MQTT-3.10.4-3] [MQTT5-3.10.4-3] deliveries that have begun are finished after UNSUBSCRIBE, on the "
            + "next connection too")
    void unsubscribe_begunDeliveries_finished() throws Exception {
        WireClient client = BROKER.connected(WireConnect.durable("begun"));
        String fence = Exchange.subscribeWithFence(BROKER, client, 2, "begun/t");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("begun/t", "twice", 2, false);
            publisher.publish("begun/t", "again", 1, false);
        }
        WirePacket twice = client.read(WirePacket.PUBLISH);
        WirePacket again = client.read(WirePacket.PUBLISH);
        client.unsubscribe("begun/t");
        client.ack(WirePacket.PUBREC, twice.packetId());
        client.expectAck(WirePacket.PUBREL, twice.packetId());
        client.reset();
        try (WireClient back = BROKER.connected(WireConnect.durable("begun"));
                WireClient publisher = BROKER.anyClient()) {
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.allUntilFence(back, fence))
                    .extracting(packet -> packet.type() + " " + packet.packetId())
                    .containsExactlyInAnyOrder(
                            WirePacket.PUBREL + " " + twice.packetId(), WirePacket.PUBLISH + " " + again.packetId());
        }
    }

    @Test
    @DisplayName("[MQTT-3.10.4-5] [MQTT5-3.10.4-4] [MQTT-3.10.4-6] [MQTT5-3.10.4-6] several filters are several "
            + "deletions, answered by one UNSUBACK, also when there was nothing to delete")
    void unsubscribe_severalFilters_oneUnsubAck() throws Exception {
        try (WireClient client = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            String fence = Exchange.subscribeWithFence(BROKER, client, 1, "several/a");
            client.subscribe(1, "several/b", "several/c");
            client.send(PacketBytes.unsubscribe(77, "several/a", "never/seen", "several/c"));
            client.expectAck(WirePacket.UNSUBACK, 77);
            assertThat(client.packetsUntilPingResp()).isEmpty();
            client.unsubscribe("never/seen");
            for (String topic : List.of("several/a", "several/b", "several/c")) {
                publisher.publish(topic, "x", 1, false);
            }
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.untilFence(client, fence))
                    .extracting(WirePacket::topic)
                    .containsExactly("several/b");
        }
    }
}

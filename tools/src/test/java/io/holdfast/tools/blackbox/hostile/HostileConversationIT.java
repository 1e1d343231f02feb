// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.ConnectionClosedException;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that are sound, in numbers, sizes and orders that an honest client would not send; the same in both versions. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class HostileConversationIT {
    private static final int PACKET_BYTES_MAX = 2 * 1024 * 1024;
    private static final int FILTERS_PER_PACKET = 1_000;
    private static final int SUBSCRIPTIONS_MAX = 10_000;
    private static final int REFUSED_3 = 0x80;
    private static final int FILTER_INVALID = 0x8F;
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
    private static final int INBOUND_MAX = 16_384;
    private static final int ID = 9;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    HostileConversationIT(Dialect dialect) {
        dialect.speak();
    }

    private static void assertCloses(byte[] bytes) throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.send(bytes);
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    /** In MQTT 5 the client is told this code; before, the connection just ends. */
    private static void assertCloses(byte[] bytes, int reasonCode) throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.send(bytes);
            if (Dialect.current().isMqtt5()) {
                assertThat(client.read(WirePacket.DISCONNECT).reasonCode()).isEqualTo(reasonCode);
            }
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    private static byte[] publish(String topic, int qos, int id, boolean dup) {
        return PacketBytes.publish(topic, "x".getBytes(StandardCharsets.UTF_8), qos, false, id, dup);
    }

    @ParameterizedTest(name = "remaining length {0}")
    @ValueSource(ints = {127, 128, 16_383, 16_384, PACKET_BYTES_MAX - 4})
    @DisplayName("K04 T07 remaining lengths on both sides of each border are accepted, up to the largest packet")
    void remainingLength_atBorders_accepted(int length) throws Exception {
        String topic = "t07";
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            subscriber.subscribe(1, topic);
            int header = 2 + topic.length() + 2 + (Dialect.current().isMqtt5() ? 1 : 0);
            byte[] payload = new byte[length - header];
            publisher.send(PacketBytes.publish(topic, payload, 1, false, ID, false));
            publisher.expectAck(WirePacket.PUBACK, ID);
            assertThat(subscriber.read(WirePacket.PUBLISH).payload()).isEqualTo(payload);
        }
    }

    @Test
    @DisplayName("K06 T11 topics and filters of too many levels are refused")
    void topicOrFilter_tooManyLevels_closed() throws Exception {
        for (int slashes : List.of(128, 65_535)) {
            String deep = "/".repeat(slashes);
            assertCloses(publish(deep, 1, ID, false));
            assertRefused(deep);
            try (WireClient client = BROKER.open()) {
                client.send(
                        WireConnect.clean("t11").withWill(deep, "w", 1, false).bytes());
                assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            }
        }
        assertRefused("+/".repeat(10_000) + "+");
    }

    /** A filter that cannot be: in MQTT 5 it is answered, before that its packet is malformed. */
    private static void assertRefused(String filter) throws Exception {
        for (byte[] packet : List.of(PacketBytes.subscribe(ID, 1, filter), PacketBytes.unsubscribe(ID, filter))) {
            if (!Dialect.current().isMqtt5()) {
                assertCloses(packet);
                continue;
            }
            try (WireClient client = BROKER.anyClient()) {
                client.send(packet);
                assertThat(client.read().returnCodes()).containsExactly(FILTER_INVALID);
            }
        }
    }

    @Test
    @DisplayName("T11 a topic of as many levels as allowed is carried, deep wildcards included")
    void topic_mostLevels_carried() throws Exception {
        String deep = "a/".repeat(127) + "a";
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(subscriber.subscribe(1, "+/".repeat(127) + "+")).containsExactly(1);
            publisher.publish(deep, "x", 1, false);
            assertThat(subscriber.read(WirePacket.PUBLISH).topic()).isEqualTo(deep);
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.0-2] [MQTT5-3.1.0-2] T13 a second CONNECT closes the connection; the session is kept and "
            + "the will fires")
    void connect_second_sessionKept() throws Exception {
        try (WireClient watcher = BROKER.anyClient()) {
            watcher.subscribe(1, "t13/will");
            try (WireClient client =
                    BROKER.connected(WireConnect.durable("t13").withWill("t13/will", "gone", 1, false))) {
                client.subscribe(1, "t13/t");
                client.send(WireConnect.clean("t13").bytes());
                assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            }
            assertThat(watcher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
        }
        try (WireClient again = BROKER.open();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(again.connect(WireConnect.durable("t13")).sessionPresent())
                    .isTrue();
            publisher.publish("t13/t", "kept", 1, false);
            assertThat(again.read(WirePacket.PUBLISH).text()).isEqualTo("kept");
        }
    }

    @Test
    @DisplayName("[MQTT-4.3.3-2] T14 acknowledgements of nothing: PUBREL is completed, the others are ignored")
    void acks_unknownId_ignoredOrCompleted() throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.ack(WirePacket.PUBACK, 4_711);
            client.ack(WirePacket.PUBCOMP, 4_711);
            client.ack(WirePacket.PUBREL, 4_711);
            int code = client.expectAck(WirePacket.PUBCOMP, 4_711).reasonCode();
            assertThat(code).isEqualTo(Dialect.current().isMqtt5() ? 0x92 : 0);
            client.ack(WirePacket.PUBREC, 4_711);
            // 3.1.1 has no word for an unknown PUBREC: nothing or PUBREL are both taken.
            assertThat(client.packetsUntilPingResp()).allMatch(packet -> packet.type() == WirePacket.PUBREL);
        }
    }

    @Test
    @DisplayName(
            "K12 [MQTT-4.3.3-2] [MQTT5-4.3.3-10] T15 the same QoS 2 packet sent five times, with DUP or without, is "
                    + "stored once")
    void publish_sameIdAgain_storedOnce() throws Exception {
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.connected(WireConnect.durable("t15"))) {
            subscriber.subscribe(2, "t15/#");
            for (int i = 0; i < 5; i++) {
                publisher.send(publish("t15/once", 2, ID, i % 2 == 1));
                publisher.expectAck(WirePacket.PUBREC, ID);
            }
            publisher.ack(WirePacket.PUBREL, ID);
            publisher.expectAck(WirePacket.PUBCOMP, ID);
            publisher.publish("t15/fence", "", 2, false);
            assertThat(subscriber.read(WirePacket.PUBLISH).topic()).isEqualTo("t15/once");
            assertThat(subscriber.read(WirePacket.PUBLISH).topic()).isEqualTo("t15/fence");
        }
    }

    @Test
    @DisplayName("K11 [MQTT5-3.3.4-8] T15 QoS 2 ids that are never released are bounded: answered in order, then the "
            + "connection is closed, in MQTT 5 with 0x93")
    void publish_manyIdsNeverReleased_bounded() throws Exception {
        int ids = 20_000;
        byte[][] packets = new byte[ids][];
        for (int id = 1; id <= ids; id++) {
            packets[id - 1] = publish("t15/flood", 2, id, false);
        }
        try (WireClient publisher = BROKER.connected(WireConnect.clean("t15flood"))) {
            int answered = 0;
            try {
                publisher.send(PacketBytes.joined(packets));
                while (answered < ids) {
                    WirePacket packet = publisher.read();
                    if (packet.type() == WirePacket.DISCONNECT) {
                        assertThat(packet.reasonCode()).isEqualTo(RECEIVE_MAXIMUM_EXCEEDED);
                        break;
                    }
                    assertThat(packet.type()).isEqualTo(WirePacket.PUBREC);
                    assertThat(packet.packetId()).isEqualTo(answered + 1);
                    answered++;
                }
            } catch (ConnectionClosedException e) {
                // The reset may have taken the last answers with it.
                assertThat(answered).isLessThan(ids);
            }
            assertThat(answered).isLessThanOrEqualTo(INBOUND_MAX);
        }
    }

    @ParameterizedTest(name = "after a restart: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("K12 T16 a QoS 2 packet with DUP that the broker never saw is new: delivered once")
    void publish_dupNeverSeen_deliveredOnce(boolean restarted) throws Exception {
        String id = "t16" + restarted;
        try (WireClient subscriber = BROKER.connected(WireConnect.durable(id + "sub"))) {
            subscriber.subscribe(2, id);
            subscriber.disconnect();
        }
        BROKER.connected(WireConnect.durable(id)).disconnect();
        if (restarted) {
            BROKER.process().terminate();
            BROKER.process().restart();
            CANARY.reconnect();
        }
        try (WireClient publisher = BROKER.connected(WireConnect.durable(id))) {
            publisher.send(publish(id, 2, ID, true));
            publisher.expectAck(WirePacket.PUBREC, ID);
            publisher.ack(WirePacket.PUBREL, ID);
            publisher.expectAck(WirePacket.PUBCOMP, ID);
        }
        try (WireClient subscriber = BROKER.connected(WireConnect.durable(id + "sub"))) {
            WirePacket packet = subscriber.read(WirePacket.PUBLISH);
            assertThat(packet.dup()).isFalse();
            subscriber.complete(packet);
            assertThat(subscriber.packetsUntilPingResp()).isEmpty();
        }
    }

    @Test
    @DisplayName("T18 a user name that makes CONNECT too large closes the connection; a long one is taken")
    void connect_longUserName_bounded() throws Exception {
        WireConnect connect = WireConnect.clean("t18");
        BROKER.connected(connect.withUser(Optional.of("u".repeat(60_000)), Optional.of("secret")))
                .disconnect();
        try (WireClient client = BROKER.open()) {
            client.send(connect.withUser(Optional.of("u".repeat(65_535)), Optional.of("secret"))
                    .bytes());
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @Test
    @DisplayName(
            "T18 60,000 filters in one SUBSCRIBE or UNSUBSCRIBE close the connection, in MQTT 5 with 0x97; 1,024 are "
                    + "taken")
    void subscribe_manyFilters_bounded() throws Exception {
        String[] filters = IntStream.range(0, 60_000).mapToObj(i -> "t18/" + i).toArray(String[]::new);
        assertCloses(PacketBytes.subscribe(1, 1, filters), QUOTA_EXCEEDED);
        assertCloses(PacketBytes.unsubscribe(1, filters), QUOTA_EXCEEDED);
        try (WireClient client = BROKER.anyClient()) {
            assertThat(client.subscribe(1, Arrays.copyOf(filters, 1_024)))
                    .hasSize(1_024)
                    .containsOnly(1);
        }
    }

    @Test
    @DisplayName("T19 a session gets 10,000 subscriptions and no more; the worst of filters do not hold up a match")
    void subscribe_distinctFilters_boundedAndMatched() throws Exception {
        int deep = 112;
        int levels = 14; // 2^14 filters over { a, + }, and a topic of a alone matches them all
        try (WireClient greedy = BROKER.connected(WireConnect.durable("t19"));
                WireClient publisher = BROKER.anyClient()) {
            for (int from = 0; from < 12_000; from += FILTERS_PER_PACKET) {
                String[] filters = IntStream.range(from, from + FILTERS_PER_PACKET)
                        .mapToObj(i -> "+/".repeat(deep) + choice(i, levels))
                        .toArray(String[]::new);
                boolean fits = from + FILTERS_PER_PACKET <= SUBSCRIPTIONS_MAX;
                int refused = Dialect.current().isMqtt5() ? QUOTA_EXCEEDED : REFUSED_3;
                assertThat(greedy.subscribe(1, filters)).containsOnly(fits ? 1 : refused);
            }
            String[] known = {"+/".repeat(deep) + choice(0, levels)};
            assertThat(greedy.subscribe(1, known))
                    .as("a filter that is there already")
                    .containsExactly(1);
            for (int i = 0; i < 30; i++) { // different topics: no cache helps
                publisher.publish("b" + i + "/" + "a/".repeat(deep + levels - 2) + "a", "x", 1, false);
                CANARY.sing();
            }
            greedy.disconnect();
        }
        BROKER.connected(WireConnect.clean("t19")).disconnect();
    }

    /** Of each level a wildcard or not, as the bits of a number say. */
    private static String choice(int bits, int levels) {
        StringBuilder filter = new StringBuilder();
        for (int level = 0; level < levels; level++) {
            filter.append(level == 0 ? "" : "/").append((bits >> level & 1) == 0 ? "+" : "a");
        }
        return filter.toString();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"$share", "$share/", "$share/g", "$share//t", "$share/+/t", "$share/g#/t", "$share/g/"})
    @DisplayName(
            "K15 [MQTT5-4.8.2-1] [MQTT5-4.8.2-2] T29 a broken shared filter is refused or closes the connection, and "
                    + "subscribes to nothing")
    void subscribe_brokenShare_refused(String filter) throws Exception {
        assertRefused(filter);
    }
}

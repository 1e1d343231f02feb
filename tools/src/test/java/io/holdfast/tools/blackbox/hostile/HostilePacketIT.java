// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.ConnectionClosedException;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile input of a client whose CONNECT was accepted. */
final class HostilePacketIT {
    private static final int PACKET_BYTES_MAX = 2 * 1024 * 1024;
    private static final int ID = 9;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    private static void assertCloses(byte[] bytes) throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.send(bytes);
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    private static byte[] publish(String topic, int qos, int id, boolean dup) {
        return PacketBytes.publish(topic, "x".getBytes(StandardCharsets.UTF_8), qos, false, id, dup);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"30 ffffff7f", "32 80808001", "3d ffffff7f"})
    @DisplayName("T05 a PUBLISH that claims more than the largest packet is closed from its fixed header alone")
    void publish_hugeClaim_closed(String header) throws Exception {
        assertCloses(PacketBytes.hex(header));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"30 8080808001", "30 ffffffff7f", "c0 8080808000"})
    @DisplayName("T07 a remaining length of five bytes is closed")
    void remainingLength_fiveBytes_closed(String packet) throws Exception {
        assertCloses(PacketBytes.hex(packet));
    }

    @ParameterizedTest(name = "remaining length {0}")
    @ValueSource(ints = {127, 128, 16_383, 16_384, PACKET_BYTES_MAX - 4})
    @DisplayName("T07 remaining lengths on both sides of each border are accepted, up to the largest packet")
    void remainingLength_atBorders_accepted(int length) throws Exception {
        String topic = "t07";
        try (WireClient subscriber = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            subscriber.subscribe(1, topic);
            byte[] payload = new byte[length - 2 - topic.length() - 2];
            publisher.send(PacketBytes.publish(topic, payload, 1, false, ID, false));
            publisher.expectAck(WirePacket.PUBACK, ID);
            assertThat(subscriber.read(WirePacket.PUBLISH).payload()).isEqualTo(payload);
        }
    }

    @Test
    @DisplayName("T07 one byte above the largest packet is closed")
    void remainingLength_aboveLargest_closed() throws Exception {
        // 2,097,149 in three bytes: with its header of four the packet has one byte too many.
        assertCloses(PacketBytes.hex("30 fdff7f"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "PUBLISH topic,30 05 ffff 616161",
        "PUBLISH topic one too long,30 05 0004 616161",
        "PUBLISH without room for its packet id,32 04 0002 6161",
        "SUBSCRIBE filter,82 08 0001 0009 616161 00",
        "SUBSCRIBE without QoS,82 07 0001 0003 616161",
        "UNSUBSCRIBE filter,a2 07 0001 0009 616161",
        "PUBACK of one byte,40 01 00"
    })
    @DisplayName("T08 an inner length beyond the packet is closed at once and never eats the next packet")
    void innerLength_beyondPacket_closed(String name, String packet) throws Exception {
        assertThat(name).isNotEmpty();
        // The packets behind it would satisfy a decoder that reads on.
        assertCloses(PacketBytes.joined(
                PacketBytes.hex(packet), PacketBytes.pingReq(), PacketBytes.pingReq(), PacketBytes.pingReq()));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "40 03 0001 00",
                "50 03 0001 00",
                "62 03 0001 00",
                "70 03 0001 00",
                "c0 01 00",
                "e0 01 00",
                "82 02 0001",
                "a2 02 0001",
                "82 07 0001 0001 61 00 00",
                "a2 06 0001 0001 61 00"
            })
    @DisplayName("[MQTT-3.8.3-3] [MQTT-3.10.3-2] [MQTT-4.8.0-1] T09 trailing bytes and missing filters are malformed")
    void packet_trailingBytes_closed(String packet) throws Exception {
        assertCloses(PacketBytes.hex(packet));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "31 02 0000",
                "38 04 0001 61 78",
                "36 06 0001 61 0001 78",
                "3e 06 0001 61 0001 78",
                "60 02 0001",
                "80 06 0001 0001 61 00",
                "a0 05 0001 0001 61",
                "82 06 0001 0001 61 03",
                "82 06 0001 0001 61 04",
                "41 02 0001",
                "c1 00",
                "e1 00",
                "00 00",
                "f0 00",
                "20 02 0000",
                "90 03 0001 00",
                "b0 02 0001",
                "d0 00"
            })
    @DisplayName("[MQTT-2.2.2-1] [MQTT-2.2.2-2] [MQTT-3.3.1-2] [MQTT-3.3.1-4] [MQTT-3.6.1-1] [MQTT-3.8.1-1] "
            + "[MQTT-3.8.3-4] [MQTT-3.10.1-1] [MQTT-3.14.1-1] T09 T14 wrong flags, QoS 3, DUP on QoS 0, "
            + "reserved types and packets of a server are closed")
    void packet_wrongFlagsOrType_closed(String packet) throws Exception {
        assertCloses(PacketBytes.hex(packet));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"61ff", "c080", "eda080", "610062", "f4908080"})
    @DisplayName("[MQTT-1.5.3-1] [MQTT-1.5.3-2] [MQTT-3.8.3-1] [MQTT-3.10.3-1] [MQTT-4.7.3-2] T10 bad UTF-8 "
            + "in a topic or filter is closed, and others do not notice")
    void topicOrFilter_badUtf8_closed(String topic) throws Exception {
        byte[] raw = PacketBytes.hex(topic);
        byte[] field = PacketBytes.joined(new byte[] {0, (byte) raw.length}, raw);
        try (WireClient everything = BROKER.anyClient()) {
            everything.subscribe(1, "#");
            assertCloses(PacketBytes.publish(raw, new byte[] {'x'}, 1, false, ID, false));
            assertCloses(PacketBytes.packet(0x82, PacketBytes.joined(new byte[] {0, 1}, field, new byte[] {1})));
            assertCloses(PacketBytes.packet(0xA2, PacketBytes.joined(new byte[] {0, 1}, field)));
            assertThat(everything.packetsUntilPingResp())
                    .extracting(WirePacket::topic)
                    .allMatch("canary"::equals);
        }
    }

    @Test
    @DisplayName("T11 topics and filters of too many levels are closed")
    void topicOrFilter_tooManyLevels_closed() throws Exception {
        for (int slashes : List.of(128, 65_535)) {
            String deep = "/".repeat(slashes);
            assertCloses(publish(deep, 1, ID, false));
            assertCloses(PacketBytes.subscribe(1, 1, deep));
            assertCloses(PacketBytes.unsubscribe(1, deep));
        }
        assertCloses(PacketBytes.subscribe(1, 1, "+/".repeat(10_000) + "+"));
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

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "32 06 0001 61 0000 78", "34 06 0001 61 0000 78", "82 06 0000 0001 61 00", "a2 05 0000 0001 61",
                "40 02 0000", "50 02 0000", "62 02 0000", "70 02 0000"
            })
    @DisplayName("[MQTT-2.3.1-1] T14 packet id 0 is malformed")
    void packetId_zero_closed(String packet) throws Exception {
        assertCloses(PacketBytes.hex(packet));
    }

    @Test
    @DisplayName("[MQTT-4.3.3-2] T14 acknowledgements of nothing: PUBREL is completed, the others are ignored")
    void acks_unknownId_ignoredOrCompleted() throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.ack(WirePacket.PUBACK, 4_711);
            client.ack(WirePacket.PUBCOMP, 4_711);
            client.ack(WirePacket.PUBREL, 4_711);
            client.expectAck(WirePacket.PUBCOMP, 4_711);
            client.ack(WirePacket.PUBREC, 4_711);
            // 3.1.1 has no word for an unknown PUBREC: nothing or PUBREL are both taken.
            assertThat(client.packetsUntilPingResp()).allMatch(packet -> packet.type() == WirePacket.PUBREL);
        }
    }

    @Test
    @DisplayName("[MQTT-4.3.3-2] T15 the same QoS 2 packet sent five times, with DUP or without, is stored once")
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
    @DisplayName("T15 QoS 2 ids that are never released are bounded: answered in order, then the connection is closed")
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
                    publisher.expectAck(WirePacket.PUBREC, answered + 1);
                    answered++;
                }
            } catch (ConnectionClosedException e) {
                // How many there may be is a setting; the reset may have taken the last answers with it.
                assertThat(answered).isLessThan(ids);
            }
        }
    }

    @ParameterizedTest(name = "after a restart: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("T16 a QoS 2 packet with DUP that the broker never saw is new: delivered once")
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
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WirePacket;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile input of a client whose CONNECT was accepted. */
final class HostilePacketIT {
    private static final int ID = 9;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    private static void assertCloses(byte[] bytes) throws Exception {
        try (WireClient client = BROKER.anyClient()) {
            client.send(bytes);
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"30 ffffff7f", "32 80808001", "3d ffffff7f"})
    @DisplayName("T05 a PUBLISH that claims more than the largest packet is closed from its fixed header alone")
    void publish_hugeClaim_closed(String header) throws Exception {
        assertCloses(PacketBytes.hex(header));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"30 8080808001", "30 ffffffff7f", "c0 8080808000"})
    @DisplayName("K04 T07 a remaining length of five bytes is closed")
    void remainingLength_fiveBytes_closed(String packet) throws Exception {
        assertCloses(PacketBytes.hex(packet));
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
    @DisplayName("K28 T08 an inner length beyond the packet is closed at once and never eats the next packet")
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
    @DisplayName("K09 [MQTT-1.5.3-1] [MQTT-1.5.3-2] [MQTT-3.8.3-1] [MQTT-3.10.3-1] [MQTT-4.7.3-2] T10 bad UTF-8 "
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
}

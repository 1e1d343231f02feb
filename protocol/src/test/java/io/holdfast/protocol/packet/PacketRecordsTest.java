// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PacketRecordsTest {
    private static final TopicName TOPIC = TopicName.of("a");

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
    }

    private static Publish publish(int packetId, QoS qos, boolean dup, byte... payload) {
        return new Publish(packetId, qos, dup, false, TOPIC, payload, Properties.NONE);
    }

    @Test
    @DisplayName("a packet id is 1..65,535, and QoS 0 has none and no DUP [MQTT-2.3.1-1] [MQTT-2.3.1-5]")
    void construct_wrongPacketId_refused() {
        for (int packetId : new int[] {-1, 0, 65_536}) {
            assertRefused(() -> new PubAck(packetId));
            assertRefused(() -> new PubRec(packetId));
            assertRefused(() -> new PubRel(packetId));
            assertRefused(() -> new PubComp(packetId));
            assertRefused(() -> new SubAck(packetId, List.of(ReasonCode.SUCCESS)));
            assertRefused(() -> new UnsubAck(packetId, List.of()));
            assertRefused(() -> publish(packetId, QoS.AT_LEAST_ONCE, false));
            assertRefused(() -> new Unsubscribe(packetId, List.of(TopicFilter.parse("a")), Properties.NONE));
        }
        assertRefused(() -> publish(1, QoS.AT_MOST_ONCE, false));
        assertRefused(() -> publish(0, QoS.AT_MOST_ONCE, true));
        assertThat(publish(0, QoS.AT_MOST_ONCE, false).packetId()).isZero();
        assertThat(publish(65_535, QoS.EXACTLY_ONCE, true).dup()).isTrue();
    }

    @Test
    @DisplayName("a reason code that the packet does not have is refused, e.g. [MQTT5-3.14.2-1]")
    void construct_wrongReasonCode_refused() {
        assertRefused(() -> new Disconnect(ReasonCode.SERVER_UNAVAILABLE));
        assertRefused(() -> new ConnAck(false, ReasonCode.SESSION_TAKEN_OVER));
        assertRefused(() -> new PubAck(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
        assertRefused(() -> new PubRel(1, ReasonCode.NO_MATCHING_SUBSCRIBERS));
        assertRefused(() -> new SubAck(1, List.of(ReasonCode.BANNED)));
        assertRefused(() -> new UnsubAck(1, List.of(ReasonCode.GRANTED_QOS_1)));
        assertRefused(() -> new Auth(ReasonCode.NOT_AUTHORIZED, Properties.NONE));
    }

    @Test
    void construct_emptyOrInconsistent_refused() {
        assertRefused(() -> new Subscribe(1, List.of(), Properties.NONE));
        assertRefused(() -> new Unsubscribe(1, List.of(), Properties.NONE));
        assertRefused(() -> new SubAck(1, List.of()));
        assertRefused(() -> new ConnAck(true, ReasonCode.NOT_AUTHORIZED));
        assertRefused(() -> new Subscribe.Request(TopicFilter.parse("a"), QoS.AT_MOST_ONCE, false, false, 3));
        assertRefused(() -> new Connect(ProtocolVersion.MQTT_5, "", true, 65_536, null, null, null, Properties.NONE));
    }

    @Test
    void lists_changedLater_doNotChangeThePacket() {
        List<ReasonCode> codes = new ArrayList<>(List.of(ReasonCode.SUCCESS));
        SubAck subAck = new SubAck(1, codes);
        codes.clear();
        assertThat(subAck.reasonCodes()).hasSize(1);
        assertThatThrownBy(() -> subAck.reasonCodes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("packets are equal by content, byte arrays included")
    void equals_content_counts() {
        Publish publish = publish(1, QoS.AT_LEAST_ONCE, false, (byte) 1);
        assertThat(publish)
                .isEqualTo(publish(1, QoS.AT_LEAST_ONCE, false, (byte) 1))
                .hasSameHashCodeAs(publish(1, QoS.AT_LEAST_ONCE, false, (byte) 1))
                .isNotEqualTo(publish(1, QoS.AT_LEAST_ONCE, false, (byte) 2))
                .isNotEqualTo(publish(1, QoS.AT_LEAST_ONCE, true, (byte) 1))
                .isNotEqualTo(publish(2, QoS.AT_LEAST_ONCE, false, (byte) 1));
        assertThat(connect(new byte[] {1})).isEqualTo(connect(new byte[] {1})).isNotEqualTo(connect(new byte[] {2}));
    }

    private static Connect connect(byte[] password) {
        Will will = new Will(TOPIC, new byte[] {5}, QoS.AT_MOST_ONCE, false, Properties.NONE);
        return new Connect(ProtocolVersion.MQTT_5, "c", true, 0, will, "u", password, Properties.NONE);
    }

    @Test
    @DisplayName("a CONNECT in a log does not show its password")
    void toString_password_staysOut() {
        assertThat(connect(new byte[] {115, 51}).toString())
                .contains("with password")
                .doesNotContain("115")
                .doesNotContain("s3");
    }

    @Test
    void type_value_matchesTheFixedHeader() {
        assertThat(PubRel.class).isNotNull();
        assertThat(new PubRel(1).type().value()).isEqualTo(6);
        assertThat(PacketType.values()).hasSize(15);
        for (int i = 0; i < 15; i++) {
            assertThat(PacketType.values()[i].value()).isEqualTo(i + 1);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private @Nullable Packet sent;

    private static Outgoing message() {
        return new Outgoing(TopicName.of("a"), new byte[0], QoS.AT_LEAST_ONCE, false, Properties.NONE, answer -> {});
    }

    @Test
    @DisplayName("an identifier whose message is not acknowledged, or that SUBSCRIBE has, is given to no other")
    void add_identifiersInUse_passedOver() {
        Outbox outbox = new Outbox(ProtocolVersion.MQTT_5, packet -> sent = packet, () -> true);
        outbox.connected(Properties.NONE, false);
        outbox.add(message()); // 1, never acknowledged
        assertThat(outbox.lend()).isEqualTo(2);
        for (int round = 0; round < 2; round++) {
            for (int id = 3; id <= Packet.PACKET_ID_MAX; id++) {
                outbox.add(message());
                assertThat(sent).isInstanceOfSatisfying(Publish.class, publish -> {
                    assertThat(publish.packetId()).isGreaterThan(2);
                    outbox.onPubAck(publish.packetId(), ReasonCode.SUCCESS);
                });
            }
        }
    }
}

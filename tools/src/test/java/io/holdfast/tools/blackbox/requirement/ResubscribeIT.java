// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Changes of a subscription in the middle of a stream of messages. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class ResubscribeIT {
    private static final int MESSAGES = 3_000;
    private static final int MESSAGES_PER_SUBSCRIBE = 50;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    ResubscribeIT(Dialect dialect) {
        dialect.speak();
    }

    @ParameterizedTest(name = "clean session {0}, QoS {1}")
    @CsvSource({"true, 1", "true, 2", "false, 1", "false, 2"})
    @DisplayName("[MQTT-3.8.4-3] [MQTT5-3.8.4-3] [MQTT5-3.8.4-4] S36 S37 a SUBSCRIBE of the same filter "
            + "does not interrupt the flow: nothing lost, doubled or reordered "
            + "[MQTT-3.8.4-3]")
    void subscribe_sameFilterInStream_flowUndisturbed(boolean clean, int qos) throws Exception {
        String topic = "resubscribe/" + clean + qos;
        String id = "resub" + clean + qos;
        // A durable subscriber beside it sends the messages through the store.
        Exchange.offlineSubscriber(BROKER, id + "offline", 1, topic);
        try (WireClient subscriber = BROKER.connected(clean ? WireConnect.clean(id) : WireConnect.durable(id));
                WireClient publisher = BROKER.anyClient()) {
            subscriber.subscribe(qos, topic);
            byte[][] stream = new byte[MESSAGES][];
            for (int i = 0; i < MESSAGES; i++) {
                stream[i] = Exchange.publish(topic, Integer.toString(i), 1, i + 1, false);
            }
            List<String> received = new ArrayList<>();
            int sent = 0;
            while (received.size() < MESSAGES) {
                if (sent < MESSAGES && sent - received.size() < 4 * MESSAGES_PER_SUBSCRIBE) {
                    int to = Math.min(MESSAGES, sent + MESSAGES_PER_SUBSCRIBE);
                    subscriber.send(PacketBytes.subscribe(subscriber.nextPacketId(), qos, topic));
                    publisher.send(PacketBytes.joined(Arrays.copyOfRange(stream, sent, to)));
                    for (int i = sent; i < to; i++) {
                        publisher.expectAck(WirePacket.PUBACK, i + 1);
                    }
                    sent = to;
                }
                WirePacket packet = subscriber.read();
                if (packet.type() == WirePacket.PUBLISH) {
                    received.add(packet.text());
                    subscriber.ack(WirePacket.PUBACK, packet.packetId());
                } else {
                    assertThat(packet.type()).isEqualTo(WirePacket.SUBACK);
                }
            }
            assertThat(received)
                    .containsExactlyElementsOf(IntStream.range(0, MESSAGES)
                            .mapToObj(Integer::toString)
                            .toList());
        }
        Exchange.forget(BROKER, id);
        Exchange.forget(BROKER, id + "offline");
    }
}

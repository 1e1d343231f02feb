// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on the three qualities of service, with handshakes cut at each step. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class QosRowsIT {
    private static final int ID = 77;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    QosRowsIT(Dialect dialect) {
        dialect.speak();
    }

    private static void cut(WireClient client, boolean killed) throws Exception {
        client.reset();
        if (killed) {
            BROKER.killAndRestart();
        }
    }

    @Test
    @DisplayName("[MQTT-2.3.1-5] [MQTT5-2.2.1-2] [MQTT-3.3.1-2] [MQTT5-3.3.1-2] [MQTT-4.3.1-1] "
            + "[MQTT5-4.3.1-1] [MQTT-3.3.4-1] [MQTT5-3.3.4-1] S35 QoS 0 is not acknowledged, not stored "
            + "and not sent again")
    void qos0_delivered_onceWithoutAck() throws Exception {
        WireClient subscriber = BROKER.connected(WireConnect.durable("s35"));
        String fence = Exchange.subscribeWithFence(BROKER, subscriber, 1, "s35/t");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s35/t", "once", 0, false);
            assertThat(publisher.packetsUntilPingResp()).isEmpty();
            WirePacket packet = subscriber.read(WirePacket.PUBLISH);
            assertThat(packet.qos()).isZero();
            assertThat(packet.dup()).isFalse();
            subscriber.reset();
            try (WireClient again = BROKER.connected(WireConnect.durable("s35"))) {
                publisher.publish(fence, "", 1, false);
                assertThat(Exchange.allUntilFence(again, fence)).isEmpty();
            }
        }
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-2.3.1-4] [MQTT5-2.2.1-4] [MQTT-3.3.1-1] [MQTT5-3.3.1-1] [MQTT-4.3.2-1] "
            + "[MQTT5-4.3.2-1] [MQTT5-4.3.2-2] [MQTT5-4.3.2-3] [MQTT-4.4.0-1] [MQTT5-4.4.0-1] "
            + "[MQTT-3.3.4-1] [MQTT5-3.3.4-1] [MQTT-3.3.1-3] S36 QoS 1 "
            + "is acknowledged; what the subscriber has not acknowledged comes again with DUP and its id")
    void qos1_notAcknowledged_sentAgain(boolean killed) throws Exception {
        String id = "s36" + killed;
        WireClient subscriber = BROKER.connected(WireConnect.durable(id));
        String fence = Exchange.subscribeWithFence(BROKER, subscriber, 1, "s36/t");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s36/t", "first", 1, false);
            publisher.publish("s36/t", "second", 1, false);
        }
        WirePacket first = subscriber.read(WirePacket.PUBLISH);
        WirePacket second = subscriber.read(WirePacket.PUBLISH);
        assertThat(List.of(first.dup(), second.dup())).containsOnly(false);
        cut(subscriber, killed);
        try (WireClient again = BROKER.connected(WireConnect.durable(id));
                WireClient publisher = BROKER.anyClient()) {
            publisher.publish(fence, "", 1, false);
            List<WirePacket> packets = Exchange.allUntilFence(again, fence);
            assertThat(packets).extracting(WirePacket::text).containsExactly("first", "second");
            assertThat(packets).extracting(WirePacket::packetId).containsExactly(first.packetId(), second.packetId());
            assertThat(packets).extracting(WirePacket::dup).containsOnly(true);
        }
        Exchange.forget(BROKER, id);
    }

    @Test
    @DisplayName("[MQTT-3.3.1-3] [MQTT5-3.3.1-3] [MQTT-4.3.2-2] [MQTT5-4.3.2-4] "
            + "[MQTT-2.3.1-6] [MQTT5-2.2.1-5] S36 a QoS 1 message that its publisher sends again may "
            + "come twice, never less than once")
    void qos1_sentAgainByPublisher_onceOrTwice() throws Exception {
        try (WireClient subscriber = BROKER.anyClient()) {
            String fence = Exchange.subscribeWithFence(BROKER, subscriber, 1, "s36b/t");
            WireClient publisher = BROKER.connected(WireConnect.durable("s36p"));
            publisher.send(Exchange.publish("s36b/t", "again", 1, ID, false));
            publisher.reset();
            try (WireClient back = BROKER.connected(WireConnect.durable("s36p"))) {
                back.send(Exchange.publish("s36b/t", "again", 1, ID, true));
                back.expectAck(WirePacket.PUBACK, ID);
                back.publish(fence, "", 1, false);
            }
            List<WirePacket> packets = Exchange.untilFence(subscriber, fence);
            assertThat(packets).hasSizeBetween(1, 2);
            // DUP is never copied from the publisher [MQTT-3.3.1-3].
            assertThat(packets).extracting(WirePacket::dup).containsOnly(false);
        }
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-4.3.2-2] [MQTT5-4.3.2-5] after PUBACK the identifier means a new message, whatever DUP says")
    void qos1_sameIdAfterPubAck_newMessage(boolean killed) throws Exception {
        String id = "s36n" + killed;
        String fence = Exchange.offlineSubscriber(BROKER, id + "sub", 1, id);
        WireClient publisher = BROKER.connected(WireConnect.durable(id));
        publisher.send(Exchange.publish(id, "one", 1, ID, false));
        publisher.expectAck(WirePacket.PUBACK, ID);
        cut(publisher, killed);
        try (WireClient back = BROKER.connected(WireConnect.durable(id))) {
            back.send(Exchange.publish(id, "two", 1, ID, true));
            back.expectAck(WirePacket.PUBACK, ID);
            back.send(Exchange.publish(id, "three", 1, ID, false));
            back.expectAck(WirePacket.PUBACK, ID);
            back.publish(fence, "", 1, false);
        }
        try (WireClient subscriber = BROKER.connected(WireConnect.durable(id + "sub"))) {
            assertThat(Exchange.untilFence(subscriber, fence))
                    .extracting(WirePacket::text)
                    .containsExactly("one", "two", "three");
        }
    }

    @ParameterizedTest(name = "publisher cut after step {0}, broker killed: {1}")
    @CsvSource({"1, false", "1, true", "2, false", "2, true", "3, false", "3, true", "4, false", "4, true"})
    @DisplayName("[MQTT-4.3.3-2] [MQTT5-4.3.3-8] [MQTT5-4.3.3-10] [MQTT5-4.3.3-11] "
            + "[MQTT-3.3.4-1] [MQTT5-3.3.4-1] [MQTT-2.3.1-6] [MQTT5-2.2.1-5] S37 QoS 2 handshake of "
            + "the publisher cut at each step: delivered exactly once")
    void qos2_publisherCut_deliveredOnce(int step, boolean killed) throws Exception {
        String id = "s37p" + step + killed;
        String topic = "s37p/" + step + killed;
        String fence = Exchange.offlineSubscriber(BROKER, id + "sub", 2, topic);
        WireClient publisher = BROKER.connected(WireConnect.durable(id));
        publisher.send(Exchange.publish(topic, "once", 2, ID, false));
        if (step >= 2) {
            publisher.expectAck(WirePacket.PUBREC, ID);
        }
        if (step >= 3) {
            publisher.ack(WirePacket.PUBREL, ID);
        }
        if (step >= 4) {
            publisher.expectAck(WirePacket.PUBCOMP, ID);
        }
        cut(publisher, killed);
        try (WireClient back = BROKER.open()) {
            assertThat(back.connect(WireConnect.durable(id)).sessionPresent()).isTrue();
            if (step == 1) {
                back.send(Exchange.publish(topic, "once", 2, ID, true));
                back.expectAck(WirePacket.PUBREC, ID);
            }
            // After PUBCOMP the id is new; before it the publisher's PUBREL finishes the old handshake.
            if (step <= 3) {
                back.ack(WirePacket.PUBREL, ID);
                back.expectAck(WirePacket.PUBCOMP, ID);
            }
            back.publish(fence, "", 2, false);
        }
        try (WireClient subscriber = BROKER.connected(WireConnect.durable(id + "sub"))) {
            assertThat(Exchange.untilFence(subscriber, fence))
                    .extracting(WirePacket::text)
                    .containsExactly("once");
        }
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-4.3.3-2] [MQTT5-4.3.3-10] [MQTT5-4.3.3-12] S37 the PUBLISH sent again after PUBREC "
            + "gets PUBREC again and is not delivered again; after PUBCOMP "
            + "the id is new")
    void qos2_publishAgainAfterPubRec_deliveredOnce(boolean killed) throws Exception {
        String id = "s37r" + killed;
        String topic = "s37r/" + killed;
        String fence = Exchange.offlineSubscriber(BROKER, id + "sub", 2, topic);
        WireClient publisher = BROKER.connected(WireConnect.durable(id));
        publisher.send(Exchange.publish(topic, "once", 2, ID, false));
        publisher.expectAck(WirePacket.PUBREC, ID);
        cut(publisher, killed);
        try (WireClient back = BROKER.connected(WireConnect.durable(id))) {
            for (int i = 0; i < 2; i++) {
                back.send(Exchange.publish(topic, "once", 2, ID, true));
                back.expectAck(WirePacket.PUBREC, ID);
            }
            back.ack(WirePacket.PUBREL, ID);
            back.expectAck(WirePacket.PUBCOMP, ID);
            back.send(Exchange.publish(topic, "a new one", 2, ID, false));
            back.expectAck(WirePacket.PUBREC, ID);
            back.ack(WirePacket.PUBREL, ID);
            back.expectAck(WirePacket.PUBCOMP, ID);
            back.publish(fence, "", 2, false);
        }
        try (WireClient subscriber = BROKER.connected(WireConnect.durable(id + "sub"))) {
            assertThat(Exchange.untilFence(subscriber, fence))
                    .extracting(WirePacket::text)
                    .containsExactly("once", "a new one");
        }
    }

    @ParameterizedTest(name = "subscriber cut after step {0}, broker killed: {1}")
    @CsvSource({"1, false", "1, true", "2, false", "2, true", "3, false", "3, true", "4, false", "4, true"})
    @DisplayName("[MQTT-4.3.3-1] [MQTT5-4.3.3-1] [MQTT5-4.3.3-2] [MQTT5-4.3.3-3] [MQTT5-4.3.3-4] "
            + "[MQTT5-4.3.3-5] [MQTT5-4.3.3-6] [MQTT-3.3.1-1] [MQTT5-3.3.1-1] S37 QoS 2 handshake of the "
            + "subscriber cut at each step: delivered exactly once")
    void qos2_subscriberCut_deliveredOnce(int step, boolean killed) throws Exception {
        String id = "s37s" + step + killed;
        String topic = "s37s/" + step + killed;
        WireClient subscriber = BROKER.connected(WireConnect.durable(id));
        String fence = Exchange.subscribeWithFence(BROKER, subscriber, 2, topic);
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish(topic, "once", 2, false);
        }
        WirePacket first = subscriber.read(WirePacket.PUBLISH);
        if (step >= 2) {
            subscriber.ack(WirePacket.PUBREC, first.packetId());
        }
        if (step >= 3) {
            subscriber.expectAck(WirePacket.PUBREL, first.packetId());
        }
        if (step >= 4) {
            subscriber.ack(WirePacket.PUBCOMP, first.packetId());
        }
        cut(subscriber, killed);
        try (WireClient back = BROKER.open();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(back.connect(WireConnect.durable(id)).sessionPresent()).isTrue();
            publisher.publish(fence, "", 1, false);
            List<WirePacket> packets = Exchange.allUntilFence(back, fence);
            // Only re-sends of the message that the client knows by its id; at step 4 even they may be missing.
            assertThat(packets).allMatch(packet -> packet.packetId() == first.packetId());
            if (step == 1) {
                assertThat(packets.get(0).type()).isEqualTo(WirePacket.PUBLISH);
                assertThat(packets.get(0).dup()).isTrue();
            }
            if (step >= 3) {
                assertThat(packets).extracting(WirePacket::type).doesNotContain(WirePacket.PUBLISH);
            }
            if (step == 3) {
                assertThat(packets).extracting(WirePacket::type).contains(WirePacket.PUBREL);
            }
        }
        Exchange.forget(BROKER, id);
    }
}

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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on retained messages: what is kept of a topic, for whom, and across a kill. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class RetainedRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    RetainedRowsIT(Dialect dialect) {
        dialect.speak();
    }

    /** All that a new subscriber of a filter finds: {@code topic=payload qos} of each, and all with RETAIN 1. */
    private static List<String> found(String filter) throws Exception {
        List<WirePacket> packets = Exchange.retained(BROKER, filter);
        assertThat(packets).allMatch(WirePacket::retain);
        return packets.stream()
                .map(packet -> packet.topic() + "=" + packet.text() + " " + packet.qos())
                .toList();
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-3.3.1-5] [MQTT5-3.3.1-5] [MQTT-3.3.1-6] [MQTT5-3.3.1-9] [MQTT-3.3.1-8] a message with RETAIN 1 "
            + "is kept with its QoS; a new subscriber gets that of each topic that matches")
    void subscribe_retainedMessages_lastOfEachTopic(boolean killed) throws Exception {
        String root = "kept" + killed;
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish(root + "/a", "old", 2, true);
            publisher.publish(root + "/a", "new", 1, true);
            publisher.publish(root + "/a/b", "deep", 2, true);
            publisher.publish(root, "parent", 1, true);
            publisher.publish(root + "x", "other", 1, true);
        }
        if (killed) {
            BROKER.killAndRestart();
        }
        assertThat(found(root + "/#"))
                .containsExactlyInAnyOrder(root + "/a=new 1", root + "/a/b=deep 2", root + "=parent 1");
        assertThat(found(root + "/+")).containsExactly(root + "/a=new 1");
        assertThat(found(root + "x")).containsExactly(root + "x=other 1");
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-3.3.1-7] [MQTT5-3.3.1-5] a QoS 0 message with RETAIN 1 takes the place of the one before it")
    void publish_qos0Retained_replaces(boolean killed) throws Exception {
        String topic = "zero/" + killed;
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish(topic, "old", 1, true);
            publisher.publish(topic, "new", 0, true);
            publisher.publish("zero/sync", "x", 1, true); // Once it is on disk, so is what came before it.
        }
        if (killed) {
            BROKER.killAndRestart();
        }
        assertThat(found(topic)).containsExactly(topic + "=new 0");
    }

    @ParameterizedTest(name = "broker killed: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("[MQTT-3.3.1-10] [MQTT5-3.3.1-6] [MQTT-3.3.1-11] [MQTT5-3.3.1-7] an empty message with RETAIN 1 is "
            + "delivered as any other, takes the retained one away and is not kept itself")
    void publish_emptyRetained_removed(boolean killed) throws Exception {
        String topic = "empty/" + killed;
        try (WireClient present = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            publisher.publish(topic, "value", 1, true);
            present.subscribe(1, topic);
            assertThat(present.read(WirePacket.PUBLISH).text()).isEqualTo("value");
            publisher.publish(topic, "", 1, true);
            WirePacket empty = present.read(WirePacket.PUBLISH);
            assertThat(empty.text()).isEmpty();
            assertThat(empty.retain()).isFalse();
        }
        if (killed) {
            BROKER.killAndRestart();
        }
        assertThat(found(topic)).isEmpty();
    }

    @Test
    @DisplayName("[MQTT-3.3.1-12] [MQTT5-3.3.1-8] a message with RETAIN 0 is not kept, and leaves what is kept alone")
    void publish_notRetained_changesNothing() throws Exception {
        // For it all messages but those of QoS 0 pass the disk.
        Exchange.offlineSubscriber(BROKER, "passing", 2, "passing/#");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("passing/kept", "kept", 1, true);
            for (int qos = 0; qos < 3; qos++) {
                publisher.publish("passing/kept", "passing", qos, false);
                publisher.publish("passing/kept", "", qos, false);
                publisher.publish("passing/other", "passing", qos, false);
            }
        }
        assertThat(found("passing/#")).containsExactly("passing/kept=kept 1");
        Exchange.forget(BROKER, "passing");
    }

    @Test
    @DisplayName("[MQTT-3.1.2-7] retained messages outlive the session that published them, and a kill")
    void retained_sessionOver_stays() throws Exception {
        try (WireClient publisher = BROKER.connected(WireConnect.clean("over1"))) {
            publisher.publish("over/clean", "x", 1, true);
            publisher.disconnect();
        }
        try (WireClient publisher = BROKER.connected(WireConnect.durable("over2"))) {
            publisher.publish("over/durable", "y", 2, true);
            publisher.disconnect();
        }
        Exchange.forget(BROKER, "over2");
        assertThat(found("over/+")).containsExactlyInAnyOrder("over/clean=x 1", "over/durable=y 2");
        BROKER.killAndRestart();
        assertThat(found("over/+")).containsExactlyInAnyOrder("over/clean=x 1", "over/durable=y 2");
    }
}

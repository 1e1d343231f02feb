// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on the will. Every test has topics of its own, so that a will too many would be seen there. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class WillRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    WillRowsIT(Dialect dialect) {
        dialect.speak();
    }

    private static WireConnect withWill(String id, String topic) {
        return WireConnect.clean(id).withWill(topic, "gone", 1, false);
    }

    /** What the watcher received before a fence that is published now. */
    private static java.util.List<String> received(WireClient watcher, String fence) throws Exception {
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish(fence, "", 1, false);
        }
        return Exchange.untilFence(watcher, fence).stream()
                .map(WirePacket::text)
                .toList();
    }

    @Test
    @DisplayName("[MQTT-3.1.2-8] [MQTT5-3.1.2-7] [MQTT5-3.1.2-8] S19 the will is stored before CONNACK: a "
            + "broker killed right after it publishes the will")
    void will_killedAfterConnack_published() throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "s19w", 1, "s19/will");
        try (WireClient client = BROKER.connected(withWill("s19", "s19/will"))) {
            BROKER.process().kill();
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
        BROKER.process().restart();
        try (WireClient watcher = BROKER.connected(WireConnect.durable("s19w"))) {
            assertThat(received(watcher, fence)).containsExactly("gone");
        }
    }

    @Test
    @DisplayName("[MQTT-3.14.4-3] [MQTT5-3.14.4-3] [MQTT-3.1.2-8] [MQTT5-3.1.2-8] S20 the will is published when the "
            + "connection closes, unless DISCONNECT removed it")
    void will_closeOrDisconnect_publishedOrNot() throws Exception {
        try (WireClient watcher = BROKER.anyClient()) {
            String fence = Exchange.subscribeWithFence(BROKER, watcher, 1, "s20/+");
            BROKER.connected(withWill("s20a", "s20/disconnected")).disconnect();
            BROKER.connected(withWill("s20b", "s20/closed")).close();
            assertThat(watcher.read(WirePacket.PUBLISH).topic()).isEqualTo("s20/closed");
            assertThat(received(watcher, fence)).isEmpty();
        }
    }

    @Test
    @DisplayName("S21 a reset in the middle of a packet triggers the will")
    void will_resetInsidePacket_published() throws Exception {
        try (WireClient watcher = BROKER.anyClient();
                WireClient client = BROKER.connected(withWill("s21", "s21/will"))) {
            watcher.subscribe(1, "s21/will");
            byte[] whole = Exchange.publish("s21/other", "half a message", 1, 1, false);
            client.send(Arrays.copyOf(whole, whole.length / 2));
            client.reset();
            assertThat(watcher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-24] [MQTT5-3.1.2-22] S22 a passed keep alive triggers the will")
    void will_keepAlivePassed_published() throws Exception {
        try (WireClient watcher = BROKER.anyClient()) {
            watcher.subscribe(1, "s22/will"); // First: the keep alive passes at any time from the CONNACK on.
            try (WireClient client =
                    BROKER.connected(withWill("s22", "s22/will").withKeepAlive(1))) {
                assertThat(watcher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
                assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            }
        }
    }

    @Test
    @DisplayName("S23 a close without DISCONNECT triggers the will")
    void will_finWithoutDisconnect_published() throws Exception {
        try (WireClient watcher = BROKER.anyClient();
                WireClient client = BROKER.connected(withWill("s23", "s23/will"))) {
            watcher.subscribe(1, "s23/will");
            client.shutdownOutput();
            assertThat(watcher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
        }
    }

    @Test
    @DisplayName("[MQTT-4.8.0-1] [MQTT5-4.13.1-1] S24 a close by the server after a protocol error triggers the will")
    void will_protocolError_published() throws Exception {
        try (WireClient watcher = BROKER.anyClient();
                WireClient client = BROKER.connected(withWill("s24", "s24/will"))) {
            watcher.subscribe(1, "s24/will");
            client.send(PacketBytes.hex("f000"));
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            assertThat(watcher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
        }
    }

    @ParameterizedTest(name = "QoS {0}, retain {1}")
    @CsvSource({"0, false", "0, true", "1, false", "1, true", "2, false", "2, true"})
    @DisplayName("[MQTT-3.1.2-9] [MQTT5-3.1.2-9] [MQTT-3.1.2-16] [MQTT5-3.1.2-14] [MQTT-3.1.2-17] "
            + "[MQTT5-3.1.2-15] [MQTT-3.3.1-8] [MQTT5-3.2.2-12] "
            + "[MQTT5-3.2.2-13] S25 the will has QoS, retain, topic and message, and "
            + "waits for offline subscribers")
    void will_eachQosAndRetain_honoured(int qos, boolean retain) throws Exception {
        String topic = "s25/" + qos + retain;
        String offline = "s25" + qos + retain;
        String fence = Exchange.offlineSubscriber(BROKER, offline, 2, topic);
        try (WireClient watcher = BROKER.anyClient()) {
            watcher.subscribe(2, topic);
            BROKER.connected(WireConnect.clean("s25").withWill(topic, "gone " + qos, qos, retain))
                    .close();
            WirePacket live = watcher.read(WirePacket.PUBLISH);
            assertThat(live.topic()).isEqualTo(topic);
            assertThat(live.text()).isEqualTo("gone " + qos);
            assertThat(live.qos()).isEqualTo(qos);
            assertThat(live.retain()).isFalse();
        }
        try (WireClient again = BROKER.connected(WireConnect.durable(offline))) {
            assertThat(received(again, fence)).hasSize(qos == 0 ? 0 : 1);
        }
        try (WireClient late = BROKER.anyClient();
                WireClient publisher = BROKER.anyClient()) {
            String lateFence = Exchange.subscribeWithFence(BROKER, late, 2, topic);
            if (retain) {
                WirePacket packet = late.read(WirePacket.PUBLISH);
                assertThat(packet.text()).isEqualTo("gone " + qos);
                assertThat(packet.retain()).isTrue();
                late.complete(packet);
            }
            publisher.publish(lateFence, "", 1, false);
            assertThat(Exchange.allUntilFence(late, lateFence)).isEmpty();
            publisher.publish(topic, "", 0, true);
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-12] a connection without a will publishes none, not that of the connection before it, "
            + "nor after a kill")
    void will_nextConnectionWithout_none() throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "nonew", 1, "none/will");
        try (WireClient first = BROKER.connected(WireConnect.durable("none").withWill("none/will", "first", 1, false));
                WireClient second = BROKER.connected(WireConnect.durable("none"))) {
            assertThat(first.awaitClosed(WireClient.PATIENCE)).isTrue();
            second.reset();
        }
        try (WireClient third = BROKER.connected(WireConnect.durable("none"))) {
            BROKER.process().kill();
            assertThat(third.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
        BROKER.process().restart();
        try (WireClient watcher = BROKER.connected(WireConnect.durable("nonew"))) {
            // The end of the first connection, and nothing else.
            assertThat(received(watcher, fence)).containsExactly("first");
        }
        Exchange.forget(BROKER, "none");
    }

    @ParameterizedTest(name = "retain {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("[MQTT-3.1.2-16] [MQTT5-3.1.2-14] [MQTT-3.1.2-17] [MQTT5-3.1.2-15] a will that is published because "
            + "the broker was killed is retained if it says so")
    void will_killed_retainHonoured(boolean retain) throws Exception {
        String topic = "killed/" + retain;
        try (WireClient client = BROKER.connected(WireConnect.clean("killed").withWill(topic, "gone", 1, retain))) {
            BROKER.process().kill();
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
        BROKER.process().restart();
        BROKER.killAndRestart();
        assertThat(Exchange.retained(BROKER, topic)).hasSize(retain ? 1 : 0).allMatch(WirePacket::retain);
    }

    @Test
    @DisplayName("[MQTT-3.1.2-10] [MQTT5-3.1.2-10] S26 a published will is gone from the store: it does not "
            + "fire again after a kill")
    void will_publishedThenKilled_firesOnce() throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "s26w", 2, "s26/fired");
        try (WireClient watcher = BROKER.connected(WireConnect.durable("s26w"))) {
            BROKER.connected(WireConnect.durable("s26").withWill("s26/fired", "gone", 2, false))
                    .close();
            watcher.complete(watcher.read(WirePacket.PUBLISH));
            watcher.disconnect();
        }
        BROKER.killAndRestart();
        BROKER.killAndRestart();
        try (WireClient watcher = BROKER.connected(WireConnect.durable("s26w"))) {
            assertThat(received(watcher, fence)).isEmpty();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-10] [MQTT5-3.1.2-10] [MQTT-3.14.4-3] [MQTT5-3.14.4-3] S26 DISCONNECT takes "
            + "the will out of the store: a kill right after it does not bring it back")
    void will_disconnectThenKilled_neverFires() throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "s26x", 2, "s26/removed");
        BROKER.connected(WireConnect.durable("s26d").withWill("s26/removed", "gone", 2, false))
                .disconnect();
        BROKER.killAndRestart();
        try (WireClient watcher = BROKER.connected(WireConnect.durable("s26x"))) {
            assertThat(received(watcher, fence)).isEmpty();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows on who talks to whom. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class ConversationRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    ConversationRowsIT(Dialect dialect) {
        dialect.speak();
    }

    @Test
    @DisplayName("[MQTT-3.3.2-3] [MQTT5-3.3.2-3] [MQTT-7.1.1-1] [MQTT5-4.2-1] [MQTT-7.0.0-2] S01 one client "
            + "publishes and subscribes; a message is topic and payload")
    void publish_bySubscriber_reachesOthersAndItself() throws Exception {
        try (WireClient both = BROKER.anyClient();
                WireClient other = BROKER.anyClient()) {
            both.subscribe(0, "s01/in");
            other.subscribe(0, "s01/out");
            both.publish("s01/out", "to other", 0, false);
            other.publish("s01/in", "to both", 0, false);
            assertThat(other.read(WirePacket.PUBLISH).text()).isEqualTo("to other");
            WirePacket packet = both.read(WirePacket.PUBLISH);
            assertThat(packet.topic()).isEqualTo("s01/in");
            assertThat(packet.text()).isEqualTo("to both");
        }
    }

    @Test
    @DisplayName("[MQTT-3.3.1-9] [MQTT5-3.3.1-12] [MQTT-4.5.0-1] [MQTT5-4.5.0-1] S02 a subscriber receives "
            + "exactly once, a client that has not subscribed receives nothing")
    void publish_oneSubscriber_onlyItReceives() throws Exception {
        try (WireClient a = BROKER.anyClient();
                WireClient b = BROKER.anyClient()) {
            String fenceA = Exchange.subscribeWithFence(BROKER, a, 1, "s02/t1");
            String fenceB = Exchange.subscribeWithFence(BROKER, b, 1, "s02/other");
            b.publish("s02/t1", "hello", 1, false);
            b.send(Exchange.publish(fenceA, "", 0, 0, false));
            b.send(Exchange.publish(fenceB, "", 0, 0, false));
            assertThat(Exchange.untilFence(a, fenceA))
                    .extracting(WirePacket::text)
                    .containsExactly("hello");
            assertThat(Exchange.untilFence(b, fenceB)).isEmpty();
        }
    }

    @Test
    @DisplayName("S03 when both subscribe both receive, the publisher its own message too")
    void publish_byOneOfTwoSubscribers_bothReceive() throws Exception {
        try (WireClient a = BROKER.anyClient();
                WireClient b = BROKER.anyClient()) {
            String fenceA = Exchange.subscribeWithFence(BROKER, a, 0, "s03/t1");
            String fenceB = Exchange.subscribeWithFence(BROKER, b, 0, "s03/t1");
            b.publish("s03/t1", "hello", 0, false);
            b.publish(fenceA, "", 0, false);
            b.publish(fenceB, "", 0, false);
            assertThat(Exchange.untilFence(a, fenceA))
                    .extracting(WirePacket::text)
                    .containsExactly("hello");
            assertThat(Exchange.untilFence(b, fenceB))
                    .extracting(WirePacket::text)
                    .containsExactly("hello");
        }
    }

    @Test
    @DisplayName("S61 a broadcast on 'boardcast' reaches all 25 clients once")
    void publish_everybodySubscribed_everybodyReceives() throws Exception {
        List<WireClient> clients = new ArrayList<>();
        List<String> fences = new ArrayList<>();
        try {
            for (int i = 0; i < 25; i++) {
                clients.add(BROKER.anyClient());
                fences.add(Exchange.subscribeWithFence(BROKER, clients.get(i), 0, "boardcast"));
            }
            WireClient any = clients.get(7);
            any.publish("boardcast", "to all", 0, false);
            for (String fence : fences) {
                any.publish(fence, "", 0, false);
            }
            for (int i = 0; i < clients.size(); i++) {
                assertThat(Exchange.untilFence(clients.get(i), fences.get(i)))
                        .extracting(WirePacket::text)
                        .containsExactly("to all");
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    @DisplayName("S68 hosts that subscribe their own topic reach each other, also while one is offline")
    void publish_toHostTopic_reachesHost() throws Exception {
        String fenceB = Exchange.offlineSubscriber(BROKER, "s68b", 1, "host/b");
        try (WireClient a = BROKER.connected(WireConnect.durable("s68a"))) {
            String fenceA = Exchange.subscribeWithFence(BROKER, a, 1, "host/a");
            a.publish("host/b", "while you were away", 1, false);
            try (WireClient b = BROKER.connected(WireConnect.durable("s68b"))) {
                a.publish("host/b", "welcome back", 1, false);
                a.publish(fenceB, "", 1, false);
                assertThat(Exchange.untilFence(b, fenceB))
                        .extracting(WirePacket::text)
                        .containsExactly("while you were away", "welcome back");
                b.publish("host/a", "thanks", 1, false);
                b.publish(fenceA, "", 1, false);
                assertThat(Exchange.untilFence(a, fenceA))
                        .extracting(WirePacket::text)
                        .containsExactly("thanks");
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static io.holdfast.server.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscription Options, Subscription Identifiers, and the reason codes of SUBACK and UNSUBACK. */
class SubscriptionIT {
    @TempDir
    private Path folder;

    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void restart() throws IOException, ConfigurationException {
        broker.close();
        broker = RunningBroker.start(folder);
    }

    /** A client whose session is kept, or ends with its connection. */
    private WireClient client(String id, boolean kept) throws IOException {
        WireClient client = broker.open5();
        PropertiesBuilder properties = Properties.builder();
        if (kept) {
            properties.sessionExpiryIntervalSeconds(3_600);
        }
        assertThat(client.connect(connect5(id, false, properties.build())).reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
        return client;
    }

    private static void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
        client.close();
    }

    private static Subscribe.Request plain(String filter, QoS qos) {
        return new Subscribe.Request(TopicFilter.parse(filter), qos);
    }

    private static Subscribe.Request handling(String filter, int retainHandling) {
        return new Subscribe.Request(TopicFilter.parse(filter), QoS.AT_LEAST_ONCE, false, false, retainHandling);
    }

    /** Subscribes; Subscription Identifier 0 is none. */
    private static SubAck subscribe(WireClient client, int identifier, Subscribe.Request... requests)
            throws IOException {
        Properties properties = identifier == 0
                ? Properties.NONE
                : Properties.builder().subscriptionIdentifier(identifier).build();
        client.send(new Subscribe(9, List.of(requests), properties));
        SubAck subAck = client.expect(SubAck.class);
        assertThat(subAck.packetId()).isEqualTo(9);
        return subAck;
    }

    private static void publish(WireClient publisher, String topic, String payload, QoS qos, boolean retain)
            throws IOException {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        int id = qos == QoS.AT_MOST_ONCE ? 0 : 5;
        publisher.send(new Publish(id, qos, false, retain, TopicName.of(topic), bytes, Properties.NONE));
        if (qos == QoS.AT_LEAST_ONCE) {
            assertThat(publisher.expect(PubAck.class).reasonCode().isFailure()).isFalse();
        }
    }

    private static Publish message(WireClient client) throws IOException {
        Publish publish = client.expect(Publish.class);
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            client.send(new PubAck(publish.packetId()));
        }
        return publish;
    }

    private static void expectNothing(WireClient client) throws IOException {
        client.send(PingReq.INSTANCE);
        client.expect(PingResp.class);
    }

    private static int[] identifiers(Publish publish) {
        int[] identifiers = publish.properties().subscriptionIdentifiers().clone();
        Arrays.sort(identifiers);
        return identifiers;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "[MQTT5-3.8.3-3] No Local: what a client publishes does not come back, live or retained, but goes to others")
    void noLocal_ownMessages_notSentBack(boolean kept) throws IOException, ConfigurationException {
        try (WireClient own = client("own", kept);
                WireClient other = client("other", kept)) {
            Subscribe.Request noLocal =
                    new Subscribe.Request(TopicFilter.parse("t/#"), QoS.AT_LEAST_ONCE, true, false, 0);
            subscribe(own, 0, noLocal);
            subscribe(other, 0, noLocal);
            for (QoS qos : new QoS[] {QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE}) {
                publish(own, "t/1", "mine " + qos, qos, false);
                assertThat(text(message(other))).isEqualTo("mine " + qos);
            }
            publish(own, "t/r", "retained", QoS.AT_LEAST_ONCE, true);
            message(other);
            subscribe(own, 0, noLocal); // Retain Handling 0: would be sent again.
            publish(other, "t/2", "theirs", QoS.AT_LEAST_ONCE, false);
            assertThat(text(message(own))).isEqualTo("theirs");
            leave(own); // Its PUBACK is taken before.
        }
        if (kept) {
            restart();
            try (WireClient own = client("own", true)) {
                publish(own, "t/1", "mine", QoS.AT_LEAST_ONCE, false);
                expectNothing(own);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("[MQTT5-3.3.1-12] [MQTT5-3.3.1-13] RETAIN is forwarded where Retain As Published asks for it")
    void retainAsPublished_set_retainForwarded(boolean kept) throws IOException, ConfigurationException {
        try (WireClient as = client("as", kept);
                WireClient not = client("not", kept);
                WireClient publisher = client("p", false)) {
            subscribe(as, 0, new Subscribe.Request(TopicFilter.parse("t"), QoS.AT_LEAST_ONCE, false, true, 0));
            subscribe(not, 0, plain("t", QoS.AT_LEAST_ONCE));
            publish(publisher, "t", "retained", QoS.AT_LEAST_ONCE, true);
            publish(publisher, "t", "plain", QoS.AT_LEAST_ONCE, false);
            assertThat(message(as).retain()).isTrue();
            assertThat(message(as).retain()).isFalse();
            assertThat(message(not).retain()).isFalse();
            assertThat(message(not).retain()).isFalse();
            if (!kept) {
                return;
            }
            leave(as);
            publish(publisher, "t", "while away", QoS.AT_LEAST_ONCE, true);
        }
        restart();
        try (WireClient as = client("as", true)) {
            assertThat(message(as).retain()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "[MQTT5-3.3.1-9] [MQTT5-3.3.1-10] [MQTT5-3.3.1-11] [MQTT5-3.8.4-4] Retain Handling: always, if new, never")
    void retainHandling_each_sentAccordingly(boolean kept) throws IOException, ConfigurationException {
        try (WireClient client = client("s", kept)) {
            publish(client, "t", "value", QoS.AT_LEAST_ONCE, true);
            subscribe(client, 0, handling("t", Subscribe.RETAIN_NEVER));
            expectNothing(client);
            subscribe(client, 0, handling("t", Subscribe.RETAIN_IF_NEW));
            expectNothing(client);
            subscribe(client, 0, handling("t", Subscribe.RETAIN_ALWAYS));
            assertThat(message(client).retain()).isTrue();
            subscribe(client, 0, handling("+", Subscribe.RETAIN_IF_NEW));
            assertThat(message(client).retain()).isTrue();
            subscribe(client, 0, handling("+", Subscribe.RETAIN_IF_NEW));
            expectNothing(client);
        }
        if (kept) {
            restart();
            try (WireClient client = client("s", true)) {
                subscribe(client, 0, handling("+", Subscribe.RETAIN_IF_NEW));
                expectNothing(client);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "[MQTT5-3.3.4-2] [MQTT5-3.3.4-3] [MQTT5-3.3.4-4] overlapping subscriptions: one copy at the highest QoS, with"
                    + " all identifiers")
    void identifiers_overlapping_allInOneCopy(boolean kept) throws IOException {
        try (WireClient client = client("s", kept);
                WireClient publisher = client("p", false)) {
            subscribe(client, 1, plain("a/b", QoS.AT_MOST_ONCE));
            subscribe(client, 128, plain("a/+", QoS.AT_LEAST_ONCE));
            subscribe(client, 268_435_455, plain("#", QoS.AT_MOST_ONCE));
            subscribe(client, 0, plain("a/#", QoS.AT_MOST_ONCE));
            publish(publisher, "a/b", "x", QoS.AT_LEAST_ONCE, false);
            Publish publish = message(client);
            assertThat(publish.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
            assertThat(identifiers(publish)).containsExactly(1, 128, 268_435_455);
            publish(publisher, "b", "y", QoS.AT_MOST_ONCE, false);
            assertThat(identifiers(message(client))).containsExactly(268_435_455);
            expectNothing(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "[MQTT5-3.8.4-3] a replaced subscription has the new identifier, or none; retained messages carry it too")
    void identifiers_replaced_newOne(boolean kept) throws IOException {
        try (WireClient client = client("s", kept);
                WireClient publisher = client("p", false)) {
            publish(publisher, "t", "retained", QoS.AT_LEAST_ONCE, true);
            for (int identifier : new int[] {3, 4, 0}) {
                int[] expected = identifier == 0 ? new int[0] : new int[] {identifier};
                subscribe(client, identifier, plain("t", QoS.AT_LEAST_ONCE));
                assertThat(identifiers(message(client))).isEqualTo(expected);
                publish(publisher, "t", "live", QoS.AT_LEAST_ONCE, false);
                assertThat(identifiers(message(client))).isEqualTo(expected);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.4-3] identifiers of queued messages, and of subscriptions, outlast a restart")
    void identifiers_restart_kept() throws IOException, ConfigurationException {
        try (WireClient client = client("s", true);
                WireClient publisher = client("p", false)) {
            subscribe(client, 7, plain("t", QoS.AT_LEAST_ONCE));
            subscribe(client, 8, plain("+", QoS.AT_LEAST_ONCE));
            leave(client);
            for (int i = 0; i < 3; i++) {
                publish(publisher, "t", "queued " + i, QoS.AT_LEAST_ONCE, false);
            }
        }
        restart();
        try (WireClient client = client("s", true);
                WireClient publisher = client("p", false)) {
            for (int i = 0; i < 3; i++) {
                Publish queued = message(client);
                assertThat(text(queued)).isEqualTo("queued " + i);
                assertThat(identifiers(queued)).containsExactly(7, 8);
            }
            publish(publisher, "t", "live", QoS.AT_LEAST_ONCE, false);
            assertThat(identifiers(message(client))).containsExactly(7, 8);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("[MQTT5-3.11.3-1] [MQTT5-3.11.3-2] [MQTT5-3.10.4-1] [MQTT5-3.10.4-4] [MQTT5-3.10.4-5] UNSUBACK says"
            + " of each filter whether there was a subscription")
    void unsubscribe_each_toldWhetherItExisted(boolean kept) throws IOException, ConfigurationException {
        List<TopicFilter> both = List.of(TopicFilter.parse("never"), TopicFilter.parse("t"));
        try (WireClient client = client("s", kept)) {
            subscribe(client, 0, plain("t", QoS.AT_LEAST_ONCE));
            if (kept) {
                leave(client);
            }
        }
        if (kept) {
            restart();
        }
        try (WireClient client = client("s", kept)) {
            if (!kept) {
                subscribe(client, 0, plain("t", QoS.AT_LEAST_ONCE));
            }
            for (ReasonCode expected : List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED)) {
                client.send(new Unsubscribe(4, both, Properties.NONE));
                UnsubAck unsubAck = client.expect(UnsubAck.class);
                assertThat(unsubAck.packetId()).isEqualTo(4);
                assertThat(unsubAck.reasonCodes()).containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED, expected);
            }
            publish(client, "t", "x", QoS.AT_LEAST_ONCE, false);
            expectNothing(client);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.8.4-5] [MQTT5-3.8.4-6] [MQTT5-3.8.4-7] [MQTT5-3.9.3-1] [MQTT5-3.9.3-2] SUBACK judges each"
            + " filter alone, in order")
    void subscribe_goodAndBadFilters_judgedAlone() throws IOException {
        try (WireClient client = client("s", true)) {
            // SUBSCRIBE 9 of "a" QoS 2, "b/#/c", "c" QoS 0
            client.send(
                    new byte[] {(byte) 0x82, 19, 0, 9, 0, 0, 1, 'a', 2, 0, 5, 'b', '/', '#', '/', 'c', 1, 0, 1, 'c', 0
                    });
            assertThat(client.expect(SubAck.class).reasonCodes())
                    .containsExactly(ReasonCode.GRANTED_QOS_2, ReasonCode.TOPIC_FILTER_INVALID, ReasonCode.SUCCESS);
            // UNSUBSCRIBE 10 of "b/#/c", "c"
            client.send(new byte[] {(byte) 0xa2, 13, 0, 10, 0, 0, 5, 'b', '/', '#', '/', 'c', 0, 1, 'c'});
            assertThat(client.expect(UnsubAck.class).reasonCodes())
                    .containsExactly(ReasonCode.TOPIC_FILTER_INVALID, ReasonCode.SUCCESS);
        }
    }

    @Test
    @DisplayName("[MQTT5-2.2.2-1] a packet without properties has a property length of 0")
    void packets_withoutProperties_lengthWritten() throws IOException {
        try (WireClient client = client("s", false)) {
            subscribe(client, 0, plain("t", QoS.AT_LEAST_ONCE));
            assertThat(client.packetBytes()).as("SUBACK").isEqualTo(2 + 2 + 1 + 1);
            for (QoS qos : new QoS[] {QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE}) {
                client.send(WireClient.publish("t", "x", qos, qos.level()));
                client.expect(Publish.class);
                assertThat(client.packetBytes()).as("PUBLISH").isEqualTo(2 + 3 + 2 * qos.level() + 1 + 1);
            }
            client.expect(PubAck.class);
            client.send(new Unsubscribe(4, List.of(TopicFilter.parse("t")), Properties.NONE));
            client.expect(UnsubAck.class);
            assertThat(client.packetBytes()).as("UNSUBACK").isEqualTo(2 + 2 + 1 + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("T19 one subscription too many is refused with 0x97; replacing one is not")
    void subscribe_tooMany_quotaExceeded(boolean kept) throws IOException, ConfigurationException {
        broker.close();
        broker = RunningBroker.start(folder, "session.subscriptions-max=2");
        try (WireClient client = client("s", kept)) {
            assertThat(subscribe(
                                    client,
                                    0,
                                    plain("a", QoS.AT_MOST_ONCE),
                                    plain("b", QoS.AT_MOST_ONCE),
                                    plain("c", QoS.AT_MOST_ONCE))
                            .reasonCodes())
                    .containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED);
            assertThat(subscribe(client, 0, plain("a", QoS.AT_LEAST_ONCE)).reasonCodes())
                    .containsExactly(ReasonCode.GRANTED_QOS_1);
            client.send(new Unsubscribe(4, List.of(TopicFilter.parse("b")), Properties.NONE));
            client.expect(UnsubAck.class);
            assertThat(subscribe(client, 0, plain("c", QoS.AT_MOST_ONCE)).reasonCodes())
                    .containsExactly(ReasonCode.SUCCESS);
        }
    }
}

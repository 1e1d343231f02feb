// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.mqtt5;

import static io.holdfast.server.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages, subscriptions and deliveries of MQTT 5 clients before and after a SIGKILL. */
final class MessageKillIT {
    private static final Properties ALL = Properties.builder()
            .payloadFormatIndicator(1)
            .contentType("text/plain")
            .responseTopic("answers/here")
            .correlationData(new byte[] {0, 1, (byte) 0xff})
            .userProperty("b", "2")
            .userProperty("a", "1")
            .userProperty("b", "")
            .build();

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final String name = BROKER.uniqueName("k");
    private final String topic = name + "/topic";

    /** The test's subscriber, whose session is kept. */
    private WireClient subscriber(PropertiesBuilder wishes) throws IOException {
        return connected(name, wishes.sessionExpiryIntervalSeconds(3_600));
    }

    private WireClient subscriber() throws IOException {
        return subscriber(Properties.builder());
    }

    private WireClient publisher() throws IOException {
        return connected(name + "p", Properties.builder().sessionExpiryIntervalSeconds(3_600));
    }

    private static WireClient connected(String id, PropertiesBuilder wishes) throws IOException {
        WireClient client = new WireClient(BROKER.port(), ProtocolVersion.MQTT_5);
        assertThat(client.connect(WireClient.connect5(id, false, wishes.build()))
                        .reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
        return client;
    }

    private static void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
    }

    private static Subscribe.Request request(String filter, QoS qos) {
        return new Subscribe.Request(TopicFilter.parse(filter), qos);
    }

    private static void subscribe(WireClient client, int identifier, Subscribe.Request request) throws IOException {
        Properties properties = identifier == 0
                ? Properties.NONE
                : Properties.builder().subscriptionIdentifier(identifier).build();
        client.send(new Subscribe(9, List.of(request), properties));
        assertThat(client.expect(SubAck.class).reasonCodes().get(0).isFailure()).isFalse();
    }

    private Publish message(String payload, QoS qos, int packetId, boolean retain, Properties properties) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return new Publish(packetId, qos, false, retain, TopicName.of(topic), bytes, properties);
    }

    /** Publishes until the broker owns the message. */
    private static void publish(WireClient publisher, Publish publish) throws IOException {
        publisher.send(publish);
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            assertThat(publisher.expect(PubAck.class).reasonCode().isFailure()).isFalse();
        } else {
            assertThat(publisher.expect(PubRec.class).reasonCode().isFailure()).isFalse();
            publisher.send(new PubRel(publish.packetId()));
            publisher.expect(PubComp.class);
        }
    }

    private static int[] identifiers(Publish publish) {
        int[] identifiers = publish.properties().subscriptionIdentifiers().clone();
        Arrays.sort(identifiers);
        return identifiers;
    }

    private static void awaitSeconds(int seconds) {
        long from = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - from > TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    @DisplayName("[MQTT5-3.3.2-4] [MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-17] [MQTT5-3.3.2-18] [MQTT5-3.3.2-20]"
            + " [MQTT5-3.3.4-3] [MQTT5-3.3.4-4] [MQTT5-4.3.2-4] [MQTT5-4.5.0-1] queued and retained messages keep properties and"
            + " identifiers across a SIGKILL")
    void kill_queuedMessages_keepPropertiesAndIdentifiers() throws IOException {
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            subscribe(subscriber, 7, request(topic, QoS.EXACTLY_ONCE));
            subscribe(subscriber, 300, request(name + "/#", QoS.AT_LEAST_ONCE));
            leave(subscriber);
            publish(publisher, message("one", QoS.AT_LEAST_ONCE, 1, false, ALL));
            publish(publisher, message("two", QoS.EXACTLY_ONCE, 2, true, ALL));
        }
        BROKER.killAndRestart();
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            for (String expected : List.of("one", "two", "three")) {
                if (expected.equals("three")) {
                    publish(publisher, message("three", QoS.AT_LEAST_ONCE, 3, false, ALL));
                }
                Publish publish = subscriber.expect(Publish.class);
                assertThat(text(publish)).isEqualTo(expected);
                assertThat(identifiers(publish)).containsExactly(7, 300);
                assertThat(publish.properties().userProperties()).isEqualTo(ALL.userProperties());
                assertThat(publish.properties().correlationData()).isEqualTo(ALL.correlationData());
                assertThat(publish.properties().responseTopic()).isEqualTo(ALL.responseTopic());
                assertThat(publish.properties().contentType()).isEqualTo(ALL.contentType());
                assertThat(publish.properties().payloadFormatIndicator()).isOne();
            }
            subscribe(subscriber, 8, request(topic, QoS.AT_LEAST_ONCE)); // replaced: sent again, with the new one
            Publish retained = subscriber.expect(Publish.class);
            assertThat(retained.retain()).isTrue();
            assertThat(identifiers(retained)).containsExactly(8);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.2-5] [MQTT5-3.3.2-6] C31 expiry goes on across a SIGKILL: what expired is gone, what lasts has less"
                    + " time left")
    void kill_expiry_goesOn() throws IOException {
        Properties second = Properties.builder().messageExpiryIntervalSeconds(1).build();
        Properties hour =
                Properties.builder().messageExpiryIntervalSeconds(3_600).build();
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            leave(subscriber);
            publish(publisher, message("short", QoS.AT_LEAST_ONCE, 1, false, second));
            publish(publisher, message("short", QoS.EXACTLY_ONCE, 2, true, second));
            publish(publisher, message("long", QoS.EXACTLY_ONCE, 3, false, hour));
        }
        BROKER.killAndRestart();
        awaitSeconds(2);
        try (WireClient subscriber = subscriber()) {
            Publish lasting = subscriber.expect(Publish.class);
            assertThat(text(lasting)).isEqualTo("long");
            assertThat(lasting.properties().messageExpiryIntervalSeconds()).isBetween(3_000L, 3_598L);
            subscriber.send(new PubRec(lasting.packetId()));
            subscriber.expect(PubRel.class);
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            subscriber.send(new PubComp(lasting.packetId()));
            subscribe(subscriber, 0, request(name + "/fence", QoS.EXACTLY_ONCE)); // Nothing retained came before.
        }
    }

    /** A broker that stands still may let the message expire unsent: then it is published anew. Returns its identifier. */
    private int sendBeforeItExpires(WireClient publisher, WireClient subscriber, Publish brief) throws IOException {
        while (true) {
            publish(publisher, brief);
            publish(publisher, message("behind", QoS.AT_LEAST_ONCE, 2, false, Properties.NONE));
            Publish first = subscriber.expect(Publish.class);
            assertThat(first.dup()).isFalse();
            if (first.qos() == QoS.EXACTLY_ONCE) {
                assertThat(text(subscriber.expect(Publish.class))).isEqualTo("behind");
                return first.packetId();
            }
            subscriber.send(new PubAck(first.packetId()));
            // Its own session's commits keep their order: with this one the acknowledgement is on disk.
            publish(subscriber, retained(name + "/fence"));
        }
    }

    /** A message that is on disk when it is acknowledged, although nobody receives it. */
    private static Publish retained(String topic) {
        return new Publish(99, QoS.AT_LEAST_ONCE, false, true, TopicName.of(topic), new byte[] {'x'}, Properties.NONE);
    }

    @Test
    @DisplayName(
            "[MQTT5-4.3.3-7] [MQTT5-4.3.3-13] [MQTT5-4.4.0-1] [MQTT5-3.3.1-1] [MQTT5-3.3.1-3] [MQTT5-2.2.1-4] C16 what was"
                    + " sent before a SIGKILL goes on with its identifier, although it expired")
    void kill_sentThenExpired_goesOn() throws IOException {
        Properties second = Properties.builder().messageExpiryIntervalSeconds(1).build();
        int packetId;
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            packetId = sendBeforeItExpires(publisher, subscriber, message("sent", QoS.EXACTLY_ONCE, 1, false, second));
            BROKER.process().kill();
        }
        awaitSeconds(2);
        BROKER.process().restart();
        try (WireClient subscriber = subscriber()) {
            Publish again = subscriber.expect(Publish.class);
            assertThat(again.dup()).isTrue();
            assertThat(again.packetId()).isEqualTo(packetId);
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("behind");
            subscriber.send(new PubRec(packetId));
            assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(packetId); // [MQTT5-4.3.3-4]
            subscriber.send(new PubComp(packetId));
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-4.3.3-5] [MQTT5-4.3.3-6] after PUBREL a SIGKILL brings PUBREL again and no PUBLISH; [MQTT5-4.3.3-10]"
                    + " [MQTT5-4.3.3-8] [MQTT5-4.3.3-11] [MQTT5-4.3.3-12] an inbound identifier is known until its PUBREL")
    void kill_qos2Handshakes_goOn() throws IOException {
        Publish stream = message("in", QoS.EXACTLY_ONCE, 5, false, Properties.NONE);
        int packetId;
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            publisher.send(stream);
            publisher.expect(PubRec.class);
            packetId = subscriber.expect(Publish.class).packetId();
            subscriber.send(new PubRec(packetId));
            subscriber.expect(PubRel.class);
            BROKER.process().kill();
        }
        BROKER.process().restart();
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(packetId);
            subscriber.send(new PubComp(packetId));
            publisher.send(
                    new Publish(5, QoS.EXACTLY_ONCE, true, false, stream.topic(), stream.payload(), Properties.NONE));
            assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(5);
            publisher.send(new PubRel(5));
            assertThat(publisher.expect(PubComp.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            publish(publisher, message("new", QoS.EXACTLY_ONCE, 5, false, Properties.NONE));
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("new");
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-4.4.0-2] refused deliveries are settled for good; [MQTT5-3.1.2-25] so are those too large for the client")
    void kill_refusedAndTooLarge_neverAgain() throws IOException {
        String much = "x".repeat(300);
        try (WireClient subscriber = subscriber(Properties.builder().maximumPacketSizeBytes(200));
                WireClient publisher = publisher()) {
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            publish(publisher, message("one", QoS.AT_LEAST_ONCE, 1, false, Properties.NONE));
            publish(publisher, message(much, QoS.EXACTLY_ONCE, 2, false, Properties.NONE));
            publish(publisher, message("two", QoS.EXACTLY_ONCE, 3, false, Properties.NONE));
            int one = subscriber.expect(Publish.class).packetId();
            int two = subscriber.expect(Publish.class).packetId();
            subscriber.send(new PubAck(one, ReasonCode.UNSPECIFIED_ERROR), new PubRec(two, ReasonCode.QUOTA_EXCEEDED));
            // Behind the refusals in their own session: another client's message could overtake them.
            publish(subscriber, retained(name + "/fence"));
            publish(publisher, message("behind", QoS.AT_LEAST_ONCE, 4, false, Properties.NONE));
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("behind");
            publish(publisher, message("sync", QoS.AT_LEAST_ONCE, 5, false, Properties.NONE));
        }
        BROKER.killAndRestart();
        try (WireClient subscriber = subscriber()) {
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("behind");
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("sync");
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.4-9] [MQTT5-4.9.0-2] [MQTT5-4.6.0-5] [MQTT5-4.6.0-6] C26 after a SIGKILL a smaller Receive Maximum"
                    + " is kept, and the order too")
    void kill_smallerReceiveMaximum_inOrderAsQuotaFrees() throws IOException {
        try (WireClient subscriber = subscriber(Properties.builder().receiveMaximum(8));
                WireClient publisher = publisher()) {
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            for (int i = 0; i < 12; i++) {
                QoS qos = i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                publish(publisher, message("m" + i, qos, i + 1, false, Properties.NONE));
            }
            for (int i = 0; i < 8; i++) {
                subscriber.expect(Publish.class);
            }
        }
        BROKER.killAndRestart();
        try (WireClient subscriber = subscriber(Properties.builder().receiveMaximum(2))) {
            List<String> seen = new ArrayList<>();
            int open = 0;
            while (seen.size() < 12 || open > 0) {
                Packet packet = subscriber.next();
                if (packet instanceof Publish publish) {
                    seen.add(text(publish));
                    open++;
                    assertThat(open).isLessThanOrEqualTo(2);
                    boolean exactlyOnce = publish.qos() == QoS.EXACTLY_ONCE;
                    open -= exactlyOnce ? 0 : 1;
                    subscriber.send(exactlyOnce ? new PubRec(publish.packetId()) : new PubAck(publish.packetId()));
                } else if (packet instanceof PubRel pubRel) {
                    open--;
                    subscriber.send(new PubComp(pubRel.packetId()));
                }
            }
            assertThat(seen).containsExactly("m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11");
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.8.3-3] [MQTT5-3.3.1-10] [MQTT5-3.3.1-11] [MQTT5-3.3.1-12] [MQTT5-3.3.1-13] [MQTT5-3.8.4-1]"
                    + " [MQTT5-3.8.4-3] [MQTT5-3.8.4-8] [MQTT5-3.10.4-1] [MQTT5-3.10.4-2] options of subscriptions outlast a SIGKILL")
    void kill_subscriptionOptions_kept() throws IOException {
        TopicFilter filter = TopicFilter.parse(topic);
        try (WireClient subscriber = subscriber()) {
            subscribe(subscriber, 0, request(topic, QoS.EXACTLY_ONCE));
            subscribe(
                    subscriber,
                    0,
                    new Subscribe.Request(filter, QoS.AT_LEAST_ONCE, true, true, Subscribe.RETAIN_NEVER));
            subscribe(subscriber, 0, request(name + "/gone", QoS.AT_LEAST_ONCE));
            subscriber.send(new Unsubscribe(3, List.of(TopicFilter.parse(name + "/gone")), Properties.NONE));
            assertThat(subscriber.expect(UnsubAck.class).reasonCodes()).containsExactly(ReasonCode.SUCCESS);
            BROKER.process().kill();
        }
        BROKER.process().restart();
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            publish(subscriber, message("own", QoS.AT_LEAST_ONCE, 1, false, Properties.NONE));
            publish(publisher, message("retained", QoS.EXACTLY_ONCE, 2, true, Properties.NONE));
            Publish publish = subscriber.expect(Publish.class);
            assertThat(text(publish)).isEqualTo("retained");
            assertThat(publish.retain()).isTrue();
            assertThat(publish.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
            for (int handling : new int[] {Subscribe.RETAIN_NEVER, Subscribe.RETAIN_IF_NEW}) {
                subscribe(subscriber, 0, new Subscribe.Request(filter, QoS.AT_LEAST_ONCE, true, true, handling));
            }
            subscriber.send(new Unsubscribe(4, List.of(TopicFilter.parse(name + "/gone"), filter), Properties.NONE));
            assertThat(subscriber.expect(UnsubAck.class).reasonCodes()) // No retained message came before.
                    .containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED, ReasonCode.SUCCESS);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.4-5] the copies of a plain and of a shared subscription have each its own identifier after a"
                    + " SIGKILL")
    void kill_copyOfEachSubscription_itsOwnIdentifier() throws IOException {
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            subscribe(subscriber, 11, request(topic, QoS.AT_LEAST_ONCE));
            subscribe(subscriber, 12, request("$share/" + name + "/" + topic, QoS.AT_LEAST_ONCE));
            leave(subscriber);
            publish(publisher, message("twice", QoS.AT_LEAST_ONCE, 1, false, Properties.NONE));
        }
        BROKER.killAndRestart();
        try (WireClient subscriber = subscriber()) {
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int[] identifiers = identifiers(subscriber.expect(Publish.class));
                assertThat(identifiers).hasSize(1);
                seen.add(identifiers[0]);
            }
            assertThat(seen).containsExactlyInAnyOrder(11, 12);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.1-5] [MQTT5-3.3.1-6] [MQTT5-3.3.1-7] [MQTT5-3.3.1-9] [MQTT5-3.8.4-4] retained values, replaced and"
                    + " deleted, are across a SIGKILL what was acknowledged last")
    void kill_retained_lastAcknowledged() throws IOException {
        try (WireClient publisher = publisher()) {
            publish(publisher, message("old", QoS.AT_LEAST_ONCE, 1, true, Properties.NONE));
            publish(publisher, message("new", QoS.AT_LEAST_ONCE, 2, true, Properties.NONE));
            BROKER.process().kill();
        }
        BROKER.process().restart();
        try (WireClient subscriber = subscriber();
                WireClient publisher = publisher()) {
            for (int i = 0; i < 2; i++) {
                subscribe(subscriber, 0, request(topic, QoS.AT_MOST_ONCE));
                assertThat(text(subscriber.expect(Publish.class))).isEqualTo("new");
            }
            publish(publisher, message("", QoS.AT_LEAST_ONCE, 3, true, Properties.NONE));
            assertThat(text(subscriber.expect(Publish.class))).isEmpty();
        }
        BROKER.killAndRestart();
        try (WireClient subscriber = subscriber()) {
            subscribe(subscriber, 0, request(topic, QoS.AT_MOST_ONCE));
            subscribe(subscriber, 0, request(topic, QoS.AT_MOST_ONCE)); // Nothing came between.
        }
    }
}

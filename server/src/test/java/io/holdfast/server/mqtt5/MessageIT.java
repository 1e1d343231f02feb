// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static io.holdfast.server.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages with MQTT 5 properties: what is forwarded, what expires, what is too large, what is refused. */
class MessageIT {
    private static final Properties ALL = Properties.builder()
            .payloadFormatIndicator(1)
            .contentType("text/plain")
            .responseTopic("answers/here")
            .correlationData(new byte[] {0, 1, (byte) 0xff})
            .userProperty("b", "2")
            .userProperty("a", "1")
            .userProperty("b", "")
            .build();

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

    @Test
    @DisplayName(
            "C31 [MQTT5-3.3.2-5] an expired retained message is not found by a new subscription, nor after a restart; one"
                    + " that lasts tells what is left")
    void subscribe_retainedExpired_notFound() throws IOException, ConfigurationException {
        try (WireClient publisher = client("p", kept())) {
            retain(publisher, "r/short", 1);
            retain(publisher, "r/long", 600);
        }
        awaitSeconds(2);
        for (String subscriber : new String[] {"before", "after"}) {
            try (WireClient client = client(subscriber, kept())) {
                client.subscribe("r/#", QoS.AT_LEAST_ONCE);
                Publish found = client.expect(Publish.class);
                assertThat(found.topic()).isEqualTo(TopicName.of("r/long"));
                assertThat(found.properties().messageExpiryIntervalSeconds()).isBetween(300L, 598L);
                client.send(PingReq.INSTANCE);
                client.expect(PingResp.class);
            }
            restart();
        }
    }

    private static void retain(WireClient publisher, String topic, long expirySeconds) throws IOException {
        Properties properties =
                Properties.builder().messageExpiryIntervalSeconds(expirySeconds).build();
        publisher.send(new Publish(1, QoS.AT_LEAST_ONCE, false, true, TopicName.of(topic), new byte[] {1}, properties));
        publisher.expect(PubAck.class);
    }

    private void restart() throws IOException, ConfigurationException {
        broker.close();
        broker = RunningBroker.start(folder);
    }

    private static PropertiesBuilder kept() {
        return Properties.builder().sessionExpiryIntervalSeconds(3_600);
    }

    private WireClient client(String id, PropertiesBuilder properties) throws IOException {
        WireClient client = broker.open5();
        assertThat(client.connect(connect5(id, false, properties.build())).reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
        return client;
    }

    private void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
        client.close();
    }

    private static Publish message(QoS qos, int packetId, String topic, String payload, Properties properties) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return new Publish(packetId, qos, false, false, TopicName.of(topic), bytes, properties);
    }

    private static void awaitSeconds(int seconds) {
        long from = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - from > TimeUnit.SECONDS.toNanos(seconds));
    }

    private ReasonCode publish(WireClient publisher, Publish publish) throws IOException {
        publisher.send(publish);
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            return publisher.expect(PubAck.class).reasonCode();
        }
        ReasonCode code = publisher.expect(PubRec.class).reasonCode();
        if (!code.isFailure()) {
            publisher.send(new PubRel(publish.packetId()));
            publisher.expect(PubComp.class);
        }
        return code;
    }

    @Test
    @DisplayName("[MQTT5-3.3.2-4] [MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-17] [MQTT5-3.3.2-18] [MQTT5-3.3.2-20]"
            + " all properties of a message are forwarded unaltered and in order, at every QoS")
    void publish_allProperties_forwardedUnaltered() throws IOException {
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            publisher.send(message(QoS.AT_MOST_ONCE, 0, "t", "0", ALL));
            assertThat(subscriber.expect(Publish.class).properties()).isEqualTo(ALL);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "1", ALL));
            assertThat(subscriber.expect(Publish.class).properties()).isEqualTo(ALL);
            publish(publisher, message(QoS.EXACTLY_ONCE, 2, "t", "2", ALL));
            assertThat(subscriber.expect(Publish.class).properties()).isEqualTo(ALL);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.2-4] [MQTT5-3.3.2-15] [MQTT5-3.3.2-16] [MQTT5-3.3.2-18] [MQTT5-3.3.2-20] queued and retained"
                    + " messages keep their properties over a restart")
    void restart_queuedAndRetained_propertiesKept() throws IOException, ConfigurationException {
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
            leave(subscriber);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "queued", ALL));
            byte[] payload = {'r'};
            Publish retained = new Publish(2, QoS.AT_LEAST_ONCE, false, true, TopicName.of("r"), payload, ALL);
            publish(publisher, retained);
        }
        restart();
        try (WireClient subscriber = client("s", kept())) {
            assertThat(subscriber.expect(Publish.class).properties()).isEqualTo(ALL);
            subscriber.subscribe("r", QoS.AT_LEAST_ONCE);
            Publish retained = subscriber.expect(Publish.class);
            assertThat(retained.retain()).isTrue();
            assertThat(retained.properties()).isEqualTo(ALL);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.2-6] the interval that is forwarded is shorter by the time a message waited, over a restart too")
    void restart_expiryInterval_decremented() throws IOException, ConfigurationException {
        Properties minutes =
                Properties.builder().messageExpiryIntervalSeconds(600).build();
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "at once", minutes));
            Publish atOnce = subscriber.expect(Publish.class);
            assertThat(atOnce.properties().messageExpiryIntervalSeconds()).isBetween(500L, 600L);
            subscriber.send(new PubAck(atOnce.packetId()));
            leave(subscriber);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 2, "t", "later", minutes));
        }
        awaitSeconds(1);
        restart();
        awaitSeconds(1);
        try (WireClient subscriber = client("s", kept())) {
            Publish later = subscriber.expect(Publish.class);
            assertThat(text(later)).isEqualTo("later");
            assertThat(later.properties().messageExpiryIntervalSeconds()).isBetween(400L, 598L);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.2-5] a message that expired before it was sent is not sent, over a restart too")
    void restart_expired_notSent() throws IOException, ConfigurationException {
        Properties second = Properties.builder().messageExpiryIntervalSeconds(1).build();
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            leave(subscriber);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "expires", second));
            publish(publisher, message(QoS.EXACTLY_ONCE, 2, "t", "expires too", second));
            publish(publisher, message(QoS.AT_LEAST_ONCE, 3, "t", "lasts", Properties.NONE));
        }
        restart();
        awaitSeconds(2);
        try (WireClient subscriber = client("s", kept())) {
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("lasts");
        }
    }

    @Test
    @DisplayName("[MQTT5-4.3.3-7] [MQTT5-4.3.3-13] a message that was sent goes on, although it expired meanwhile")
    void resume_sentThenExpired_goesOn() throws IOException, ConfigurationException {
        Properties second = Properties.builder().messageExpiryIntervalSeconds(1).build();
        int first;
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            Publish came;
            do { // Again when it expired before its sync, on a machine that does much else.
                publish(publisher, message(QoS.EXACTLY_ONCE, 1, "t", "sent", second));
                publisher.send(message(QoS.AT_MOST_ONCE, 0, "t", "behind it", Properties.NONE));
                came = subscriber.expect(Publish.class);
            } while (!text(came).equals("sent"));
            first = came.packetId();
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("behind it");
            leave(subscriber);
        }
        awaitSeconds(2);
        restart();
        try (WireClient subscriber = client("s", kept())) {
            Publish again = subscriber.expect(Publish.class);
            assertThat(again.packetId()).isEqualTo(first);
            assertThat(again.dup()).isTrue();
            assertThat(again.properties().messageExpiryIntervalSeconds()).isZero();
            subscriber.send(new PubRec(first));
            assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(first);
        }
    }

    @Test
    @DisplayName("an interval of 0 is for those whom the message can be sent to at once")
    void publish_intervalZero_onlyAtOnce() throws IOException {
        Properties none = Properties.builder().messageExpiryIntervalSeconds(0).build();
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "now", none));
            Publish now = subscriber.expect(Publish.class);
            assertThat(now.properties().messageExpiryIntervalSeconds()).isZero();
            subscriber.send(new PubAck(now.packetId()));
            leave(subscriber);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 2, "t", "never", none));
            publish(publisher, message(QoS.AT_LEAST_ONCE, 3, "t", "later", Properties.NONE));
        }
        try (WireClient subscriber = client("s", kept())) {
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("later");
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.2-24] [MQTT5-3.1.2-25] a message larger than the client's Maximum Packet Size is dropped for it"
                    + " alone, and what follows is not held up")
    void publish_tooLargeForOne_droppedForItAlone() throws IOException, ConfigurationException {
        try (WireClient small =
                        client("small", kept().maximumPacketSizeBytes(100).receiveMaximum(1));
                WireClient large = client("large", kept());
                WireClient publisher = client("p", kept())) {
            small.subscribe("t", QoS.EXACTLY_ONCE);
            large.subscribe("t", QoS.EXACTLY_ONCE);
            String much = "x".repeat(200);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", much, Properties.NONE));
            publish(publisher, message(QoS.EXACTLY_ONCE, 2, "t", much, Properties.NONE));
            publisher.send(message(QoS.AT_MOST_ONCE, 0, "t", much, Properties.NONE));
            publish(publisher, message(QoS.AT_LEAST_ONCE, 3, "t", "little", Properties.NONE));
            assertThat(text(small.expect(Publish.class))).isEqualTo("little");
            for (String expected : new String[] {much, much, much, "little"}) {
                assertThat(text(large.expect(Publish.class))).isEqualTo(expected);
            }
            leave(small);
        }
        restart();
        try (WireClient small = client("small", kept())) {
            assertThat(text(small.expect(Publish.class))).isEqualTo("little");
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-25] a QoS 2 message that has become too large to send again is completed by PUBREL")
    void resume_sentMessageTooLarge_completedByPubRel() throws IOException {
        try (WireClient before = client("s", kept());
                WireClient publisher = client("p", kept())) {
            before.subscribe("t", QoS.EXACTLY_ONCE);
            publish(publisher, message(QoS.EXACTLY_ONCE, 1, "t", "x".repeat(200), Properties.NONE));
            int packetId = before.expect(Publish.class).packetId();
            leave(before);
            try (WireClient after =
                    client("s", kept().maximumPacketSizeBytes(100).receiveMaximum(1))) {
                assertThat(after.expect(PubRel.class).packetId()).isEqualTo(packetId);
                publish(publisher, message(QoS.AT_LEAST_ONCE, 2, "t", "next", Properties.NONE));
                assertThat(text(after.expect(Publish.class))).isEqualTo("next");
                after.send(new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
            }
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.4-9] [MQTT5-4.9.0-1] [MQTT5-4.9.0-2] (C26) a resume with a smaller Receive Maximum sends again"
                    + " in order as the quota frees")
    void resume_smallerReceiveMaximum_sentAsQuotaFrees() throws IOException {
        try (WireClient before = client("s", kept().receiveMaximum(5));
                WireClient publisher = client("p", kept())) {
            before.subscribe("t", QoS.AT_LEAST_ONCE);
            for (int i = 0; i < 5; i++) {
                publish(publisher, message(QoS.AT_LEAST_ONCE, i + 1, "t", "m" + i, Properties.NONE));
                assertThat(text(before.expect(Publish.class))).isEqualTo("m" + i);
            }
            leave(before);
            try (WireClient after = client("s", kept().receiveMaximum(2))) {
                Publish a = after.expect(Publish.class);
                Publish b = after.expect(Publish.class);
                after.send(PingReq.INSTANCE);
                after.expect(PingResp.class); // Nothing between: the window is full.
                assertThat(text(a) + text(b)).isEqualTo("m0m1");
                after.send(new PubAck(a.packetId()));
                assertThat(text(after.expect(Publish.class))).isEqualTo("m2");
                after.send(new PubAck(b.packetId()));
                assertThat(text(after.expect(Publish.class))).isEqualTo("m3");
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-4.9.0-3] [MQTT5-3.3.4-10] PUBREL is not held back by the window of a resumed session")
    void resume_releasedBehindFullWindow_pubRelAtOnce() throws IOException {
        try (WireClient before = client("s", kept().receiveMaximum(5));
                WireClient publisher = client("p", kept())) {
            before.subscribe("t", QoS.EXACTLY_ONCE);
            int[] ids = new int[4];
            for (int i = 0; i < ids.length; i++) {
                publish(publisher, message(QoS.EXACTLY_ONCE, i + 1, "t", "m" + i, Properties.NONE));
                ids[i] = before.expect(Publish.class).packetId();
            }
            before.send(new PubRec(ids[3]), new PubRec(ids[2]));
            before.expect(PubRel.class);
            before.expect(PubRel.class);
            leave(before);
            try (WireClient after = client("s", kept().receiveMaximum(1))) {
                assertThat(after.expect(PubRel.class).packetId()).isEqualTo(ids[2]);
                assertThat(after.expect(PubRel.class).packetId()).isEqualTo(ids[3]);
                assertThat(after.expect(Publish.class).packetId()).isEqualTo(ids[0]);
                after.send(new PubComp(ids[2]), new PubComp(ids[3]), new PubRec(ids[0]));
                assertThat(after.expect(PubRel.class).packetId()).isEqualTo(ids[0]);
                after.send(new PubComp(ids[0]));
                assertThat(after.expect(Publish.class).packetId()).isEqualTo(ids[1]);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-4.4.0-2] PUBACK and PUBREC that report a failure settle a message: it is never sent again")
    void acknowledge_failure_settled() throws IOException, ConfigurationException {
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "one", Properties.NONE));
            publish(publisher, message(QoS.EXACTLY_ONCE, 2, "t", "two", Properties.NONE));
            Publish one = subscriber.expect(Publish.class);
            Publish two = subscriber.expect(Publish.class);
            subscriber.send(
                    new PubAck(one.packetId(), ReasonCode.UNSPECIFIED_ERROR),
                    new PubRec(two.packetId(), ReasonCode.QUOTA_EXCEEDED),
                    new PubRec(9_999));
            PubRel unknown = subscriber.expect(PubRel.class); // None for the refused one.
            assertThat(unknown.packetId()).isEqualTo(9_999);
            assertThat(unknown.reasonCode()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            leave(subscriber);
        }
        restart();
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "next", Properties.NONE));
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("next");
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-4.3.3-9] a payload that is not the UTF-8 it claims to be is refused; its packet identifier then means"
                    + " a new message")
    void publish_payloadNotUtf8_refused() throws IOException {
        Properties text = Properties.builder().payloadFormatIndicator(1).build();
        byte[] wrong = {(byte) 0xc3, 0x28};
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            Publish bad = new Publish(7, QoS.EXACTLY_ONCE, false, false, TopicName.of("t"), wrong, text);
            assertThat(publish(publisher, bad)).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
            Publish bad1 = new Publish(7, QoS.AT_LEAST_ONCE, false, false, TopicName.of("t"), wrong, text);
            assertThat(publish(publisher, bad1)).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
            assertThat(publish(publisher, message(QoS.EXACTLY_ONCE, 7, "t", "gr\u00fc\u00df\u0000", text)))
                    .isEqualTo(ReasonCode.SUCCESS);
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("gr\u00fc\u00df\u0000");
            publisher.send(new Publish(0, QoS.AT_MOST_ONCE, false, false, TopicName.of("t"), wrong, text));
            assertThat(publisher.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        }
    }

    @Test
    @DisplayName("a publisher is told when nobody subscribes, and that topics with $ are not its own")
    void publish_nobodyOrDollar_told() throws IOException {
        try (WireClient publisher = client("p", kept())) {
            for (QoS qos : new QoS[] {QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE}) {
                assertThat(publish(publisher, message(qos, 1, "nobody", "x", Properties.NONE)))
                        .isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
                publisher.send(message(qos, 2, "$x", "x", Properties.NONE));
                Packet answer = publisher.next();
                assertThat(answer instanceof PubAck ack ? ack.reasonCode() : ((PubRec) answer).reasonCode())
                        .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
            publisher.send(new PubRel(77));
            assertThat(publisher.expect(PubComp.class).reasonCode()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.2-26] [MQTT5-3.1.2-27] [MQTT5-3.3.2-11] a topic that comes again is sent as an alias, to a client"
                    + " that takes aliases")
    void publish_sameTopicAgain_aliasToThoseWhoTakeIt() throws IOException {
        String topic = "a/rather/long/topic/that/comes/again/and/again";
        try (WireClient with = client("with", kept().topicAliasMaximum(3));
                WireClient without = client("without", kept());
                WireClient publisher = client("p", kept())) {
            with.subscribe("a/#", QoS.AT_LEAST_ONCE);
            without.subscribe("a/#", QoS.AT_LEAST_ONCE);
            int plain = 0;
            for (int i = 1; i <= 6; i++) {
                publish(publisher, message(QoS.AT_LEAST_ONCE, i, topic, "x", Properties.NONE));
                assertThat(with.expect(Publish.class).topic()).isEqualTo(TopicName.of(topic));
                without.expect(Publish.class);
                plain = i == 1 ? without.packetBytes() : plain;
                assertThat(without.packetBytes()).isEqualTo(plain);
                int expected = i < 2 ? plain : i == 2 ? plain + 3 : plain + 3 - topic.length();
                assertThat(with.packetBytes()).isEqualTo(expected);
            }
        }
    }

    @Test
    @DisplayName(
            "T23 under the policy refuse, a publisher is told 0x97 while nobody has room, and room made by expiry counts")
    void publish_allQueuesFull_refused() throws IOException, ConfigurationException {
        broker.close();
        broker = RunningBroker.start(folder, "session.queue-messages-max=2", "session.queue-overflow=refuse");
        Properties soon = Properties.builder().messageExpiryIntervalSeconds(2).build();
        try (WireClient subscriber = client("s", kept());
                WireClient publisher = client("p", kept())) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            leave(subscriber);
            publish(publisher, message(QoS.AT_LEAST_ONCE, 1, "t", "m1", soon));
            publish(publisher, message(QoS.EXACTLY_ONCE, 2, "t", "m2", Properties.NONE));
            // Should "m1" expire too early on a busy machine, these take its place, and expire as well.
            for (QoS qos : new QoS[] {QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE}) {
                Awaitility.await()
                        .until(() -> publish(publisher, message(qos, 3, "t", "no", soon)) == ReasonCode.QUOTA_EXCEEDED);
            }
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> publish(publisher, message(QoS.EXACTLY_ONCE, 4, "t", "m3", Properties.NONE))
                            == ReasonCode.SUCCESS);
        }
        try (WireClient subscriber = client("s", kept())) {
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("m2");
            assertThat(text(subscriber.expect(Publish.class))).isEqualTo("m3");
        }
    }
}

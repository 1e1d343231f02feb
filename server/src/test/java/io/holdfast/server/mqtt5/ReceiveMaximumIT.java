// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
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
import io.holdfast.storage.testkit.HeldStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's own Receive Maximum, of 10 here. */
class ReceiveMaximumIT {
    private static final int MAX = 10;

    @TempDir
    private Path folder;

    private final AtomicReference<HeldStore> store = new AtomicReference<>();
    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(
                folder,
                rows -> {
                    store.set(new HeldStore(rows));
                    return store.get();
                },
                "session.inbound-max=" + MAX);
        try (WireClient subscriber = broker.connect("subscriber", false)) {
            subscriber.subscribe("t", QoS.EXACTLY_ONCE); // Kept: what is published waits for a sync.
        }
    }

    @AfterEach
    void stop() {
        store.get().release();
        broker.close();
    }

    private WireClient connected() throws IOException {
        return connected(true);
    }

    private WireClient connected(boolean clean) throws IOException {
        WireClient client = broker.open5();
        Properties hour =
                Properties.builder().sessionExpiryIntervalSeconds(3_600).build();
        ConnAck connAck = client.connect(connect5("publisher", clean, hour));
        assertThat(connAck.properties().receiveMaximum()).isEqualTo(MAX);
        return client;
    }

    private static Publish publish(QoS qos, int packetId) {
        return publish(qos, packetId, false);
    }

    private static Publish publish(QoS qos, int packetId, boolean dup) {
        return new Publish(packetId, qos, dup, false, TopicName.of("t"), new byte[] {'x'}, Properties.NONE);
    }

    /** The broker has read everything that was sent, and nothing of it is committed. */
    private void awaitReceived(long messages) {
        await().until(() -> broker.broker().counters().received() == messages);
    }

    private static void assertExceeds(WireClient client) throws IOException {
        assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        assertThat(client.isClosedNext()).isTrue();
    }

    @Test
    @DisplayName("K35 [MQTT5-3.3.4-7] [MQTT5-3.3.4-8] QoS 1 messages without PUBACK count: one too many is told 0x93")
    void publish_qos1Unacknowledged_oneTooManyEnds() throws Exception {
        try (WireClient client = connected()) {
            store.get().hold();
            for (int i = 1; i <= MAX; i++) {
                client.send(publish(QoS.AT_LEAST_ONCE, i));
            }
            awaitReceived(MAX);
            client.send(PingReq.INSTANCE);
            client.expect(PingResp.class); // All are within the limit.
            client.send(publish(QoS.AT_LEAST_ONCE, MAX + 1));
            assertExceeds(client);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.4-7] [MQTT5-3.3.4-8] QoS 1 and QoS 2 count together, from PUBLISH to PUBCOMP")
    void publish_bothQos_countTogether() throws Exception {
        try (WireClient client = connected()) {
            for (int i = 1; i <= MAX / 2; i++) {
                client.send(publish(QoS.EXACTLY_ONCE, i));
                client.expect(PubRec.class);
            }
            store.get().hold();
            client.send(new PubRel(1)); // Its PUBCOMP waits for the disk: it counts still.
            for (int i = 1; i <= MAX / 2; i++) {
                client.send(publish(QoS.AT_LEAST_ONCE, 100 + i));
            }
            awaitReceived(MAX);
            client.send(PingReq.INSTANCE);
            client.expect(PingResp.class);
            client.send(publish(QoS.AT_LEAST_ONCE, 200));
            assertExceeds(client);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.4-7] an acknowledgement that has left does not count, however fast the client answers it")
    void publish_quotaFullAllTheTime_neverExceeds() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        try (WireClient client = connected()) {
            Deque<Integer> free = new ArrayDeque<>();
            for (int i = 1; i <= MAX; i++) {
                free.add(i);
            }
            int published = 0;
            int completed = 0;
            while (completed < 3_000) {
                while (!free.isEmpty() && published < 3_000) {
                    QoS qos = random.nextBoolean() ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                    client.send(publish(qos, free.remove()));
                    published++;
                }
                Packet packet = client.next();
                if (packet instanceof PubAck pubAck) {
                    free.add(pubAck.packetId());
                    completed++;
                } else if (packet instanceof PubRec pubRec) {
                    client.send(new PubRel(pubRec.packetId()));
                } else if (packet instanceof PubComp pubComp) {
                    free.add(pubComp.packetId());
                    completed++;
                } else {
                    throw new AssertionError("after " + completed + " messages came " + packet);
                }
            }
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.4-7] a refusing PUBREC or PUBACK ends the message, and a repeated PUBLISH is no second one")
    void publish_refusedOrRepeated_countedOnce() throws IOException {
        try (WireClient client = connected()) {
            for (int i = 1; i <= 3 * MAX; i++) {
                QoS qos = i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                client.send(WireClient.publish("$refused", "x", qos, i));
                Packet answer = client.next();
                ReasonCode code = answer instanceof PubRec rec ? rec.reasonCode() : ((PubAck) answer).reasonCode();
                assertThat(code).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
            for (int i = 0; i < 3 * MAX; i++) {
                client.send(publish(QoS.EXACTLY_ONCE, 1, i > 0));
                client.expect(PubRec.class);
            }
            for (int i = 2; i <= MAX; i++) {
                client.send(publish(QoS.EXACTLY_ONCE, i));
                client.expect(PubRec.class);
            }
            client.send(publish(QoS.EXACTLY_ONCE, MAX + 1));
            assertExceeds(client);
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.3.4-7] each connection counts anew: what an earlier one left open counts once it is sent again")
    void publish_afterResume_countsAnew() throws IOException {
        try (WireClient client = connected()) {
            for (int i = 1; i <= MAX; i++) {
                client.send(publish(QoS.EXACTLY_ONCE, i));
                client.expect(PubRec.class);
            }
            client.reset();
        }
        try (WireClient client = connected(false)) {
            client.send(new PubRel(1)); // Of the old ones: takes nothing from the new quota and gives nothing back.
            client.expect(PubComp.class);
            for (int i = 2; i <= 5; i++) {
                client.send(publish(QoS.EXACTLY_ONCE, i, true));
                client.expect(PubRec.class);
            }
            for (int i = 21; i <= 20 + MAX - 4; i++) {
                client.send(publish(QoS.EXACTLY_ONCE, i));
                client.expect(PubRec.class);
            }
            client.send(new PubRel(2)); // One of the new quota: room for one more.
            client.expect(PubComp.class);
            client.send(publish(QoS.EXACTLY_ONCE, 2));
            client.expect(PubRec.class);
            client.send(publish(QoS.EXACTLY_ONCE, 99));
            assertExceeds(client);
        }
    }

    @Test
    @DisplayName(
            "K35 a 3.1.1 client knows no Receive Maximum: its QoS 1 messages wait for the disk, as many as it likes")
    void publish_mqtt311_notLimited() throws Exception {
        try (WireClient client = broker.connect("old", true)) {
            store.get().hold();
            for (int i = 1; i <= 5 * MAX; i++) {
                client.send(publish(QoS.AT_LEAST_ONCE, i));
            }
            awaitReceived(5 * MAX);
            store.get().release();
            for (int i = 1; i <= 5 * MAX; i++) {
                assertThat(client.expect(PubAck.class).packetId()).isEqualTo(i);
            }
        }
    }
}

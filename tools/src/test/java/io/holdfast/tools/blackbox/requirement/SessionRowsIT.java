// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on what a session keeps and what it does not. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class SessionRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    SessionRowsIT(Dialect dialect) {
        dialect.speak();
    }

    /** How the broker ends before the session is resumed. */
    enum Ending {
        STAYS,
        KILLED,
        STOPPED
    }

    private static void end(Ending ending) throws Exception {
        if (ending == Ending.KILLED) {
            BROKER.killAndRestart();
        } else if (ending == Ending.STOPPED) {
            BROKER.process().terminate();
            BROKER.process().restart();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-6] [MQTT5-3.1.2-4] [MQTT5-4.1.0-2] [MQTT-3.2.2-1] "
            + "[MQTT5-3.2.2-2] S15 a clean session is cleared when its connection ends")
    void cleanSession_afterDisconnect_forgotten() throws Exception {
        WireClient client = BROKER.connected(WireConnect.clean("s15"));
        client.subscribe(1, "s15/t");
        client.disconnect();
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s15/t", "lost by choice", 1, false);
        }
        for (WireConnect connect : List.of(WireConnect.clean("s15"), WireConnect.durable("s15"))) {
            try (WireClient again = BROKER.open();
                    WireClient publisher = BROKER.anyClient()) {
                assertThat(again.connect(connect).sessionPresent()).isFalse();
                String fence = Exchange.subscribeFence(BROKER, again);
                publisher.publish("s15/t", "not subscribed any more", 1, false);
                publisher.publish(fence, "", 1, false);
                assertThat(Exchange.allUntilFence(again, fence)).isEmpty();
            }
        }
        Exchange.forget(BROKER, "s15");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("[MQTT-3.1.2-4] [MQTT5-3.1.2-5] [MQTT5-3.1.2-23] [MQTT-3.2.2-2] [MQTT5-3.2.2-3] "
            + "[MQTT-4.4.0-1] [MQTT5-4.4.0-1] [MQTT5-4.3.3-5] [MQTT-4.1.0-1] S16 without clean session "
            + "the state before the disconnect is restored")
    void durableSession_resumed_asBefore(Ending ending) throws Exception {
        String id = "s16" + ending;
        WireClient client = BROKER.connected(WireConnect.durable(id));
        String fence = Exchange.subscribeWithFence(BROKER, client, 2, "s16/t");
        int halfDone;
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s16/t", "in flight", 2, false);
            WirePacket packet = client.read(WirePacket.PUBLISH);
            halfDone = packet.packetId();
            client.ack(WirePacket.PUBREC, halfDone);
            client.expectAck(WirePacket.PUBREL, halfDone);
            client.close();
            publisher.publish("s16/t", "queued 1", 1, false);
            publisher.publish("s16/t", "queued 2", 2, false);
        }
        end(ending);
        try (WireClient again = BROKER.open();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(again.connect(WireConnect.durable(id)).sessionPresent()).isTrue();
            publisher.publish("s16/t", "live", 1, false);
            publisher.publish(fence, "", 1, false);
            List<WirePacket> packets = Exchange.allUntilFence(again, fence);
            assertThat(packets)
                    .filteredOn(packet -> packet.type() == WirePacket.PUBLISH)
                    .extracting(WirePacket::text)
                    .containsSubsequence("queued 1", "queued 2")
                    .contains("live")
                    .hasSize(3);
            // The released message comes back as PUBREL, and only so [MQTT-4.4.0-1].
            assertThat(packets)
                    .filteredOn(packet -> packet.type() == WirePacket.PUBREL)
                    .extracting(WirePacket::packetId)
                    .contains(halfDone);
        }
        Exchange.forget(BROKER, id);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("[MQTT-3.1.2-5] [MQTT-4.1.0-1] [MQTT-4.6.0-6] [MQTT5-4.6.0-6] S16 a long queue is restored "
            + "in order, whatever part of it was sent and acknowledged before")
    void durableSession_longQueue_restored(Ending ending) throws Exception {
        int messages = 1_000;
        int acknowledged = 70;
        String id = "s16long" + ending;
        String fence = Exchange.offlineSubscriber(BROKER, id, 1, "s16/long");
        try (WireClient publisher = BROKER.anyClient()) {
            for (int i = 0; i < messages; i++) {
                publisher.publish("s16/long", "m" + i, 1, false);
            }
            publisher.publish(fence, "", 1, false);
        }
        end(ending);
        try (WireClient first = BROKER.connected(WireConnect.durable(id))) {
            for (int i = 0; i < acknowledged; i++) {
                WirePacket packet = first.read(WirePacket.PUBLISH);
                assertThat(packet.text()).isEqualTo("m" + i);
                first.ack(WirePacket.PUBACK, packet.packetId());
            }
            first.disconnect();
        }
        end(ending);
        try (WireClient again = BROKER.connected(WireConnect.durable(id))) {
            assertThat(Exchange.untilFence(again, fence))
                    .extracting(WirePacket::text)
                    .containsExactlyElementsOf(IntStream.range(acknowledged, messages)
                            .mapToObj(i -> "m" + i)
                            .toList());
        }
        Exchange.forget(BROKER, id);
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(ints = {1, 2})
    @DisplayName("[MQTT-3.1.2-5] [MQTT5-3.1.2-23] S17 QoS 1 and 2 messages wait for an offline client that "
            + "kept its session")
    void offline_qos1And2_queued(int qos) throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "s17q" + qos, qos, "s17/t" + qos);
        try (WireClient publisher = BROKER.anyClient()) {
            for (int i = 0; i < 50; i++) {
                publisher.publish("s17/t" + qos, "m" + i, qos, false);
            }
            publisher.publish(fence, "", 1, false);
        }
        try (WireClient again = BROKER.connected(WireConnect.durable("s17q" + qos))) {
            List<WirePacket> packets = Exchange.untilFence(again, fence);
            assertThat(packets).extracting(WirePacket::qos).containsOnly(qos);
            assertThat(packets).hasSize(50);
            assertThat(packets.get(49).text()).isEqualTo("m49");
        }
    }

    @Test
    @DisplayName("S17 QoS 0 messages do not wait")
    void offline_qos0_notQueued() throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "s17zero", 1, "s17/zero");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s17/zero", "gone", 0, false);
            publisher.publish(fence, "", 1, false);
        }
        try (WireClient again = BROKER.connected(WireConnect.durable("s17zero"))) {
            assertThat(Exchange.untilFence(again, fence)).isEmpty();
        }
    }

    @Test
    @DisplayName("S17 messages do not wait for a client with a clean session")
    void offline_cleanSession_notQueued() throws Exception {
        WireClient client = BROKER.connected(WireConnect.clean("s17clean"));
        client.subscribe(1, "s17/clean");
        client.disconnect();
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s17/clean", "gone", 1, false);
        }
        try (WireClient again = BROKER.open();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(again.connect(WireConnect.durable("s17clean")).sessionPresent())
                    .isFalse();
            String fence = Exchange.subscribeFence(BROKER, again);
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.allUntilFence(again, fence)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("[MQTT-3.1.2-6] [MQTT5-3.1.2-4] [MQTT-3.2.2-3] [MQTT5-3.2.2-3] [MQTT-3.1.4-3] "
            + "[MQTT5-3.1.4-4] S18 one connection with "
            + "clean session 1 gives the session up for good")
    void giveUp_thenResume_nothingLeft(Ending ending) throws Exception {
        String id = "s18" + ending;
        WireClient client = BROKER.connected(WireConnect.durable(id));
        client.subscribe(2, "s18/t");
        client.disconnect();
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s18/t", "queued", 2, false);
        }
        Exchange.forget(BROKER, id);
        end(ending);
        try (WireClient again = BROKER.open();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(again.connect(WireConnect.durable(id)).sessionPresent()).isFalse();
            String fence = Exchange.subscribeFence(BROKER, again);
            publisher.publish("s18/t", "not subscribed", 1, false);
            publisher.publish(fence, "", 1, false);
            WirePacket first = again.read(WirePacket.PUBLISH);
            assertThat(first.topic()).isEqualTo(fence);
            // Packet ids begin anew with the session.
            assertThat(first.packetId()).isEqualTo(1);
            assertThat(first.dup()).isFalse();
        }
    }

    /** One session of S69 as the client remembers it. */
    private static final class Remembered {
        final String id;
        final List<String> owed = new ArrayList<>();
        final Set<Integer> held = new HashSet<>();
        String fence = "";
        String filter = "";
        int qos;

        Remembered(String id) {
            this.id = id;
        }
    }

    @Test
    @DisplayName("[MQTT-4.1.0-1] [MQTT-4.4.0-1] [MQTT5-4.4.0-1] S69 for random histories the state after a "
            + "restart is the state before the disconnect")
    void restart_randomHistories_stateAsBefore() throws Exception {
        long seed = Seeds.one();
        SplittableRandom random = new SplittableRandom(seed);
        List<Remembered> sessions = new ArrayList<>();
        try (WireClient publisher = BROKER.anyClient()) {
            for (int i = 0; i < 25; i++) {
                sessions.add(live(new Remembered("s69-" + i), random, publisher));
            }
        }
        end(random.nextBoolean() ? Ending.KILLED : Ending.STOPPED);
        try (WireClient publisher = BROKER.anyClient()) {
            for (Remembered session : sessions) {
                try (WireClient again = BROKER.open()) {
                    assertThat(again.connect(WireConnect.durable(session.id)).sessionPresent())
                            .as(Seeds.replay(seed))
                            .isTrue();
                    publisher.publish(session.filter, "live", session.qos, false);
                    publisher.publish(session.fence, "", session.qos, false);
                    session.owed.add("live");
                    assertThat(Exchange.untilFence(again, session.fence, session.held))
                            .as("%s, %s", session.id, Seeds.replay(seed))
                            .extracting(WirePacket::text)
                            .containsExactlyElementsOf(session.owed);
                }
                Exchange.forget(BROKER, session.id);
            }
        }
    }

    /** Subscribes, receives some messages to some stage, leaves in some way, and gets more while away. */
    private static Remembered live(Remembered session, SplittableRandom random, WireClient publisher) throws Exception {
        session.filter = session.id + "/t";
        session.qos = random.nextInt(1, 3);
        WireClient client = BROKER.connected(WireConnect.durable(session.id));
        session.fence = Exchange.subscribeWithFence(BROKER, client, session.qos, session.filter);
        int online = random.nextInt(8);
        // A client may stop at any stage with each message, but acknowledges in order [MQTT-4.6.0-2].
        int completeBelow = random.nextInt(online + 1);
        int recBelow = random.nextInt(completeBelow, online + 1);
        for (int i = 0; i < online; i++) {
            publisher.publish(session.filter, "online " + i, session.qos, false);
            WirePacket packet = client.read(WirePacket.PUBLISH);
            if (i < completeBelow) {
                client.complete(packet);
            } else if (session.qos == 2) {
                session.held.add(packet.packetId());
                if (i < recBelow) {
                    client.ack(WirePacket.PUBREC, packet.packetId());
                    client.expectAck(WirePacket.PUBREL, packet.packetId());
                }
            } else {
                session.owed.add("online " + i);
            }
        }
        // An acknowledgement may die with the broker for a second; after a ping and a DISCONNECT it is settled.
        client.disconnect();
        for (int i = random.nextInt(8); i > 0; i--) {
            publisher.publish(session.filter, "offline " + i, session.qos, false);
            session.owed.add("offline " + i);
        }
        return session;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningIT {
    @TempDir
    static Path folder;

    private static RunningBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = RunningBroker.start(folder.resolve("data"), "connections-max=60");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    @DisplayName("K01 T01 a connection that stays silent is closed after the connect timeout")
    void open_silent_closed() throws Exception {
        try (RunningBroker hasty = hasty();
                WireClient client = hasty.open()) {
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    /** Only for what is slow on purpose: others need not hurry on a machine that does much else. */
    private static RunningBroker hasty() throws Exception {
        return RunningBroker.start(folder.resolve("hasty"), "connect-timeout=500ms");
    }

    @Test
    @DisplayName("T02 single bytes do not prolong the connect timeout")
    void open_trickling_closed() throws Exception {
        // So long that it is never whole, and never silent for the time limit.
        byte[] connect = WireClient.bytes(WireClient.connectPacket("slow-" + "x".repeat(10_000), true, null));
        try (RunningBroker hasty = hasty();
                WireClient client = hasty.open()) {
            int[] sent = {0};
            await().pollInterval(Duration.ofMillis(50)).until(() -> {
                try {
                    client.send(connect[sent[0]++]);
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0x00, 0x20, 0x30, 0x32, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xA2, 0xB0, 0xC0, 0xD0, 0xE0, 0xF0})
    @DisplayName("T03 a first packet that is no CONNECT closes the connection without an answer")
    void open_otherPacketFirst_closed(int first) throws IOException {
        try (WireClient client = broker.open()) {
            client.send((byte) first, (byte) 2, (byte) 0, (byte) 1);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("K02 T04 a CONNECT that claims 256 MB is refused from its fixed header")
    void open_hugeConnect_closedFromHeader() throws IOException {
        try (WireClient client = broker.open()) {
            client.send((byte) 0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-2] a protocol level nobody knows is answered in the form of MQTT 5 and closed")
    void open_unknownLevel_connAckAndClosed() throws IOException {
        try (WireClient client = broker.open5()) {
            client.send(
                    (byte) 0x10,
                    (byte) 13,
                    (byte) 0,
                    (byte) 4,
                    (byte) 'M',
                    (byte) 'Q',
                    (byte) 'T',
                    (byte) 'T',
                    (byte) 9,
                    (byte) 2,
                    (byte) 0,
                    (byte) 0,
                    (byte) 0,
                    (byte) 1,
                    (byte) 'a');
            assertThat(client.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("an empty client identifier is fine with a clean session and refused without")
    void connect_emptyId_judgedByCleanSession() throws IOException {
        try (WireClient clean = broker.open();
                WireClient kept = broker.open()) {
            assertThat(clean.connect("", true).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(kept.connect("", false).reasonCode()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(kept.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("C21 packets behind CONNECT are handled behind its CONNACK, on whichever loop the session lives")
    void connect_pipelined_answeredInOrder() throws IOException {
        for (int i = 0; i < 24; i++) {
            try (WireClient client = broker.open()) {
                client.send(
                        WireClient.connectPacket("pipeline-" + i, i % 2 == 0, null),
                        new Subscribe(
                                7,
                                List.of(new Subscribe.Request(TopicFilter.parse("pipe/" + i), QoS.AT_MOST_ONCE)),
                                Properties.NONE),
                        PingReq.INSTANCE,
                        WireClient.publish("pipe/other", "x", QoS.AT_LEAST_ONCE, 9));
                List<Packet> answers = new ArrayList<>();
                while (answers.size() < 4) {
                    answers.add(client.next());
                }
                assertThat(answers.get(0)).isInstanceOf(ConnAck.class);
                assertThat(answers).hasAtLeastOneElementOfType(SubAck.class);
                assertThat(answers).hasAtLeastOneElementOfType(PingResp.class);
                assertThat(answers).hasAtLeastOneElementOfType(PubAck.class);
            }
        }
    }

    @Test
    @DisplayName("what a client sent before it closed its half counts, though it waited for nothing")
    void connect_halfClosedAtOnce_messageDelivered() throws IOException {
        try (WireClient subscriber = broker.connect("half-sub", true);
                WireClient publisher = broker.open()) {
            subscriber.subscribe("half/#", QoS.AT_MOST_ONCE);
            publisher.send(
                    WireClient.connectPacket("half-pub", true, null),
                    WireClient.publish("half/a", "counts", QoS.AT_MOST_ONCE, 0));
            publisher.finish();
            assertThat(WireClient.text(subscriber.expect(Publish.class))).isEqualTo("counts");
            publisher.expect(ConnAck.class);
            assertThat(publisher.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("a second connection with the same client identifier closes the first")
    void connect_sameId_takesOver() throws IOException {
        try (WireClient first = broker.connect("twice", false);
                WireClient second = broker.open()) {
            assertThat(second.connect("twice", false).sessionPresent()).isTrue();
            assertThat(first.isClosedNext()).isTrue();
        }
    }

    @Test
    @DisplayName("the limit on connections closes one too many and serves the others")
    void open_tooMany_closedAtOnce() throws IOException {
        await().until(() -> broker.broker().openConnections() == 0);
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                clients.add(broker.connect("many-" + i, true));
            }
            clients.add(broker.open());
            assertThat(clients.get(60).isClosedNext()).isTrue();
            await().untilAsserted(() -> assertThat(broker.broker().counters().sum(BrokerCounter.CONNECTIONS_REFUSED))
                    .isEqualTo(1));
            clients.get(0).send(PingReq.INSTANCE);
            clients.get(0).expect(PingResp.class);
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
        await().until(() -> {
            try (WireClient again = broker.open()) {
                again.send(WireClient.connectPacket("again", true, null));
                return again.next() instanceof ConnAck;
            }
        });
    }

    @Test
    @DisplayName("bytes that are no packet close a live connection; its will goes out")
    void live_malformed_closedAndWillPublished() throws IOException {
        try (WireClient subscriber = broker.connect("will-sub", true);
                WireClient faulty = broker.open()) {
            subscriber.subscribe("wills", QoS.AT_MOST_ONCE);
            faulty.send(WireClient.connectPacket("faulty", true, WireClient.will("wills", "gone")));
            faulty.expect(ConnAck.class);
            faulty.send((byte) 0x36, (byte) 2, (byte) 0, (byte) 0);
            assertThat(faulty.isClosedNext()).isTrue();
            assertThat(WireClient.text(subscriber.expect(Publish.class))).isEqualTo("gone");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsIT {
    private static final int BIG = 60_000;

    @TempDir
    Path folder;

    private RunningBroker broker;
    private Counters counters;

    @BeforeEach
    void start() throws Exception {
        start("1h"); // Nobody who is only slow, like a machine that does much else, shall lose a connection.
    }

    private void start(String slowReceiverTimeout) throws Exception {
        broker = RunningBroker.start(
                folder.resolve("data"),
                "slow-receiver-timeout=" + slowReceiverTimeout,
                "partial-bytes-max=1MiB",
                "mqtt.packet-bytes-max=200KiB",
                "session.receive-maximum=32767");
        counters = broker.broker().counters();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    @DisplayName("T05 a PUBLISH that claims more than the limit is refused from its fixed header")
    void publish_tooLarge_closedFromHeader() throws IOException {
        try (WireClient client = broker.connect("large", true)) {
            client.send((byte) 0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
            assertThat(client.isClosedNext()).isTrue();
            assertThat(counters.sum(BrokerCounter.MALFORMED_PACKETS)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("T06 partial packets of many connections stay within their budget; others are served")
    void partialPackets_beyondBudget_largestShed() throws IOException {
        byte[] whole = WireClient.bytes(WireClient.publish("partial", new byte[150_000], QoS.AT_MOST_ONCE, 0));
        byte[] part = Arrays.copyOf(whole, whole.length - 1);
        List<WireClient> clients = new ArrayList<>();
        try (WireClient bystander = broker.connect("bystander", true)) {
            for (int i = 0; i < 30; i++) {
                WireClient client = broker.connect("partial-" + i, true);
                clients.add(client);
                client.send(part);
            }
            await().until(() -> counters.sum(BrokerCounter.PARTIAL_PACKETS_SHED) > 0);
            bystander.send(PingReq.INSTANCE);
            bystander.expect(PingResp.class);
            // A packet that arrives whole; a large one may itself be the oldest part on a slow machine.
            bystander.send(WireClient.publish("x", new byte[1_000], QoS.AT_LEAST_ONCE, 1));
            bystander.expect(PubAck.class);
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
        // With them gone a whole packet of that size passes at once.
        try (WireClient client = broker.connect("after", true)) {
            client.send(whole);
            client.send(PingReq.INSTANCE);
            client.expect(PingResp.class);
        }
    }

    @Test
    @DisplayName("T06 [MQTT5-3.14.2-1] an MQTT 5 client whose partial packet has no room is told so: 0x89")
    void partialPackets_beyondBudget_told() throws IOException {
        byte[] whole = WireClient.bytes(
                ProtocolVersion.MQTT_5, WireClient.publish("partial", new byte[150_000], QoS.AT_MOST_ONCE, 0));
        byte[] part = Arrays.copyOf(whole, whole.length - 1);
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                WireClient client = broker.open5();
                clients.add(client);
                client.connect("partial-" + i, true);
                client.send(part);
            }
            await().until(() -> counters.sum(BrokerCounter.PARTIAL_PACKETS_SHED) > 0);
            int told = 0;
            for (WireClient client : clients) {
                client.finish(); // One that still waits ends here, without a word.
                if (client.next() instanceof Disconnect disconnect) {
                    assertThat(disconnect.reasonCode()).isEqualTo(ReasonCode.SERVER_BUSY);
                    told++;
                }
            }
            assertThat(told).isPositive();
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    @DisplayName("T21 a subscriber that never reads is closed after a while; its QoS 1 messages stay, in order")
    void subscriber_neverReads_closedAndMessagesKept() throws Exception {
        int count = 400;
        broker.close();
        start("1s");
        try (WireClient publisher = broker.connect("publisher", true)) {
            try (WireClient lazy = broker.connect("lazy", false)) {
                lazy.subscribe("bulk/#", QoS.AT_LEAST_ONCE);
                for (int i = 1; i <= count; i++) {
                    publisher.send(WireClient.publish("bulk/" + i, new byte[BIG], QoS.AT_LEAST_ONCE, i));
                    assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(i);
                }
                await().atMost(Duration.ofSeconds(60)).until(() -> counters.sum(BrokerCounter.SLOW_RECEIVERS) > 0);
            }
        }
        broker.close();
        start("1h");
        try (WireClient back = broker.open()) {
            assertThat(back.connect("lazy", false).sessionPresent()).isTrue();
            for (int i = 1; i <= count; i++) {
                Publish message = back.expect(Publish.class);
                assertThat(message.topic()).hasToString("bulk/" + i);
                assertThat(message.payload()).hasSize(BIG);
                back.send(new PubAck(message.packetId()));
            }
        }
    }

    @Test
    @DisplayName("T21 QoS 0 messages for a client that does not read are dropped and counted")
    void subscriber_neverReadsQos0_dropped() throws IOException {
        try (WireClient publisher = broker.connect("publisher", true);
                WireClient lazy = broker.connect("lazy", true)) {
            lazy.subscribe("bulk", QoS.AT_MOST_ONCE);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                publisher.send(WireClient.publish("bulk", new byte[BIG], QoS.AT_MOST_ONCE, 0));
                return counters.sum(ShardEvent.DROPPED_SLOW) > 0;
            });
            publisher.send(PingReq.INSTANCE);
            publisher.expect(PingResp.class);
        }
    }

    @Test
    @DisplayName("a client that was too slow and reads again gets all QoS 1 messages on the same connection")
    void subscriber_readsAgain_goesOn() throws IOException {
        int count = 60;
        try (WireClient publisher = broker.connect("publisher", true);
                WireClient slow = broker.connect("slow", false)) {
            slow.subscribe("bulk/#", QoS.AT_LEAST_ONCE);
            for (int i = 1; i <= count; i++) {
                publisher.send(WireClient.publish("bulk/" + i, new byte[BIG], QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
            for (int i = 1; i <= count; i++) {
                Publish message = slow.expect(Publish.class);
                assertThat(message.topic()).hasToString("bulk/" + i);
                assertThat(message.dup()).isFalse();
                slow.send(new PubAck(message.packetId()));
            }
        }
    }

    @Test
    @DisplayName(
            "T21 a client that asks and asks and never reads the answers is read no more, long before it is closed")
    void requests_answersNeverRead_readNoMore() throws Exception {
        byte[] pings =
                WireClient.bytes(Collections.nCopies(10_000, PingReq.INSTANCE).toArray(new Packet[0]));
        try (WireClient client = broker.connect("asks", true)) {
            Thread flood = new Thread(() -> flood(client, pings), "flood");
            flood.start();
            AtomicLong seen = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        long received = counters.sum(BrokerCounter.BYTES_RECEIVED);
                        return received > pings.length && seen.getAndSet(received) == received;
                    });
            assertThat(flood.isAlive()).isTrue();
            client.reset();
            flood.join();
        }
    }

    /** Until the connection is gone. */
    private static void flood(WireClient client, byte[] bytes) {
        try {
            while (true) {
                client.send(bytes);
            }
        } catch (IOException e) {
            assertThat(e).isInstanceOf(SocketException.class);
        }
    }
}

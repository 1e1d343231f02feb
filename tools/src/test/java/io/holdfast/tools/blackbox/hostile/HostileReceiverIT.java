// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.ConnectionClosedException;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take too little of what they are sent, or acknowledge none of it: their backlog is the disk's, not the heap's. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class HostileReceiverIT {
    private static final long MIB = 1 << 20;
    private static final int WINDOW = 1_024; // session.receive-maximum
    private static final int CONNECTIONS_MAX = 20;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("slow-receiver-timeout=1s", "connect-timeout=5m");

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    HostileReceiverIT(Dialect dialect) {
        dialect.speak();
    }

    /** Publishes numbered messages, a window at a time, and awaits every acknowledgement. */
    private static void publishMany(BrokerProcess broker, String topic, int count, int payloadBytes)
            throws IOException {
        int window = 100;
        try (WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("publisher"))) {
            for (int from = 0; from < count; from += window) {
                byte[][] packets = new byte[window][];
                for (int i = 0; i < window; i++) {
                    packets[i] = PacketBytes.publish(topic, numbered(from + i, payloadBytes), 1, false, i + 1, false);
                }
                publisher.send(PacketBytes.joined(packets));
                for (int i = 0; i < window; i++) {
                    publisher.expectAck(WirePacket.PUBACK, i + 1);
                }
            }
        }
    }

    private static byte[] numbered(int number, int bytes) {
        return ByteBuffer.allocate(bytes).putInt(number).array();
    }

    private static int number(WirePacket packet) {
        return ByteBuffer.wrap(packet.payload()).getInt();
    }

    /** Waits until writing to the broker fails: the connection has been reset. Nothing is read. */
    private static void awaitReset(WireClient client) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThatThrownBy(() -> client.send(PacketBytes.pingReq()))
                        .isInstanceOf(ConnectionClosedException.class));
    }

    @Test
    @DisplayName(
            "T21 subscribers that never read: bytes on their way are bounded, they are closed, QoS 1 stays on disk")
    void subscribers_neverRead_bounded() throws Exception {
        int count = 1_000;
        int crowd = 20;
        List<WireClient> lazy = new ArrayList<>();
        long heap = BROKER.process().heapLiveBytes();
        long resident = BROKER.process().residentBytes();
        for (int i = 0; i < crowd; i++) {
            WireClient client = BROKER.open();
            client.receiveBufferBytes(4 << 10);
            client.connect(WireConnect.durable("t21-" + i));
            client.subscribe(i % 2, "t21");
            lazy.add(client);
        }
        publishMany(BROKER.process(), "t21", count, 20_000);
        assertThat(BROKER.process().residentBytes() - resident)
                .as("more memory")
                .isLessThan(128 * MIB);
        assertThat(BROKER.process().heapLiveBytes()).as("heap in use").isLessThan(heap + 12 * MIB);
        for (WireClient client : lazy) {
            awaitReset(client);
            client.close();
        }
        assertAllComes("t21-1", count);
        for (int i = 0; i < crowd; i++) {
            BROKER.connected(WireConnect.clean("t21-" + i)).disconnect();
        }
    }

    /** In order; this client too is closed when it stands still, and then goes on where its acknowledgements end. */
    private static void assertAllComes(String id, int count) throws IOException {
        int next = 0;
        for (int connections = 0; next < count; connections++) {
            assertThat(connections).as("connections").isLessThan(CONNECTIONS_MAX);
            try (WireClient back = BROKER.connected(WireConnect.durable(id))) {
                int last = -1;
                while (next < count) {
                    WirePacket packet = back.read(WirePacket.PUBLISH);
                    int number = number(packet);
                    assertThat(number).isLessThanOrEqualTo(next);
                    assertThat(last).isIn(-1, number - 1);
                    back.ack(WirePacket.PUBACK, packet.packetId());
                    last = number;
                    next = Math.max(next, number + 1);
                }
            } catch (ConnectionClosedException e) {
                assertThat(e)
                        .as("not read for as long as slow-receiver-timeout")
                        .isNotNull();
            }
        }
    }

    @Test
    @DisplayName("T21 a client that asks and asks and never reads the answers is not given memory without end")
    void requests_answersNeverRead_bounded() throws Exception {
        long resident = BROKER.process().residentBytes();
        byte[][] pings = new byte[20_000][];
        java.util.Arrays.fill(pings, PacketBytes.pingReq());
        byte[] flood = PacketBytes.joined(pings);
        List<Thread> senders = new ArrayList<>();
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            WireClient client = BROKER.open();
            client.receiveBufferBytes(4 << 10);
            client.connect(WireConnect.clean("t21-ping-" + i));
            clients.add(client);
            senders.add(new Thread(() -> flood(client, flood), "flood"));
        }
        senders.forEach(Thread::start);
        Awaitility.await().pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(BROKER.process().residentBytes() - resident)
                    .as("more memory")
                    .isLessThan(96 * MIB);
            return senders.stream().noneMatch(Thread::isAlive);
        });
        for (WireClient client : clients) {
            client.close();
        }
    }

    /** Until the broker has had enough. */
    private static void flood(WireClient client, byte[] bytes) {
        try {
            while (true) {
                client.send(bytes);
            }
        } catch (IOException e) {
            assertThat(e).isInstanceOf(ConnectionClosedException.class);
        }
    }

    @ParameterizedTest(name = "clean session: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("T22 a subscriber that reads and never acknowledges gets one window, never again, and costs no heap")
    void subscriber_neverAcks_windowOnly(boolean clean) throws Exception {
        String topic = "t22/" + clean;
        int count = clean ? 2_000 : 6_000; // The heap has a limit of its own for clean sessions: T46.
        WireConnect connect = WireConnect.plain(Dialect.current(), "t22" + clean, clean);
        // Of its own: here nobody may be closed for reading slowly.
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound(), "slow-receiver-timeout=10m");
                WireClient deaf = WireClient.connected(broker.port(), connect)) {
            long heap = broker.heapLiveBytes();
            deaf.subscribe(1, topic);
            CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> readWindow(deaf));
            publishMany(broker, topic, count, 10_000);
            reader.join(); // Each of its reads has a limit.
            // No timer sends anything again on a living connection.
            assertThat(deaf.poll(Duration.ofSeconds(3)).map(WirePacket::toString))
                    .isEqualTo(Optional.empty());
            if (!clean) {
                assertThat(broker.heapLiveBytes())
                        .as("heap in use, with %d bytes queued", count * 10_000)
                        .isLessThan(heap + 16 * MIB);
            }
            deaf.ack(WirePacket.PUBACK, 1);
            assertThat(number(deaf.read(WirePacket.PUBLISH))).isEqualTo(WINDOW);
            Canary.assertServed(broker);
        }
    }

    private static void readWindow(WireClient client) {
        try {
            for (int i = 0; i < WINDOW; i++) {
                WirePacket packet = client.read(WirePacket.PUBLISH);
                assertThat(number(packet)).isEqualTo(i);
                assertThat(packet.dup()).isFalse();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

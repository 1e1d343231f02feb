// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Many hostile clients at once. What they cost is judged once they have gone: the heap that is still in use. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class HostileCrowdIT {
    private static final boolean FULL =
            System.getProperty("holdfast.faults", "quick").equals("full");
    private static final long MIB = 1 << 20;
    private static final long HEAP_LEFT_MAX = 12 * MIB;
    private static final int TAKEN_OVER = 0x8E;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    HostileCrowdIT(Dialect dialect) {
        dialect.speak();
    }

    /** The crowd has gone; the broker may need a moment to notice. */
    private static void assertHeapBack(long before) {
        Awaitility.await()
                .pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(BROKER.process().heapLiveBytes())
                        .as("heap in use, after %d", before)
                        .isLessThan(before + HEAP_LEFT_MAX));
    }

    // ---- T06

    /** A client that sends as much of a packet as the broker takes, and never the rest. */
    private static final class Dribbler implements AutoCloseable {
        private final SocketChannel channel;
        private final ByteBuffer rest;
        private boolean closed;

        Dribbler(byte[] connect, byte[] part) throws IOException {
            channel = SocketChannel.open();
            // What the kernel holds for the client is not the broker's.
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 16 << 10);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), BROKER.port()));
            channel.write(ByteBuffer.wrap(connect));
            channel.read(ByteBuffer.allocate(64)); // CONNACK
            channel.configureBlocking(false);
            rest = ByteBuffer.wrap(part);
        }

        /** Whether anything could be sent. */
        boolean push() {
            if (closed) {
                return false;
            }
            try {
                int sent = channel.write(rest);
                // A DISCONNECT may come before the end.
                closed = channel.read(ByteBuffer.allocate(256)) < 0;
                return sent > 0;
            } catch (IOException e) {
                closed = true;
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    @DisplayName("T06 parts of 1.9 MB packets on many connections stay within their budget; the worst are closed")
    void partialPackets_manyConnections_bounded() throws Exception {
        int crowd = FULL ? 10_000 : 600;
        long budget = 64 * MIB; // partial-bytes-max
        long heap = BROKER.process().heapLiveBytes();
        long resident = BROKER.process().residentBytes();
        byte[] whole = PacketBytes.publish("t06", new byte[1_900_000], 0, false, 0, false);
        byte[] part = java.util.Arrays.copyOf(whole, whole.length - 1);
        List<Dribbler> dribblers = new ArrayList<>();
        try {
            for (int i = 0; i < crowd; i++) {
                dribblers.add(new Dribbler(WireConnect.clean("t06-" + i).bytes(), part));
            }
            long[] peak = {0};
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> {
                        dribblers.forEach(Dribbler::push);
                        peak[0] = Math.max(peak[0], BROKER.process().residentBytes() - resident);
                        return dribblers.stream().filter(d -> d.closed).count() >= crowd / 20;
                    });
            CANARY.sing();
            // A quarter above it the worst go at once; buffers grow by doubling, and the allocator keeps chunks.
            assertThat(peak[0]).as("more memory").isLessThan(3 * budget);
        } finally {
            for (Dribbler dribbler : dribblers) {
                dribbler.close();
            }
        }
        assertHeapBack(heap);
        try (WireClient honest = BROKER.anyClient()) {
            honest.send(whole);
            assertThat(honest.packetsUntilPingResp()).isEmpty();
        }
    }

    // ---- T24

    @Test
    @DisplayName(
            "T24 one message to very many durable subscribers is stored once, others are served meanwhile, and all get it")
    void publish_fanOutBomb_storedOnce() throws Exception {
        int subscribers = FULL ? 100_000 : 4_000;
        int batch = 400;
        for (int from = 0; from < subscribers; from += batch) {
            subscribeAndLeave(from, batch);
        }
        byte[] payload = new byte[(int) MIB];
        long heap = BROKER.process().heapLiveBytes();
        long disk = BROKER.process().dataBytes();
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.send(PacketBytes.publish("t24", payload, 1, false, 1, false));
            CANARY.sing();
            publisher.expectAck(WirePacket.PUBACK, 1);
            CANARY.sing();
        }
        // The message, its row in the log, and what else the store writes in the meantime, which a flush writes twice.
        assertThat(BROKER.process().dataBytes() - disk).as("on disk").isLessThan(16 * MIB);
        assertHeapBack(heap);
        for (int i = 0; i < subscribers; i += subscribers / 10) {
            try (WireClient subscriber = BROKER.connected(WireConnect.durable("t24-" + i))) {
                WirePacket packet = subscriber.read(WirePacket.PUBLISH);
                assertThat(packet.payload()).hasSize(payload.length);
                subscriber.complete(packet);
                assertThat(subscriber.packetsUntilPingResp()).isEmpty();
            }
        }
    }

    private static void subscribeAndLeave(int from, int count) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = from; i < from + count; i++) {
                WireClient client = BROKER.open();
                clients.add(client);
                client.send(PacketBytes.joined(
                        WireConnect.durable("t24-" + i).bytes(),
                        PacketBytes.subscribe(1, 1, "t24"),
                        PacketBytes.disconnect()));
            }
            for (WireClient client : clients) {
                assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    // ---- T25

    @Test
    @DisplayName("T25 a storm of reconnects with everybody's name taken over again and again leaves the broker serving")
    void reconnect_storm_served() throws Exception {
        int connects = FULL ? 10_000 : 3_000;
        int names = 100;
        long heap = BROKER.process().heapLiveBytes();
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < connects; i++) {
                WireClient client = BROKER.open();
                clients.add(client);
                client.send(WireConnect.durable("t25-" + i % names).bytes());
                if (i % 500 == 499) {
                    CANARY.sing();
                }
                if (clients.size() == 1_000) {
                    for (WireClient old : clients.subList(0, 500)) {
                        old.reset();
                    }
                    clients.subList(0, 500).clear();
                }
            }
            // Each name has a connection among these that was not reset: all have come in when these have.
            for (WireClient client : clients.subList(clients.size() - names, clients.size())) {
                assertServedOrTakenOver(client);
            }
            for (int name = 0; name < names; name++) {
                try (WireClient last = BROKER.open()) {
                    assertThat(last.connect(WireConnect.durable("t25-" + name)).sessionPresent())
                            .isTrue();
                }
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
        assertHeapBack(heap);
    }

    private static void assertServedOrTakenOver(WireClient client) throws IOException {
        try {
            assertThat(client.read(WirePacket.CONNACK).returnCode()).isZero();
        } catch (ConnectionClosedException e) {
            assertThat(e).as("one with its name came later").isNotNull();
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.4-3] T25 one name taken over in a row: the old connection is told, the session keeps every message")
    void takeOver_pingPong_sessionIntact() throws Exception {
        int rounds = 200;
        List<String> expected = new ArrayList<>();
        try (WireClient publisher = BROKER.anyClient()) {
            WireClient holder = BROKER.connected(WireConnect.durable("t25"));
            holder.subscribe(2, "t25");
            for (int i = 0; i < rounds; i++) {
                publisher.publish("t25", "m" + i, 2, false);
                expected.add("m" + i);
                WireClient next = BROKER.open();
                assertThat(next.connect(WireConnect.durable("t25")).sessionPresent())
                        .isTrue();
                assertTakenOver(holder);
                holder.close();
                holder = next;
            }
            List<String> seen = new ArrayList<>();
            while (seen.size() < rounds) {
                WirePacket packet = holder.read();
                if (packet.type() == WirePacket.PUBLISH) {
                    seen.add(packet.text());
                    holder.ack(WirePacket.PUBREC, packet.packetId());
                } else {
                    assertThat(packet.type()).isEqualTo(WirePacket.PUBREL);
                    holder.ack(WirePacket.PUBCOMP, packet.packetId());
                }
            }
            assertThat(seen).isEqualTo(expected);
            holder.close();
        }
    }

    /** All that came before is messages; in MQTT 5 a DISCONNECT with the reason is last. */
    private static void assertTakenOver(WireClient old) throws IOException {
        Optional<WirePacket> last = Optional.empty();
        try {
            while (true) {
                last = Optional.of(old.read());
            }
        } catch (ConnectionClosedException e) {
            if (Dialect.current().isMqtt5()) {
                assertThat(last.map(WirePacket::type)).contains(WirePacket.DISCONNECT);
                assertThat(last.map(WirePacket::reasonCode)).contains(TAKEN_OVER);
            } else {
                assertThat(last.map(WirePacket::type)).isNotEqualTo(Optional.of(WirePacket.DISCONNECT));
            }
        }
    }

    @Test
    @DisplayName("K01 T25 clients that reset their connection on its way to its event loop leave no buffer behind")
    void connect_resetAtOnce_nothingLeaks() throws Exception {
        try (BrokerProcess broker =
                BrokerProcess.start(HoldfastBroker.with("-Dio.netty.leakDetection.level=paranoid"), "shards=4")) {
            for (int i = 0; i < 3_000; i++) {
                try (WireClient client = WireClient.open(broker.port())) {
                    client.send(PacketBytes.joined(
                            WireConnect.clean("t25-" + i).bytes(), PacketBytes.hex("30 05 0003 61")));
                    client.reset();
                }
                if (i % 1_000 == 999) {
                    assertThat(broker.heapLiveBytes()).isPositive(); // What is garbage now is found below.
                }
            }
            Canary.assertServed(broker); // Netty reports leaks when it next allocates.
            assertThat(broker.wholeOutput()).doesNotContain("LEAK");
        }
    }

    // ---- T36

    @Test
    @DisplayName("T36 a thousand malformed packets and refused connections cost a few lines of the log")
    void malformed_flood_fewLines() throws Exception {
        int before = lines();
        for (int i = 0; i < 1_000; i++) {
            try (WireClient client = BROKER.open()) {
                if (i % 2 == 0) {
                    client.send(
                            PacketBytes.joined(WireConnect.clean("t36-" + i % 7).bytes(), PacketBytes.hex("36 00")));
                } else {
                    client.send(PacketBytes.hex("30 00"));
                }
                assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            }
        }
        // Each kind once a minute.
        assertThat(lines() - before).as("lines logged").isLessThan(20);
        assertThat(BROKER.process().wholeOutput()).contains("malformed packet");
    }

    /** Without those about clients that come and go, which are 50 a second at most. */
    private static int lines() throws IOException {
        return (int) BROKER.process()
                .wholeOutput()
                .lines()
                .filter(line -> !line.contains(" INFO  connection "))
                .count();
    }
}

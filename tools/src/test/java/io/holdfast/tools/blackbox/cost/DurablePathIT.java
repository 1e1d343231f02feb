// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Syncs and bytes for each message, counted by the broker itself and bounded here; processor time is printed only, as it
 * depends on the machine.
 */
class DurablePathIT {
    private static final System.Logger LOG = System.getLogger(DurablePathIT.class.getName());
    private static final byte[] PAYLOAD = "x".repeat(64).getBytes(StandardCharsets.UTF_8);
    private static final int PAIRS = 10;
    private static final int WINDOW = 20;
    private static final int MESSAGES = 3_000;
    private static final int WARM_UP = Integer.getInteger("holdfast.cost.warmup", 500);

    /** What the broker has spent so far. */
    private record Spent(long syncs, long bytes, Duration cpu, long nanos) {
        static Spent of(BrokerProcess broker) throws IOException {
            long syncs = read(broker, "$SYS/broker/store/syncs");
            long bytes = read(broker, "$SYS/broker/store/bytes-written");
            return new Spent(syncs, bytes, broker.cpuTime(), System.nanoTime());
        }

        /** On a connection of its own: every ten seconds the figure comes again. */
        private static long read(BrokerProcess broker, String topic) throws IOException {
            try (WireClient client = WireClient.connected(broker.port(), WireConnect.clean("spent"))) {
                client.send(PacketBytes.subscribe(1, 0, topic));
                WirePacket packet = client.read();
                while (packet.type() != WirePacket.PUBLISH) {
                    packet = client.read();
                }
                return Long.parseLong(packet.text());
            }
        }

        String perMessage(Spent later, int messages) {
            double seconds = (later.nanos - nanos) / 1e9;
            return "%.1f us CPU, %.0f bytes, %.1f messages for each sync, %.0f syncs/s, %.0f messages/s"
                    .formatted(
                            later.cpu.minus(cpu).toNanos() / 1e3 / messages,
                            (double) (later.bytes - bytes) / messages,
                            (double) messages / (later.syncs - syncs),
                            (later.syncs - syncs) / seconds,
                            messages / seconds);
        }
    }

    @ParameterizedTest(name = "QoS {0}")
    @ValueSource(ints = {1, 2})
    @DisplayName(
            "ten durable pairs with twenty outstanding: many acknowledgements for each sync, few bytes for each message")
    void pairs_twentyOutstanding_shareSyncs(int qos) throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerCommand.underTest(), "connect-timeout=5m")) {
            stream(broker, qos, PAIRS, WARM_UP);
            Spent before = Spent.of(broker);
            stream(broker, qos, PAIRS, MESSAGES);
            Spent after = Spent.of(broker);
            int messages = PAIRS * MESSAGES;
            LOG.log(System.Logger.Level.INFO, "QoS " + qos + ": " + before.perMessage(after, messages));
            int acknowledgements = qos * messages; // PUBACK, or PUBREC and PUBCOMP
            assertThat(acknowledgements / (after.syncs() - before.syncs()))
                    .as("acknowledgements for each sync")
                    .isGreaterThanOrEqualTo(5);
            assertThat((after.bytes() - before.bytes()) / messages)
                    .as("bytes written for each message")
                    .isLessThanOrEqualTo(250);
        }
    }

    @Test
    @DisplayName("one message to a hundred offline sessions is stored once")
    void fanOut_offlineSessions_storedOnce() throws Exception {
        int sessions = 100;
        int messages = 2_000;
        try (BrokerProcess broker = BrokerProcess.start(BrokerCommand.underTest(), "connect-timeout=5m")) {
            for (int i = 0; i < sessions; i++) {
                try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("offline-" + i))) {
                    client.subscribe(1, "fan/out");
                    client.disconnect();
                }
            }
            Spent before = Spent.of(broker);
            try (StreamClient publisher =
                    new StreamClient(WireClient.connected(broker.port(), WireConnect.durable("publisher")), 1)) {
                publisher.publish("fan/out", PAYLOAD, messages, WINDOW);
            }
            Spent after = Spent.of(broker);
            LOG.log(System.Logger.Level.INFO, "100 offline: " + before.perMessage(after, messages));
            assertThat((after.bytes() - before.bytes()) / messages)
                    .as("bytes written for each message")
                    .isLessThanOrEqualTo(600);
        }
    }

    @Test
    @DisplayName("many sessions cost about what few do, with the same number outstanding")
    void sessions_fiftyAndFiveThousand_printed() throws Exception {
        boolean full = "full".equals(System.getProperty("holdfast.faults"));
        for (int sessions : full ? new int[] {50, 5_000} : new int[] {50}) {
            try (BrokerProcess broker = BrokerProcess.start(BrokerCommand.underTest(), "connect-timeout=5m")) {
                sleepers(broker, sessions);
                rotate(broker, sessions, 4_000);
                Spent before = Spent.of(broker);
                int messages = 20_000;
                rotate(broker, sessions, messages);
                String figures = before.perMessage(Spent.of(broker), messages);
                LOG.log(System.Logger.Level.INFO, sessions + " sessions: " + figures);
                assertThat(figures).isNotEmpty();
            }
        }
    }

    /** One offline session for each topic. */
    private static void sleepers(BrokerProcess broker, int sessions) throws IOException {
        for (int i = 0; i < sessions; i++) {
            try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("s" + i))) {
                client.subscribe(1, "rotate/" + i);
                client.disconnect();
            }
        }
    }

    /** One publisher goes round the topics, 200 messages outstanding. */
    private static void rotate(BrokerProcess broker, int sessions, int messages) throws IOException {
        try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("rotating"))) {
            int sent = 0;
            for (int finished = 0; finished < messages; finished++) {
                for (; sent < messages && sent - finished < PAIRS * WINDOW; sent++) {
                    client.send(PacketBytes.publish(
                            "rotate/" + sent % sessions, PAYLOAD, 1, false, 1 + sent % 60_000, false));
                }
                client.read(WirePacket.PUBACK);
            }
        }
    }

    private static void stream(BrokerProcess broker, int qos, int pairs, int messages) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<StreamClient> clients = new ArrayList<>();
        try {
            List<CompletableFuture<Void>> work = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                String topic = "pair/" + i;
                WireClient receiver = WireClient.connected(broker.port(), WireConnect.durable("receiver-" + i));
                receiver.subscribe(qos, topic);
                StreamClient subscriber = new StreamClient(receiver, qos);
                StreamClient publisher = new StreamClient(
                        WireClient.connected(broker.port(), WireConnect.durable("publisher-" + i)), qos);
                clients.addAll(List.of(subscriber, publisher));
                work.add(CompletableFuture.runAsync(() -> subscriber.receive(messages), threads));
                work.add(
                        CompletableFuture.runAsync(() -> publisher.publish(topic, PAYLOAD, messages, WINDOW), threads));
            }
            CompletableFuture.allOf(work.toArray(CompletableFuture[]::new)).join();
            for (StreamClient client : clients) {
                client.leave(); // What a client has acknowledged is settled before it comes again.
            }
        } finally {
            for (StreamClient client : clients) {
                client.close();
            }
            threads.shutdownNow();
        }
    }
}

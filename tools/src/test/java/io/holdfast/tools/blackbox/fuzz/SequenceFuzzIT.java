// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Three seeds in a normal build, 40 with {@code -Dholdfast.faults=full}. Each runs rounds of packets in any order at a real
 * broker with its assertions on, which ends by SIGKILL or lives on; after each round the broker must be up, must have
 * said nothing of a failure, and must serve a client that always behaved: once, in order, across the kills.
 */
final class SequenceFuzzIT {
    private static final System.Logger LOG = System.getLogger(SequenceFuzzIT.class.getName());
    private static final int SEEDS =
            System.getProperty("holdfast.faults", "quick").equals("full") ? 40 : 3;
    private static final int ROUNDS = 5;
    private static final int STEPS = 4_000;
    private static final int CLIENTS = 8;
    private static final long HEAP_LEFT_MAX = 12 << 20;
    private static final String CANARY = "canary";

    @Test
    @DisplayName(
            "K13 K27 T13 T14 T15 T25 packets in any order, sound and broken, with kills: the broker stays up and serves")
    void packets_anyOrder_brokerServes() throws Exception {
        long first = Seeds.one();
        int seeds = Long.getLong("seed") == null ? SEEDS : 1;
        SplittableRandom more = new SplittableRandom(first);
        for (int i = 0; i < seeds; i++) {
            long seed = i == 0 ? first : more.nextLong();
            LOG.log(System.Logger.Level.INFO, Seeds.replay(seed));
            try (BrokerProcess broker = BrokerProcess.start(
                    HoldfastBroker.with("-Dio.netty.leakDetection.level=paranoid"),
                    "mqtt.topic-alias-max=4",
                    "connect-timeout=5m")) {
                try {
                    run(broker, new SplittableRandom(seed));
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(Seeds.replay(seed) + ": " + e + "\n" + broker.output(), e);
                }
            }
        }
    }

    private static void run(BrokerProcess broker, SplittableRandom random) throws IOException {
        (random.nextBoolean() ? Dialect.MQTT_5 : Dialect.MQTT_3_1_1).speak();
        long heap = broker.heapLiveBytes();
        try (WireClient canary = WireClient.connected(broker.port(), WireConnect.durable(CANARY))) {
            canary.subscribe(2, CANARY);
        }
        for (int round = 0; round < ROUNDS; round++) {
            abuse(broker, random);
            boolean killed = random.nextBoolean();
            assertThat(broker.alive()).as("alive after round %d", round).isTrue();
            assertHeapBack(broker, heap);
            serve(broker, killed, round);
            assertThat(broker.output())
                    .as("round %d", round)
                    .doesNotContain("AssertionError", "Exception", "Error:", "has failed", "LEAK");
        }
        assertThat(broker.terminate()).as("exit code").isZero();
    }

    /** What the clients of a round have left is a few sessions with short queues. The broker may notice late that they went. */
    private static void assertHeapBack(BrokerProcess broker, long before) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofSeconds(1))
                .pollDelay(Duration.ZERO)
                .untilAsserted(() -> assertThat(broker.heapLiveBytes())
                        .as("heap in use, after %d at first", before)
                        .isLessThan(before + HEAP_LEFT_MAX));
    }

    private static void abuse(BrokerProcess broker, SplittableRandom random) throws IOException {
        List<FuzzClient> clients = new ArrayList<>();
        try {
            for (int step = 0; step < STEPS; step++) {
                while (clients.size() < CLIENTS) {
                    clients.add(new FuzzClient(random, broker.port()));
                }
                int chosen = random.nextInt(CLIENTS);
                if (!clients.get(chosen).step() || random.nextInt(200) == 0) {
                    clients.remove(chosen).close();
                }
            }
        } finally {
            for (FuzzClient client : clients) {
                client.close();
            }
        }
    }

    /** A message for the canary, perhaps a kill, and the canary gets it exactly once. */
    private static void serve(BrokerProcess broker, boolean killed, int round) throws IOException {
        try (WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("publisher"))) {
            publisher.publish(CANARY, "round " + round, 2, false);
        }
        if (killed) {
            broker.kill();
            broker.restart();
        }
        try (WireClient canary = WireClient.connected(broker.port(), WireConnect.durable(CANARY))) {
            WirePacket packet = canary.read(WirePacket.PUBLISH);
            assertThat(packet.text()).isEqualTo("round " + round);
            canary.complete(packet);
            canary.send(PacketBytes.pingReq());
            assertThat(canary.read().type()).isEqualTo(WirePacket.PINGRESP);
            canary.disconnect();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Too little memory: a heap of 64 MB, and clients that want all of it. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class HostileMemoryIT {
    private static final int CROWD = 30;
    private static final int LOAD_BYTES = 400_000;

    HostileMemoryIT(Dialect dialect) {
        dialect.speak();
    }

    private static HoldfastBroker small() {
        return HoldfastBroker.with("-Xmx64m", "-XX:+ExitOnOutOfMemoryError");
    }

    private static WireClient connected(BrokerProcess broker, String id, boolean clean) throws IOException {
        return WireClient.connected(broker.port(), WireConnect.plain(Dialect.current(), id, clean));
    }

    private static void subscribeKeeper(BrokerProcess broker) throws IOException {
        try (WireClient keeper = connected(broker, "keeper", false)) {
            keeper.subscribe(1, "t46/kept");
            keeper.disconnect();
        }
    }

    private static void assertKept(BrokerProcess broker, int count) throws IOException {
        try (WireClient keeper = connected(broker, "keeper", false)) {
            for (int i = 0; i < count; i++) {
                WirePacket packet = keeper.read(WirePacket.PUBLISH);
                assertThat(packet.text()).isEqualTo("kept " + i);
                keeper.complete(packet);
            }
        }
    }

    @Test
    @DisplayName(
            "K27 T46 with 64 MB of heap, queues of clean sessions, parts of packets and unread answers do not end the broker")
    void load_smallHeap_servesOn() throws Exception {
        int rounds = 150;
        List<WireClient> crowd = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(small(), "slow-receiver-timeout=60s")) {
            subscribeKeeper(broker);
            byte[] whole = PacketBytes.publish("t46/part", new byte[1_900_000], 0, false, 0, false);
            byte[] part = java.util.Arrays.copyOf(whole, 300_000);
            for (int i = 0; i < CROWD; i++) {
                WireClient deaf = connected(broker, "deaf" + i, true);
                crowd.add(deaf);
                deaf.subscribe(1 + i % 2, "t46/load");
                WireClient dribbler = connected(broker, "dribbler" + i, true);
                crowd.add(dribbler);
                dribbler.send(part);
            }
            try (WireClient publisher = connected(broker, "publisher", true)) {
                for (int i = 0; i < rounds; i++) {
                    publisher.send(PacketBytes.publish("t46/load", new byte[LOAD_BYTES], 1, false, 1, false));
                    publisher.expectAck(WirePacket.PUBACK, 1);
                    publisher.publish("t46/kept", "kept " + i, 1, false);
                }
            }
            Canary.assertServed(broker);
            for (WireClient client : crowd) {
                client.close();
            }
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(broker.heapLiveBytes()).isLessThan(30 << 20));
            Canary.assertServed(broker);
            assertKept(broker, rounds);
        }
    }

    @Test
    @DisplayName(
            "T46 a broker that does run out of memory ends at once, and its next start has everything it acknowledged")
    void outOfMemory_endsAndRecovers() throws Exception {
        int kept = 20;
        List<WireClient> crowd = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(small())) {
            subscribeKeeper(broker);
            try (WireClient publisher = connected(broker, "publisher", true)) {
                for (int i = 0; i < kept; i++) {
                    publisher.publish("t46/kept", "kept " + i, 1, false);
                }
            }
            for (int client = 0; client < 200 && broker.alive(); client++) {
                try {
                    WireClient greedy = connected(broker, "greedy" + client, true);
                    crowd.add(greedy);
                    subscribeMany(greedy, client);
                } catch (IOException | AssertionError e) {
                    assertThat(e).as("the broker is busy dying").isNotNull();
                }
            }
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> !broker.alive());
            assertThat(broker.wholeOutput()).containsAnyOf("out of memory", "OutOfMemoryError");
            for (WireClient client : crowd) {
                client.close();
            }
            broker.restart();
            Canary.assertServed(broker);
            assertKept(broker, kept);
        }
    }

    private static void subscribeMany(WireClient greedy, int mine) throws IOException {
        int filters = 1_000;
        for (int from = 0; from < 10_000; from += filters) {
            greedy.subscribe(
                    1,
                    IntStream.range(from, from + filters)
                            .mapToObj(i -> "t46/" + "x".repeat(100) + "/" + mine + "/" + i)
                            .toArray(String[]::new));
        }
    }
}

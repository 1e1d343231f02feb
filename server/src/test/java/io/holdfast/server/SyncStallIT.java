// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.testkit.HeldStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that does not answer for a while. */
class SyncStallIT {
    @TempDir
    Path folder;

    @Test
    @DisplayName("T43 C22 a sync that stalls: publishers wait and are not dropped for it, the operator is told, once")
    void sync_stalls_publishersWait() throws Exception {
        AtomicReference<HeldStore> store = new AtomicReference<>();
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), rows -> {
                    HeldStore held = new HeldStore(rows);
                    store.set(held);
                    return held;
                });
                WireClient publisher = broker.open();
                WireClient canary = broker.connect("canary", true)) {
            canary.subscribe("c", QoS.AT_MOST_ONCE);
            try (WireClient sleeper = broker.connect("sleeper", false)) {
                sleeper.subscribe("a/b", QoS.AT_LEAST_ONCE);
            }
            store.get().hold();
            long before = stalls(broker);
            try {
                awaitStall(broker, publisher, canary, before);
            } finally {
                store.get().release(); // Else the broker could not be closed.
            }
            publisher.expect(ConnAck.class);
            assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(1);
            assertThat(stalls(broker)).isEqualTo(before + 1);
            // Behind its answer the silence counts again.
            assertThat(publisher.isClosedNext()).isTrue();
            assertThat(broker.broker().counters().sum(ShardEvent.KEEP_ALIVE_EXPIRED))
                    .isEqualTo(1);
        }
    }

    private static long stalls(RunningBroker broker) {
        return broker.broker().counters().sum(BrokerCounter.COMMIT_STALLS);
    }

    /** Longer than one and a half times the publisher's keep alive of 1 s, and nobody else notices. */
    private static void awaitStall(RunningBroker broker, WireClient publisher, WireClient canary, long before)
            throws IOException {
        // At once: between the two a client on a busy machine could be silent for too long.
        publisher.send(
                new Connect(ProtocolVersion.MQTT_3_1_1, "publisher", true, 1, null, null, null, Properties.NONE),
                WireClient.publish("a/b", "m", QoS.AT_LEAST_ONCE, 1));
        Awaitility.await().until(() -> stalls(broker) == before + 1);
        Awaitility.await()
                .pollDelay(Duration.ofMillis(1_600))
                .until(() -> broker.broker().state() == BrokerState.RUNNING);
        canary.send(WireClient.publish("c", "alive", QoS.AT_MOST_ONCE, 0));
        assertThat(WireClient.text(canary.expect(Publish.class))).isEqualTo("alive");
        assertThat(broker.broker().counters().sum(ShardEvent.KEEP_ALIVE_EXPIRED))
                .isZero();
    }
}

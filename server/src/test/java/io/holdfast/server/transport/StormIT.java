// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.ForwardingStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More connections than can be served at once, and packets whose handling fails. */
class StormIT {
    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "T25 connections beyond the rate wait until they are accepted; nobody is refused, the others are served")
    void accept_beyondRate_waits() throws Exception {
        int rate = 40;
        int clients = 3 * rate;
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), "connections-per-second-max=" + rate);
                WireClient witness = broker.connect("witness", true)) {
            long began = System.nanoTime();
            List<WireClient> storm = new ArrayList<>();
            try {
                for (int i = 0; i < clients; i++) {
                    WireClient client = broker.open();
                    storm.add(client);
                    client.send(WireClient.connectPacket("storm-" + i, true, null));
                }
                witness.send(PingReq.INSTANCE);
                witness.expect(PingResp.class);
                for (WireClient client : storm) {
                    assertThat(client.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                }
            } finally {
                for (WireClient client : storm) {
                    client.close();
                }
            }
            // A tenth of a second's worth came at once; a burst of accepts may run a little ahead.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
            assertThat(broker.broker().counters().sum(BrokerCounter.ACCEPTING_PAUSED))
                    .isPositive();
            assertThat(broker.broker().counters().sum(BrokerCounter.CONNECTIONS_REFUSED))
                    .isZero();
        }
    }

    @Test
    @DisplayName("T25 without a limit on the rate nothing waits")
    void accept_noRate_atOnce() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), "connections-per-second-max=0")) {
            for (int i = 0; i < 100; i++) {
                broker.connect("client-" + i, true).close();
            }
            assertThat(broker.broker().counters().sum(BrokerCounter.ACCEPTING_PAUSED))
                    .isZero();
        }
    }

    /** Fails, as a defect of ours would, when the row of one client is looked at. */
    private static final class Trap extends ForwardingStore {
        private static final byte[] KEY = Keys.text("trap".getBytes(StandardCharsets.UTF_8));

        private final boolean deep;

        Trap(RowStore store, boolean deep) {
            super(store);
            this.deep = deep;
        }

        @Override
        public byte @Nullable [] get(Table table, byte[] key) {
            if (table == Table.CLIENT && Arrays.equals(key, KEY)) {
                if (deep) {
                    throw new StackOverflowError("planted");
                }
                throw new IllegalStateException("planted");
            }
            return super.get(table, key);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "K14 T46 C29 an exception or a stack overflow while a packet is handled costs its connection and nothing else")
    void handler_throws_onlyItsConnection(ProtocolVersion version) throws Exception {
        for (boolean deep : new boolean[] {false, true}) {
            try (RunningBroker broker =
                            RunningBroker.start(folder.resolve("data" + deep), store -> new Trap(store, deep));
                    WireClient canary = new WireClient(broker.port(), version)) {
                canary.connect("canary", true);
                canary.subscribe("canary", QoS.AT_LEAST_ONCE);
                for (int i = 0; i < 5; i++) {
                    assertClosed(broker, version);
                }
                canary.send(WireClient.publish("canary", "song", QoS.AT_LEAST_ONCE, 7));
                assertThat(List.of(String.valueOf(canary.next()), String.valueOf(canary.next())))
                        .anyMatch(packet -> packet.startsWith(PubAck.class.getSimpleName()))
                        .anyMatch(packet -> packet.startsWith(Publish.class.getSimpleName()));
                assertThat(broker.broker().counters().sum(BrokerCounter.INSTANCE_FAILURES))
                        .isZero();
                await().until(() -> broker.broker().openConnections() == 1);
            }
        }
    }

    private static void assertClosed(RunningBroker broker, ProtocolVersion version) throws IOException {
        try (WireClient trapped = new WireClient(broker.port(), version)) {
            trapped.send(
                    version == ProtocolVersion.MQTT_5
                            ? WireClient.connect5("trap", false, Properties.NONE)
                            : WireClient.connectPacket("trap", false, null));
            if (version == ProtocolVersion.MQTT_5) {
                assertThat(trapped.expect(ConnAck.class).reasonCode()).isEqualTo(ReasonCode.UNSPECIFIED_ERROR);
            }
            assertThat(trapped.isClosedNext()).isTrue();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.ForwardingStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fault of the broker's own while it handles a packet. */
class TransientFaultIT {
    @TempDir
    private Path folder;

    /**
     * Fails to read subscriptions once it is told to: what a resumed session does at its first SUBSCRIBE. Not on the thread
     * that reads the whole store behind each start.
     */
    private static final class FaultyReads extends ForwardingStore {
        private final AtomicBoolean faulty;

        FaultyReads(RowStore store, AtomicBoolean faulty) {
            super(store);
            this.faulty = faulty;
        }

        @Override
        public RowCursor cursor(Table table, byte[] from, byte[] to) {
            boolean packet = Thread.currentThread().getName().startsWith("holdfast-shard");
            if (packet && table == Table.SUBSCRIPTION && faulty.getAndSet(false)) {
                throw new IllegalStateException("told to fail");
            }
            return super.cursor(table, from, to);
        }
    }

    private static Connect connect(ProtocolVersion version) {
        Properties kept = version == ProtocolVersion.MQTT_5
                ? Properties.builder().sessionExpiryIntervalSeconds(3_600).build()
                : Properties.NONE;
        return new Connect(version, "c", false, 0, WireClient.will("will", "gone"), null, null, kept);
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "[MQTT-4.8.0-2] (C29) a fault while a packet is handled ends its connection, with its will, and no other")
    void subscribe_readFails_thisConnectionEnds(ProtocolVersion version) throws Exception {
        try (RunningBroker before = RunningBroker.start(folder);
                WireClient client = new WireClient(before.port(), version)) {
            client.connect(connect(version));
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
        }
        AtomicBoolean faulty = new AtomicBoolean();
        try (RunningBroker broker = RunningBroker.start(folder, rows -> new FaultyReads(rows, faulty));
                WireClient watcher = broker.connect("watcher", true);
                WireClient client = new WireClient(broker.port(), version);
                WireClient again = new WireClient(broker.port(), version)) {
            watcher.subscribe("will", QoS.AT_LEAST_ONCE);
            assertThat(client.connect(connect(version)).sessionPresent()).isTrue();
            faulty.set(true);
            client.send(subscribe());
            if (version == ProtocolVersion.MQTT_5) {
                assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.UNSPECIFIED_ERROR);
            }
            assertThat(client.isClosedNext()).isTrue();
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("gone");
            watcher.send(PingReq.INSTANCE);
            watcher.expect(PingResp.class);
            assertThat(again.connect(connect(version)).sessionPresent()).isTrue();
            again.subscribe("t", QoS.AT_LEAST_ONCE);
        }
    }

    private static Subscribe subscribe() {
        return new Subscribe(
                1, List.of(new Subscribe.Request(TopicFilter.parse("t"), QoS.AT_LEAST_ONCE)), Properties.NONE);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several ways into one broker. */
class ListenersIT {
    @TempDir
    Path folder;

    private static WireClient open(RunningBroker broker, String name) throws IOException {
        InetSocketAddress address = listener(broker, name).addresses().get(0);
        return new WireClient(new Socket(address.getAddress(), address.getPort()), ProtocolVersion.MQTT_3_1_1);
    }

    private static Listener listener(RunningBroker broker, String name) {
        return broker.broker().listeners().stream()
                .filter(listener -> listener.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("clients of several listeners share sessions and messages, each listener has its own limit")
    void listeners_several_oneBrokerWithOwnLimits() throws Exception {
        try (RunningBroker broker = RunningBroker.start(
                        folder,
                        "listeners.lan.port=0",
                        "listeners.lan.bind=127.0.0.2",
                        "listeners.lan.connections-max=1");
                WireClient here = broker.connect("here", true);
                WireClient there = open(broker, "lan")) {
            there.connect("there", true);
            here.subscribe("a", QoS.AT_LEAST_ONCE);
            there.send(WireClient.publish("a", "x", QoS.AT_LEAST_ONCE, 1));
            assertThat(WireClient.text(here.expect(Publish.class))).isEqualTo("x");
            assertThat(listener(broker, "tcp").openConnections()).isEqualTo(1);
            assertThat(listener(broker, "lan").openConnections()).isEqualTo(1);
            try (WireClient tooMany = open(broker, "lan")) {
                assertThat(tooMany.isClosedNext()).isTrue();
            }
            await().until(() -> broker.broker().counters().sum(BrokerCounter.CONNECTIONS_REFUSED) == 1);
            try (WireClient second = broker.connect("second", true)) {
                second.send(PingReq.INSTANCE);
                second.expect(PingResp.class);
            }
            there.reset();
            await().until(() -> listener(broker, "lan").openConnections() == 0);
            try (WireClient again = open(broker, "lan")) {
                again.connect("there", true);
            }
        }
    }

    @Test
    @DisplayName("connections too many over all listeners leave no trace in a listener's own count")
    void listeners_globalLimit_countsStayRight() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "listeners.b.port=0", "connections-max=1");
                WireClient only = broker.connect("only", true)) {
            try (WireClient tooMany = open(broker, "b")) {
                assertThat(tooMany.isClosedNext()).isTrue();
            }
            only.send(PingReq.INSTANCE);
            only.expect(PingResp.class);
            await().until(() -> listener(broker, "b").openConnections() == 0); // The client hears of its end first.
            await().until(() -> broker.broker().openConnections() == 1);
        }
    }

    @Test
    @DisplayName("when one listener cannot be opened none stays open, and the folder is free")
    void listeners_secondPortTaken_nothingStaysOpen() throws Exception {
        Path other = folder.resolve("other");
        try (RunningBroker broker = RunningBroker.start(folder.resolve("first"))) {
            int port = broker.port();
            assertThatThrownBy(() -> RunningBroker.start(other, "listeners.b.port=" + port))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("in use")
                    .extracting(e -> ((ListenException) e).listener())
                    .isEqualTo("b");
        }
        RunningBroker.start(other, "listeners.b.port=0").close();
    }
}

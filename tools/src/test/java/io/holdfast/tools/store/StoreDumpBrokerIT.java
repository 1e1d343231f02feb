// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static io.holdfast.tools.store.DumpRun.column;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The dump beside the broker itself, and after it was killed. */
class StoreDumpBrokerIT {
    private BrokerProcess broker;

    @BeforeEach
    void startBroker() throws IOException {
        broker = BrokerProcess.start(HoldfastBroker.sound());
    }

    @AfterEach
    void stopBroker() throws IOException {
        broker.close();
    }

    private List<Map<String, String>> rows(String section, String... options) {
        return DumpRun.rows(broker.data(), section, options);
    }

    private WireClient connect(WireConnect connect) throws IOException {
        return WireClient.connected(broker.port(), connect);
    }

    @Test
    @DisplayName("S04 S05 a subscribed topic leaves one stub, which outlives the last subscriber and a restart")
    void dump_topicStub_oneForEver() throws IOException {
        WireClient first = connect(WireConnect.durable("one"));
        first.subscribe(1, "t1");
        List<Map<String, String>> stubs = rows("topics");
        assertThat(column(stubs, "filter")).contains("t1");
        WireClient second = connect(WireConnect.clean("two"));
        second.subscribe(2, "t1");
        assertThat(rows("topics")).isEqualTo(stubs);
        first.unsubscribe("t1");
        second.unsubscribe("t1");
        first.disconnect();
        second.disconnect();
        broker.terminate();
        broker.restart();
        assertThat(column(rows("topics"), "filter")).isEqualTo(column(stubs, "filter"));
        assertThat(rows("subscriptions")).isEmpty();
    }

    @Test
    @DisplayName("S15 a clean session leaves no record; S18 connecting clean once takes a kept one with all it held")
    void dump_cleanSession_noRecord() throws IOException {
        try (WireClient clean = connect(WireConnect.clean("fleeting"))) {
            clean.subscribe(1, "f");
            assertThat(rows("sessions")).isEmpty();
        }
        offlineQueue("kept", 3);
        assertThat(column(rows("queued"), "payload")).containsExactly("0", "1", "2");
        connect(WireConnect.clean("kept")).disconnect();
        assertThat(rows("sessions,subscriptions,inflight,inbound,queued,timers"))
                .isEmpty();
    }

    @Test
    @DisplayName(
            "S16 S17 what waits for an offline client is shown while the broker runs, after SIGKILL, and after its restart")
    void dump_offlineQueue_sameAfterKill() throws IOException {
        offlineQueue("sleeper", 40);
        String[] sections = {"--section", "sessions,subscriptions,inflight,inbound,queued,retained,topics"};
        DumpRun running = DumpRun.of(broker.data(), sections);
        assertThat(running.exitCode()).isZero();
        assertThat(column(rows("queued", "--client", "sleeper"), "payload"))
                .hasSize(40)
                .startsWith("0", "1", "2");
        broker.kill();
        assertThat(DumpRun.of(broker.data(), sections)).isEqualTo(running);
        broker.restart();
        assertThat(DumpRun.of(broker.data(), sections)).isEqualTo(running);
    }

    @Test
    @DisplayName(
            "S37 the steps of QoS 2 in both directions are visible: sent, released, and the publisher's identifier")
    void dump_qos2_eachStep() throws IOException {
        try (WireClient subscriber = connect(WireConnect.durable("sub"));
                WireClient publisher = connect(WireConnect.durable("pub"))) {
            subscriber.subscribe(2, "q");
            publisher.send(PacketBytes.publish("q", utf8("x"), 2, false, 77, false));
            publisher.expectAck(WirePacket.PUBREC, 77);
            assertThat(column(rows("inbound", "--client", "pub"), "packetId")).containsExactly("77");
            WirePacket publish = subscriber.read(WirePacket.PUBLISH);
            assertThat(rows("inflight", "--client", "sub"))
                    .singleElement()
                    .satisfies(row -> assertThat(row)
                            .containsEntry("packetId", Integer.toString(publish.packetId()))
                            .containsEntry("state", "maybe-sent")
                            .containsEntry("topic", "q"));
            subscriber.ack(WirePacket.PUBREC, publish.packetId());
            subscriber.expectAck(WirePacket.PUBREL, publish.packetId());
            assertThat(column(rows("inflight"), "state")).containsExactly("released");
            publisher.ack(WirePacket.PUBREL, 77);
            publisher.expectAck(WirePacket.PUBCOMP, 77);
            assertThat(rows("inbound")).isEmpty();
            subscriber.ack(WirePacket.PUBCOMP, publish.packetId());
            Awaitility.await("the completion is written within a second or so")
                    .untilAsserted(() -> assertThat(rows("inflight")).isEmpty());
        }
    }

    @Test
    @DisplayName("S19 S26 a will is in the store before CONNACK and gone after DISCONNECT; so is the connected mark")
    void dump_will_boundToConnection() throws IOException {
        WireClient client = connect(WireConnect.durable("mortal").withWill("w", "gone", 1, true));
        assertThat(rows("wills"))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("client", "mortal")
                        .containsEntry("topic", "w")
                        .containsEntry("payload", "gone")
                        .containsEntry("qos", "1")
                        .containsEntry("retain", "true"));
        assertThat(column(rows("timers"), "kind")).containsExactly("connected");
        assertThat(column(rows("sessions"), "state")).containsExactly("connected");
        client.disconnect();
        assertThat(rows("wills")).isEmpty();
        assertThat(column(rows("timers"), "kind")).doesNotContain("connected");
        assertThat(column(rows("sessions"), "state")).containsExactly("offline");
    }

    @Test
    @DisplayName("a retained message is shown with its value, and gone once it was cleared")
    void dump_retained_lastValue() throws IOException {
        try (WireClient client = connect(WireConnect.clean("r"))) {
            client.publish("state", "on", 1, true);
            client.publish("state", "off", 1, true);
            assertThat(column(rows("retained"), "payload")).containsExactly("off");
            client.publish("state", "", 1, true);
            assertThat(rows("retained")).isEmpty();
        }
    }

    /** A kept session that is offline while messages come for it. */
    private void offlineQueue(String clientId, int messages) throws IOException {
        WireClient subscriber = connect(WireConnect.durable(clientId));
        subscriber.subscribe(1, "queue/" + clientId);
        subscriber.disconnect();
        try (WireClient publisher = connect(WireConnect.clean("publisher"))) {
            for (int i = 0; i < messages; i++) {
                publisher.publish("queue/" + clientId, Integer.toString(i), 1, false);
            }
            publisher.disconnect();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

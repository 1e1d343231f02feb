// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.store.StoreRefusedException;
import io.holdfast.storage.testkit.HeldStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerIT {
    @TempDir
    Path folder;

    private RunningBroker start(String... settings) throws Exception {
        return RunningBroker.start(folder.resolve("data"), settings);
    }

    @Test
    @DisplayName("a clean stop keeps sessions, queues and retained messages, and leaves nothing to replay")
    void stop_clean_everythingBack() throws Exception {
        try (RunningBroker broker = start();
                WireClient publisher = broker.connect("publisher", true)) {
            try (WireClient subscriber = broker.connect("kept", false)) {
                subscriber.subscribe("a/#", QoS.EXACTLY_ONCE);
            }
            for (int i = 1; i <= 100; i++) {
                publisher.send(WireClient.publish("a/" + i, "m" + i, QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
        }
        try (RunningBroker broker = start();
                WireClient subscriber = broker.open()) {
            RecoveryReport report = broker.broker().recovery();
            assertThat(report).isNotNull();
            assertThat(report.clean()).isTrue();
            assertThat(report.sessions()).isEqualTo(1);
            assertThat(report.queued()).isEqualTo(100);
            assertThat(report.subscriptions()).isEqualTo(1);
            assertThat(report.quarantined()).isZero();
            assertThat(report.logBytes()).isLessThan(4_096);
            assertThat(subscriber.connect("kept", false).sessionPresent()).isTrue();
            for (int i = 1; i <= 100; i++) {
                assertThat(WireClient.text(subscriber.expect(Publish.class))).isEqualTo("m" + i);
            }
        }
    }

    @Test
    @DisplayName("a failed instance closes connections, recovers and serves again with everything acknowledged")
    void instance_failed_recoversWithAcknowledged() throws Exception {
        try (RunningBroker broker = start()) {
            WireClient publisher = broker.connect("publisher", true);
            WireClient subscriber = broker.connect("kept", false);
            subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
            publisher.send(WireClient.publish("a", "before", QoS.AT_LEAST_ONCE, 1));
            publisher.expect(PubAck.class);
            int packetId = subscriber.expect(Publish.class).packetId();

            broker.broker().failInstance(new IllegalStateException("a test says so"));

            assertThat(publisher.isClosedNext()).isTrue();
            assertThat(subscriber.isClosedNext()).isTrue();
            await().until(() -> broker.broker().state() == BrokerState.RUNNING);
            assertThat(broker.broker().counters().sum(BrokerCounter.INSTANCE_FAILURES))
                    .isEqualTo(1);
            try (WireClient again = broker.open()) {
                assertThat(again.connect("kept", false).sessionPresent()).isTrue();
                Publish message = again.expect(Publish.class);
                assertThat(WireClient.text(message)).isEqualTo("before");
                assertThat(message.dup()).isTrue();
                assertThat(message.packetId()).isEqualTo(packetId);
            }
        }
    }

    @Test
    @DisplayName(
            "T27 T43 a CONNECT whose commit is under way when the broker fails is not called refused: it may be on disk")
    void instance_failedInConnect_nothingSaid() throws Exception {
        AtomicReference<HeldStore> store = new AtomicReference<>();
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), rows -> {
                    HeldStore held = new HeldStore(rows);
                    store.set(held);
                    return held;
                });
                WireClient client = broker.open5()) {
            HeldStore first = store.get();
            first.hold();
            client.send(WireClient.bytes(
                    ProtocolVersion.MQTT_5,
                    WireClient.connect5("new", true, Properties.NONE, WireClient.will("wills", "w"))));
            first.awaitHeld();
            broker.broker().failInstance(new IllegalStateException("a test says so"));
            assertThat(client.isClosedNext()).isTrue();
            first.release();
            await().until(() -> broker.broker().state() == BrokerState.RUNNING);
        }
    }

    @Test
    @DisplayName("S15 a QoS 2 exchange cut by a failure goes on where it was")
    void instance_failedInQos2_goesOnWithPubRel() throws Exception {
        try (RunningBroker broker = start()) {
            WireClient publisher = broker.connect("publisher", true);
            WireClient subscriber = broker.connect("kept", false);
            subscriber.subscribe("a", QoS.EXACTLY_ONCE);
            publisher.send(WireClient.publish("a", "once", QoS.EXACTLY_ONCE, 5));
            publisher.expect(PubRec.class);
            int packetId = subscriber.expect(Publish.class).packetId();
            subscriber.send(new PubRec(packetId));
            assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(packetId);

            broker.broker().failInstance(new IllegalStateException("a test says so"));

            assertThat(subscriber.isClosedNext()).isTrue();
            await().until(() -> broker.broker().state() == BrokerState.RUNNING);
            try (WireClient again = broker.open()) {
                assertThat(again.connect("kept", false).sessionPresent()).isTrue();
                assertThat(again.expect(PubRel.class).packetId()).isEqualTo(packetId);
            }
        }
    }

    @Test
    @DisplayName("S20 wills are published at a clean stop to sessions that keep them")
    void stop_clean_willsPublished() throws Exception {
        try (RunningBroker broker = start()) {
            try (WireClient subscriber = broker.connect("kept", false)) {
                subscriber.subscribe("wills", QoS.AT_LEAST_ONCE);
            }
            WireClient mortal = broker.open();
            mortal.send(WireClient.connectPacket("mortal", false, WireClient.will("wills", "stopped")));
            mortal.expect(ConnAck.class);
        }
        try (RunningBroker broker = start();
                WireClient subscriber = broker.connect("kept", false)) {
            assertThat(WireClient.text(subscriber.expect(Publish.class))).isEqualTo("stopped");
        }
    }

    @Test
    @DisplayName("a second broker on the same folder is refused and does no harm")
    void start_folderInUse_refused() throws Exception {
        try (RunningBroker broker = start()) {
            assertThatThrownBy(this::start).isInstanceOf(StoreRefusedException.class);
            try (WireClient client = broker.connect("fine", false)) {
                client.subscribe("a", QoS.AT_LEAST_ONCE);
            }
        }
    }

    @Test
    @DisplayName("a port in use is refused, and the data folder is free again")
    void start_portInUse_refusedAndFolderClosed() throws Exception {
        try (RunningBroker broker = start()) {
            String port = "listeners.tcp.port=" + broker.port();
            assertThatThrownBy(() -> RunningBroker.start(folder.resolve("other"), port))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
        RunningBroker.start(folder.resolve("other")).close();
    }

    @Test
    @DisplayName("S59 new subscriptions of $SYS get present values with RETAIN 1, then updates with RETAIN 0")
    void sys_subscribed_presentValuesThenUpdates() throws Exception {
        try (RunningBroker broker = start("sys-interval=1s");
                WireClient client = broker.connect("observer", true)) {
            client.subscribe("$SYS/broker/store/durability", QoS.EXACTLY_ONCE);
            Publish first = client.expect(Publish.class);
            assertThat(first.topic()).hasToString("$SYS/broker/store/durability");
            assertThat(WireClient.text(first)).isEqualTo("sync");
            assertThat(first.retain()).isTrue();
            assertThat(first.qos()).isEqualTo(QoS.AT_MOST_ONCE);
            Publish second = client.expect(Publish.class);
            assertThat(second.retain()).isFalse();
            assertThat(WireClient.text(second)).isEqualTo("sync");
        }
    }

    @Test
    @DisplayName("S59 numbers of $SYS follow what happens")
    void sys_numbers_followEvents() throws Exception {
        try (RunningBroker broker = start()) {
            try (WireClient kept = broker.connect("kept", false);
                    WireClient publisher = broker.connect("publisher", true)) {
                kept.subscribe("a", QoS.AT_LEAST_ONCE);
                publisher.send(WireClient.publish("a", "1", QoS.AT_LEAST_ONCE, 1));
                publisher.expect(PubAck.class);
                await().until(() -> sys(broker, "clients/connected").equals("3"));
                await().until(() -> sys(broker, "store/queued").equals("1"));
                kept.send(new PubAck(kept.expect(Publish.class).packetId()));
            }
            await().until(() -> sys(broker, "store/queued").equals("0"));
            await().until(() -> sys(broker, "clients/connected").equals("1"));
            await().until(() -> sys(broker, "clients/total").equals("2"));
            await().until(() -> sys(broker, "publish/messages/received").equals("1"));
        }
    }

    @Test
    @DisplayName("S59 $SYS has Mosquitto's names for what means the same, and no wildcard at its beginning finds them")
    void sys_all_mosquittosNames() throws Exception {
        try (RunningBroker broker = start("sys-interval=1s");
                WireClient publisher = broker.connect("publisher", true)) {
            publisher.subscribe("#", QoS.AT_MOST_ONCE);
            for (int i = 1; i <= 20; i++) {
                publisher.send(WireClient.publish("a", "1", QoS.AT_LEAST_ONCE, i));
            }
            await().untilAsserted(() -> assertThat(Double.parseDouble(sys(broker, "load/publish/received/1min")))
                    .isBetween(0.1, 1_200.0));
            for (String name : List.of(
                    "version",
                    "uptime",
                    "clients/total",
                    "clients/maximum",
                    "clients/disconnected",
                    "messages/sent",
                    "publish/messages/dropped",
                    "subscriptions/count",
                    "retained messages/count",
                    "heap/current",
                    "heap/maximum",
                    "load/messages/sent/5min",
                    "load/bytes/received/15min",
                    "load/sockets/1min",
                    "load/connections/15min",
                    "store/waiting-bytes",
                    "store/recovery-milliseconds")) {
                assertThat(sys(broker, name)).as(name).isNotEmpty();
            }
            assertThat(Long.parseLong(sys(broker, "clients/maximum"))).isGreaterThanOrEqualTo(2);
            assertThat(sys(broker, "uptime")).matches("[0-9]+ seconds");
        }
    }

    private static String sys(RunningBroker broker, String name) throws IOException {
        try (WireClient client = broker.connect("", true)) {
            client.subscribe("$SYS/broker/" + name, QoS.AT_MOST_ONCE);
            return WireClient.text(client.expect(Publish.class));
        }
    }
}

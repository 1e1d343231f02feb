// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.UserProperty;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.tools.store.StoreCheck;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A file that mosquitto has written becomes a store; then its clients come to our broker. */
@RequiresTool("mosquitto_pub")
class MosquittoImportIT {
    private static final int QUEUED = 150;
    private static final int BIG_PACKET_ID = 40_000;

    @TempDir
    Path folder;

    private int port;

    private static void away(int port, String id, String filter, QoS qos) throws Exception {
        try (WireClient client = new WireClient(port)) {
            client.connect(id, false);
            client.subscribe(filter, qos);
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    /** Publishes and lets the exchange end. */
    private static void publish(WireClient client, String topic, String text, QoS qos, int id) throws Exception {
        client.send(WireClient.publish(topic, text, qos, id));
        if (qos == QoS.EXACTLY_ONCE) {
            client.expect(PubRec.class);
            client.send(new PubRel(id));
            client.expect(PubComp.class);
        } else {
            client.expect(PubAck.class);
        }
    }

    private void history() throws Exception {
        away(port, "kept", "q/#", QoS.EXACTLY_ONCE);
        WireClient half = new WireClient(port);
        half.connect("half", false);
        half.subscribe("h", QoS.EXACTLY_ONCE);
        WireClient publisher = new WireClient(port, ProtocolVersion.MQTT_5);
        publisher.connect(WireClient.connect5("pub", true, Properties.NONE));
        for (int i = 0; i < 4; i++) {
            publish(publisher, "h", "h" + i, QoS.EXACTLY_ONCE, 1);
        }
        for (int i = 1; i <= 4; i++) {
            assertThat(half.expect(Publish.class).packetId()).isEqualTo(i);
        }
        // 1: nothing was said. 2: PUBREC. 3: done. 4: PUBREC.
        for (int id : new int[] {3, 2, 4}) {
            half.send(new PubRec(id));
            assertThat(half.expect(PubRel.class).packetId()).isEqualTo(id);
            if (id == 3) {
                half.send(new PubComp(3));
            }
        }
        half.send(PingReq.INSTANCE);
        half.expect(PingResp.class);
        half.reset();
        publish(publisher, "h", "h4", QoS.AT_LEAST_ONCE, 1);
        for (int i = 0; i < QUEUED; i++) {
            publish(publisher, "q/" + i % 3, "m" + i, i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE, 1 + i);
        }
        Properties properties = Properties.builder()
                .contentType("text/x")
                .userProperty("k", "v")
                .number(Property.MESSAGE_EXPIRY_INTERVAL, 3_600)
                .build();
        publisher.send(new Publish(
                900, QoS.AT_LEAST_ONCE, false, true, TopicName.of("q/kept"), new byte[] {0, 1}, properties));
        publisher.expect(PubAck.class);
        try (WireClient inbound = new WireClient(port)) {
            inbound.connect("inbound", false);
            inbound.send(WireClient.publish("q/in", "handed over", QoS.EXACTLY_ONCE, BIG_PACKET_ID));
            inbound.expect(PubRec.class);
            inbound.reset();
        }
        publisher.close();
    }

    @Test
    @DisplayName(
            "kept sessions, queues, half done QoS 2 in both directions, retained: mosquitto's clients go on with our broker")
    void database_ofMosquitto_clientsGoOn() throws Exception {
        String[] settings = {
            "allow_anonymous true", "persistence true", "persistence_location " + folder + "/", "max_queued_messages 0"
        };
        try (MosquittoProcess mosquitto = MosquittoProcess.start(folder, settings)) {
            port = mosquitto.port();
            history();
        }
        Path data = folder.resolve("data");
        CommandLine line = new CommandLine(new MosquittoImport());
        assertThat(line.execute(folder.resolve("mosquitto.db").toString(), "--data", data.toString()))
                .isZero();
        assertThat(line.execute(folder.resolve("mosquitto.db").toString(), "--data", data.toString()))
                .isEqualTo(3);
        assertThat(new CommandLine(new StoreCheck()).execute("--data", data.toString()))
                .isZero();
        for (int start = 0; start < 2; start++) {
            try (RunningBroker broker = RunningBroker.start(data)) {
                if (start == 0) {
                    halfGoesOn(broker);
                    inboundGoesOn(broker);
                }
                assertThat(drained(broker)).isEqualTo(start == 0 ? owed() : List.of());
                retained(broker);
            }
        }
    }

    private static List<String> owed() {
        List<String> owed = new ArrayList<>();
        for (int i = 0; i < QUEUED; i++) {
            owed.add("q/" + i % 3 + " m" + i);
        }
        owed.add("q/kept \0\1");
        owed.add("q/in handed over");
        return owed;
    }

    private static void halfGoesOn(RunningBroker broker) throws Exception {
        try (WireClient half = broker.open()) {
            assertThat(half.connect(WireClient.connectPacket("half", false, null))
                            .sessionPresent())
                    .isTrue();
            List<Integer> released = new ArrayList<>();
            List<Publish> sent = new ArrayList<>();
            while (released.size() + sent.size() < 4) {
                Packet packet = half.next();
                if (packet instanceof PubRel rel) {
                    released.add(rel.packetId());
                } else {
                    sent.add((Publish) packet);
                }
            }
            assertThat(released).containsExactly(2, 4);
            Publish first = sent.get(0);
            assertThat(first.packetId()).isEqualTo(1);
            assertThat(first.dup()).isTrue();
            assertThat(WireClient.text(first)).isEqualTo("h0");
            Publish last = sent.get(1);
            assertThat(WireClient.text(last)).isEqualTo("h4");
            assertThat(last.dup()).isFalse();
            half.send(new PubComp(2), new PubComp(4), new PubAck(last.packetId()), new PubRec(1));
            assertThat(half.expect(PubRel.class).packetId()).isEqualTo(1);
            half.send(new PubComp(1), Disconnect.NORMAL);
            assertThat(half.isClosedNext()).isTrue();
        }
    }

    private static void inboundGoesOn(RunningBroker broker) throws Exception {
        try (WireClient inbound = broker.open()) {
            inbound.connect(WireClient.connectPacket("inbound", false, null));
            Publish again = new Publish(
                    BIG_PACKET_ID,
                    QoS.EXACTLY_ONCE,
                    true,
                    false,
                    TopicName.of("q/in"),
                    "handed over".getBytes(StandardCharsets.UTF_8),
                    Properties.NONE);
            inbound.send(again);
            inbound.expect(PubRec.class);
            inbound.send(new PubRel(BIG_PACKET_ID));
            inbound.expect(PubComp.class);
        }
    }

    private static List<String> drained(RunningBroker broker) throws Exception {
        List<String> got = new ArrayList<>();
        try (WireClient kept = broker.open()) {
            assertThat(kept.connect(WireClient.connectPacket("kept", false, null))
                            .sessionPresent())
                    .isTrue();
            kept.send(WireClient.publish("q/end", "end", QoS.EXACTLY_ONCE, 1));
            int open = 1; // Exchanges of QoS 2, that of "end" from here included.
            while (open > 0 || !got.contains("q/end end")) {
                Packet packet = kept.next();
                assertThat(packet).isNotNull();
                if (packet instanceof Publish publish) {
                    got.add(publish.topic() + " " + WireClient.text(publish));
                    boolean twice = publish.qos() == QoS.EXACTLY_ONCE;
                    open += twice ? 1 : 0;
                    kept.send(twice ? new PubRec(publish.packetId()) : new PubAck(publish.packetId()));
                } else if (packet instanceof PubRel rel) {
                    kept.send(new PubComp(rel.packetId()));
                    open--;
                } else if (packet instanceof PubRec rec) {
                    kept.send(new PubRel(rec.packetId()));
                } else if (packet instanceof PubComp) {
                    open--;
                }
            }
            kept.send(Disconnect.NORMAL);
            assertThat(kept.isClosedNext()).isTrue();
        }
        return got.subList(0, got.size() - 1);
    }

    private static void retained(RunningBroker broker) throws Exception {
        try (WireClient client = broker.open5()) {
            client.connect(WireClient.connect5("late", true, Properties.NONE));
            client.subscribe("q/kept", QoS.AT_LEAST_ONCE);
            Publish retained = client.expect(Publish.class);
            assertThat(retained.retain()).isTrue();
            assertThat(retained.payload()).containsExactly(0, 1);
            assertThat(retained.properties().contentType()).isEqualTo("text/x");
            assertThat(retained.properties().userProperties()).containsExactly(new UserProperty("k", "v"));
            assertThat(retained.properties().messageExpiryIntervalSeconds()).isBetween(3_000L, 3_600L);
        }
    }
}

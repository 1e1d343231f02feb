// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of clients, in words that people grep for. */
class ClientLogIT {
    @TempDir
    private Path folder;

    private LogLines log;
    private List<String> lines;

    @BeforeEach
    void listen() {
        log = new LogLines("holdfast");
        lines = log.lines();
    }

    @AfterEach
    void end() {
        log.close();
    }

    private static Connect connect(String clientId, ProtocolVersion version, boolean clean, String user, long expiry) {
        Properties properties = version == ProtocolVersion.MQTT_5
                ? Properties.builder().sessionExpiryIntervalSeconds(expiry).build()
                : Properties.NONE;
        byte[] password = "secret".getBytes(StandardCharsets.UTF_8);
        return new Connect(version, clientId, clean, 60, null, user, password, properties);
    }

    private void awaitLine(String regex) {
        log.await(regex);
    }

    @Test
    @DisplayName(
            "a client that comes is logged with address, version, clean start, keep alive and user; one that goes with the cause")
    void lines_comeAndGo_told() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            try (WireClient client = broker.open()) {
                client.connect(connect("log-1", ProtocolVersion.MQTT_3_1_1, false, "ann", 0));
                awaitLine("New client connected from 127[.]0[.]0[.]1:[0-9]+ as 'log-1' \\(p2, c0, k60, u'ann'\\)");
                try (WireClient newer = broker.open5()) {
                    newer.connect(connect("log-1", ProtocolVersion.MQTT_5, true, null, 0));
                    awaitLine("New client connected from [0-9.]+:[0-9]+ as 'log-1' \\(p5, c1, k60\\)");
                    awaitLine("Client 'log-1' disconnected from [0-9.]+:[0-9]+: .*another.*");
                    newer.send(Disconnect.NORMAL);
                    awaitLine("Client 'log-1' disconnected from [0-9.]+:[0-9]+: it said goodbye");
                }
            }
            broker.connect("log-2", true).close();
            awaitLine("Client 'log-2' disconnected from .*without DISCONNECT");
            try (WireClient client = broker.connect("log-3", true)) {
                client.send((byte) 0x36, (byte) 0);
                awaitLine("Client 'log-3' disconnected from .*");
            }
        }
        assertThat(lines).noneMatch(line -> line.contains("secret"));
    }

    @Test
    @DisplayName("K33 T35 identifiers and users cannot fake a line; payloads are never logged")
    void lines_hostileNames_escaped() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder);
                WireClient client = broker.open()) {
            String id = "x' as 'y\n2026 INFO \u001b[31m\u202e";
            client.connect(connect(id, ProtocolVersion.MQTT_3_1_1, true, "u'\r\n", 0));
            client.send(WireClient.publish("a", "the-payload", QoS.AT_LEAST_ONCE, 1));
            client.expect(PubAck.class);
            awaitLine(
                    "New client .* as 'x\\\\' as \\\\'y\\\\u000a2026 INFO \\\\u001b\\[31m\\\\u202e' .*u'u\\\\'\\\\u000d\\\\u000a'\\)");
        }
        assertThat(lines).noneMatch(line -> line.contains("\n") || line.contains("\u202e"));
        assertThat(lines).noneMatch(line -> line.contains("the-payload"));
    }

    @Test
    @DisplayName(
            "T36 a full queue is named once a minute for each client, and a session that expires with what it was owed")
    void lines_queueFullAndExpired_told() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "session.queue-messages-max=2");
                WireClient publisher = broker.connect("publisher", true)) {
            for (String id : List.of("full-1", "full-2")) {
                try (WireClient client = broker.open5()) {
                    client.connect(connect(id, ProtocolVersion.MQTT_5, true, null, 3_600));
                    client.subscribe("q", QoS.AT_LEAST_ONCE);
                    client.send(Disconnect.NORMAL);
                    assertThat(client.isClosedNext()).isTrue();
                }
            }
            for (int i = 1; i <= 20; i++) {
                publisher.send(WireClient.publish("q", "x", QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
            for (String id : List.of("full-1", "full-2")) { // Their time runs out now, not before all has come.
                try (WireClient client = broker.open5()) {
                    client.connect(connect(id, ProtocolVersion.MQTT_5, false, null, 1));
                    client.expect(Publish.class);
                    client.expect(Publish.class);
                    client.send(Disconnect.NORMAL);
                    assertThat(client.isClosedNext()).isTrue();
                }
            }
            awaitLine("Session of 'full-1' has expired with 2 messages");
            awaitLine("Session of 'full-2' has expired with 2 messages");
        }
        assertThat(lines.stream()
                        .filter(line -> line.startsWith("the queue of client 'full-1' is full, it has lost 1")))
                .hasSize(1);
        assertThat(lines.stream().filter(line -> line.startsWith("the queue of client 'full-2'")))
                .hasSize(1);
    }

    @Test
    @DisplayName("T36 of many lines in a second the rest is counted")
    void lines_storm_bounded() {
        long[] nanos = {0};
        ClientLog clients = new ClientLog(() -> nanos[0]);
        for (int i = 0; i < 1_000; i++) {
            clients.expired("storm", 1);
        }
        assertThat(lines.stream().filter(line -> line.contains("'storm'"))).hasSize(50);
        nanos[0] = 1_000_000_000L;
        clients.expired("storm", 1);
        assertThat(lines).contains("950 lines about clients were left out, as there are too many in a second");
    }
}

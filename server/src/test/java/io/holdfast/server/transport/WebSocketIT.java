// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
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
import io.holdfast.server.testkit.WebSocketSocket;
import io.holdfast.server.testkit.WebSocketSocket.Frame;
import io.holdfast.server.testkit.WireClient;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT over WebSocket, with clients that do what a library would not. */
class WebSocketIT {
    @TempDir
    static Path folder;

    private static RunningBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = RunningBroker.start(
                folder,
                "listeners.web.type=websocket",
                "listeners.web.port=0",
                "listeners.web.websocket-origins=https://shop.example");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static int port() {
        return port(broker);
    }

    private static int port(RunningBroker broker) {
        return broker.broker().listeners().get(1).addresses().get(0).getPort();
    }

    private static WireClient connect(String clientId) throws IOException {
        WireClient client = new WireClient(WebSocketSocket.open(port()), ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, true);
        return client;
    }

    private static byte[] connectBytes(String clientId) {
        return WireClient.bytes(WireClient.connectPacket(clientId, true, null));
    }

    // ---- the request

    @Test
    @DisplayName(
            "[MQTT-6.0.0-4] [MQTT5-6.0.0-4] the request is answered with the subprotocol mqtt, and without extensions")
    void upgrade_asItShouldBe_agreed() throws IOException {
        String request = WebSocketSocket.REQUEST
                .replace("Protocol: mqtt", "Protocol: chat, mqtt")
                .replace(
                        "\r\n\r\n",
                        "\r\nSec-WebSocket-Extensions: permessage-deflate\r\nOrigin: https://shop.example\r\n\r\n")
                .replace("/mqtt ", "/mqtt?from=page ");
        try (WebSocketSocket socket = new WebSocketSocket(port(), request)) {
            assertThat(socket.readHead().toLowerCase(Locale.ROOT))
                    .startsWith("http/1.1 101 ")
                    .contains("\r\nsec-websocket-protocol: mqtt\r\n")
                    .contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n")
                    .doesNotContain("extensions");
        }
    }

    @ParameterizedTest(name = "{2}: {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "Sec-WebSocket-Protocol: mqtt|X: y|400|offer the subprotocol 'mqtt'",
                "Sec-WebSocket-Protocol: mqtt|Sec-WebSocket-Protocol: MQTT, chat|400|offer the subprotocol 'mqtt'",
                "Sec-WebSocket-Protocol: mqtt|Sec-WebSocket-Protocol: mqttv3.1|400|offer the subprotocol 'mqtt'",
                "Upgrade: websocket|X: y|426|let an MQTT client connect here",
                "Connection: keep-alive, Upgrade|X: y|426|let an MQTT client connect here",
                "Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 8|426|version 13",
                "HTTP/1.1|HTTP/1.0|426|let an MQTT client connect here",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: x|400|Sec-WebSocket-Key",
                "GET /mqtt|GET /|404|MQTT over WebSocket is at /mqtt",
                "GET /mqtt|POST /mqtt|405|begins with GET",
                "Host: 127.0.0.1|Content-Length: 3|405|begins with GET",
                "Host: 127.0.0.1|Origin: https://evil.example|403|Pages of this origin may not connect",
                "Host: 127.0.0.1|Origin: http://127.0.0.1|403|Pages of this origin may not connect",
                "GET /mqtt|\u0010\u000emqtt|400|no HTTP request"
            })
    @DisplayName("T37 a request that is no WebSocket of ours gets a sentence, and the connection ends")
    void upgrade_notAsItShouldBe_refused(String part, String instead, int status, String sentence) throws IOException {
        String request = WebSocketSocket.REQUEST.replace(part, instead);
        try (WebSocketSocket socket = new WebSocketSocket(port(), request)) {
            assertThat(socket.readAll()).startsWith("HTTP/1.1 " + status + " ").contains(sentence);
        }
    }

    @Test
    @DisplayName("T37 the time limit of CONNECT holds from the TCP connection on, through request and WebSocket")
    void connectTimeout_slowRequest_closed() throws Exception {
        try (RunningBroker hasty = RunningBroker.start(
                        folder.resolve("hasty"),
                        "listeners.web.type=websocket",
                        "listeners.web.port=0",
                        "connect-timeout=4s");
                WebSocketSocket half = new WebSocketSocket(port(hasty), "GET /mqtt HTTP/1.1\r\nHost: ");
                WebSocketSocket silent = WebSocketSocket.open(port(hasty))) {
            silent.sendFrame(WebSocketSocket.PING);
            assertThat(silent.readFrame()).isNotNull().returns(WebSocketSocket.PONG, Frame::first);
            assertThat(half.readAll()).isEmpty();
            assertThat(silent.readFrame()).isNotNull().returns(WebSocketSocket.CLOSE, Frame::first);
            await().until(() -> hasty.broker().counters().sum(BrokerCounter.CONNECT_TIMEOUTS) == 2);
        }
    }

    @Test
    @DisplayName("T37 an endless header is answered after 16 KiB")
    void upgrade_endlessHeader_refused() throws IOException {
        String request = "GET /mqtt HTTP/1.1\r\nCookie: " + "x".repeat(20_000);
        try (WebSocketSocket socket = new WebSocketSocket(port(), request)) {
            assertThat(socket.readAll()).startsWith("HTTP/1.1 400 ");
        }
    }

    // ---- packets in frames

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1_000_000})
    @DisplayName(
            "K29 T37 [MQTT-6.0.0-2] [MQTT5-6.0.0-2] packets over several frames, several in one, behind the request at once")
    void packets_anyFrames_understood(int bytesPerFrame) throws IOException {
        byte[] packets = WireClient.bytes(
                WireClient.connectPacket("split" + bytesPerFrame, true, null),
                WireClient.publish("t37/split", "x".repeat(300), QoS.AT_LEAST_ONCE, 1),
                WireClient.publish("t37/split", "y", QoS.AT_LEAST_ONCE, 2),
                PingReq.INSTANCE);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at < packets.length; at += bytesPerFrame) {
            int count = Math.min(bytesPerFrame, packets.length - at);
            byte[] part = Arrays.copyOfRange(packets, at, at + count);
            boolean last = at + count == packets.length;
            frames.writeBytes(WebSocketSocket.frame((at == 0 ? 2 : 0) | (last ? 0x80 : 0), part));
            frames.writeBytes(WebSocketSocket.frame(last ? WebSocketSocket.BINARY : 0));
        }
        try (WebSocketSocket socket =
                new WebSocketSocket(port(), WebSocketSocket.REQUEST + frames.toString(StandardCharsets.ISO_8859_1))) {
            assertThat(socket.readHead()).startsWith("HTTP/1.1 101 ");
            WireClient client = new WireClient(socket, ProtocolVersion.MQTT_3_1_1);
            client.expect(ConnAck.class);
            List<Packet> answers =
                    List.of(client.expect(Packet.class), client.expect(Packet.class), client.expect(Packet.class));
            assertThat(answers)
                    .contains(PingResp.INSTANCE)
                    .filteredOn(PubAck.class::isInstance)
                    .hasSize(2);
        }
    }

    // ---- frames that must not come

    @ParameterizedTest(name = "{0}")
    @CsvSource({"8181, 1003", "8201, 1002", "C281, 1002", "82FF8000000000000000, 1002", "8081, 1002", "89FE, 1002"})
    @DisplayName("T37 [MQTT-6.0.0-1] [MQTT5-6.0.0-1] a forbidden frame closes with its code; the will is published")
    void frame_forbidden_closedAndWillPublished(String bytes, int code) throws IOException {
        try (WireClient watcher = broker.connect("watcher", true);
                WebSocketSocket socket = WebSocketSocket.open(port())) {
            watcher.subscribe("t37/will", QoS.AT_LEAST_ONCE);
            WireClient client = new WireClient(socket, ProtocolVersion.MQTT_3_1_1);
            client.connect(WireClient.connectPacket("bad", true, WireClient.will("t37/will", bytes)));
            socket.sendRaw(ByteBufUtil.decodeHexDump(bytes));
            assertThat(client.isClosedNext()).isTrue();
            assertThat(socket.closeCode()).isEqualTo(code);
            socket.sendFrame(WebSocketSocket.CLOSE, (byte) (code >> 8), (byte) code);
            assertThat(socket.readFrame()).isNull();
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo(bytes);
        }
    }

    @Test
    @DisplayName("T37 a frame of 2^62 bytes takes no memory: its MQTT packets are served until one is too large")
    void frame_huge_limitsOfMqttHold() throws IOException {
        try (WebSocketSocket socket = WebSocketSocket.open(port())) {
            byte[] connect = connectBytes("huge");
            byte[] head = {(byte) 0x82, (byte) 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            socket.sendRaw(head);
            socket.sendRaw(connect);
            socket.sendRaw(WireClient.bytes(PingReq.INSTANCE));
            assertThat(socket.readFrame()).isNotNull().returns(4, frame -> frame.payload().length);
            assertThat(socket.readFrame()).isNotNull().returns(2, frame -> frame.payload().length);
            socket.sendRaw((byte) 0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
            assertThat(socket.readFrame()).isNotNull().returns(WebSocketSocket.CLOSE, Frame::first);
        }
    }

    // ---- control frames

    @Test
    @DisplayName("a ping between the pieces of a packet is answered with its payload, a pong is ignored")
    void ping_insideMessage_answered() throws IOException {
        byte[] connect = connectBytes("pinged");
        try (WebSocketSocket socket = WebSocketSocket.open(port())) {
            socket.sendFrame(2, Arrays.copyOf(connect, 3));
            socket.sendFrame(WebSocketSocket.PING, (byte) 1, (byte) 2);
            socket.sendFrame(WebSocketSocket.PONG, (byte) 3);
            assertThat(socket.readFrame()).isNotNull().satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(WebSocketSocket.PONG);
                assertThat(frame.payload()).containsExactly(1, 2);
            });
            socket.sendFrame(0x80, Arrays.copyOfRange(connect, 3, connect.length));
            assertThat(socket.readFrame()).isNotNull().returns(WebSocketSocket.BINARY, Frame::first);
        }
    }

    @Test
    @DisplayName(
            "T37 a flood of pings from a client that reads nothing leaves two small buffers, and others are served")
    void ping_flood_bounded() throws Exception {
        byte[] ping = WebSocketSocket.frame(WebSocketSocket.PING, new byte[125]);
        byte[] many = new byte[ping.length * 500];
        for (int i = 0; i < 500; i++) {
            System.arraycopy(ping, 0, many, i * ping.length, ping.length);
        }
        try (WebSocketSocket flood = WebSocketSocket.open(port());
                WireClient other = broker.connect("other", true)) {
            new WireClient(flood, ProtocolVersion.MQTT_3_1_1).connect("flood", true);
            for (int i = 0; i < 200; i++) { // 13 MB: more than the sockets' buffers take.
                flood.sendRaw(many);
            }
            other.send(PingReq.INSTANCE);
            other.expect(PingResp.class);
            flood.sendFrame(WebSocketSocket.BINARY, WireClient.bytes(PingReq.INSTANCE));
            Frame frame = flood.readFrame();
            int pongs = 0;
            while (frame != null && frame.first() == WebSocketSocket.PONG) {
                pongs++;
                frame = flood.readFrame();
            }
            assertThat(frame).isNotNull().returns(2, answer -> answer.payload().length);
            assertThat(pongs).as("of 100000 pings").isBetween(1, 5_000);
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-24] [MQTT5-3.1.2-22] pings of the WebSocket do not keep a client alive")
    void keepAlive_pingsOnly_closed() throws IOException {
        try (WebSocketSocket socket = WebSocketSocket.open(port())) {
            WireClient client = new WireClient(socket, ProtocolVersion.MQTT_3_1_1);
            long start = System.nanoTime();
            client.connect(
                    new Connect(ProtocolVersion.MQTT_3_1_1, "alive", true, 1, null, null, null, Properties.NONE));
            Frame frame;
            do {
                socket.sendFrame(WebSocketSocket.PING);
                frame = socket.readFrame();
            } while (frame != null && frame.first() == WebSocketSocket.PONG);
            assertThat(frame).isNotNull().returns(WebSocketSocket.CLOSE, Frame::first);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(1_400L, 60_000L);
        }
    }

    @Test
    @DisplayName("the client's Close frame ends the connection behind what was sent before it, and is answered")
    void close_byClient_answeredBehindItsPackets() throws IOException {
        try (WireClient watcher = broker.connect("watcher", true);
                WebSocketSocket socket = WebSocketSocket.open(port())) {
            watcher.subscribe("t37/close", QoS.AT_LEAST_ONCE);
            WireClient client = new WireClient(socket, ProtocolVersion.MQTT_3_1_1);
            client.connect(WireClient.connectPacket("bye", true, WireClient.will("t37/close", "will")));
            ByteArrayOutputStream last = new ByteArrayOutputStream();
            byte[] publish = WireClient.bytes(WireClient.publish("t37/close", "last", QoS.AT_MOST_ONCE, 0));
            last.writeBytes(WebSocketSocket.frame(WebSocketSocket.BINARY, publish));
            last.writeBytes(WebSocketSocket.frame(WebSocketSocket.CLOSE, (byte) 0x0F, (byte) 0xA1));
            last.writeBytes(WebSocketSocket.frame(WebSocketSocket.BINARY, publish));
            socket.sendRaw(last.toByteArray());
            assertThat(client.isClosedNext()).isTrue();
            assertThat(socket.closeCode()).isEqualTo(4_001);
            assertThat(socket.readFrame()).isNull();
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("last");
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will");
        }
    }

    @Test
    @DisplayName(
            "the broker's last packet comes before its Close frame, and the socket stays until the client has answered")
    void close_byBroker_behindLastPacket() throws IOException {
        try (WebSocketSocket socket = WebSocketSocket.open(port());
                WireClient rival = broker.open5()) {
            WireClient client = new WireClient(socket, ProtocolVersion.MQTT_5);
            client.connect("twice", true);
            rival.connect("twice", true);
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(client.isClosedNext()).isTrue();
            assertThat(socket.closeCode()).isEqualTo(WebSocketReader.NORMAL);
            socket.sendFrame(WebSocketSocket.CLOSE, (byte) 3, (byte) 0xE8);
            assertThat(socket.readFrame()).isNull();
        }
        await().until(() -> broker.broker().listeners().get(1).openConnections() == 0);
    }

    // ---- back-pressure

    @Test
    @DisplayName("a client that does not read gets everything at QoS 1 once it does, in frames of any length")
    void slowReceiver_reads_getsAll() throws IOException {
        try (WebSocketSocket socket = WebSocketSocket.open(port());
                WireClient publisher = connect("publisher")) {
            WireClient slow = new WireClient(socket, ProtocolVersion.MQTT_3_1_1);
            slow.connect("slow", true);
            slow.subscribe("t37/slow", QoS.AT_LEAST_ONCE);
            byte[] payload = new byte[100_000];
            for (int i = 1; i <= 150; i++) { // 15 MB: more than the sockets' buffers take.
                publisher.send(WireClient.publish("t37/slow", payload, QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
            for (int i = 1; i <= 150; i++) {
                Publish publish = slow.expect(Publish.class);
                assertThat(publish.payload()).hasSize(payload.length);
                slow.send(new PubAck(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
        }
    }
}

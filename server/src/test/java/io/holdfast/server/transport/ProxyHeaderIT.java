// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WebSocketSocket;
import io.holdfast.server.testkit.WireClient;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies that say for whom they speak. 127.0.0.1 is one, 127.0.0.2 is a stranger. */
class ProxyHeaderIT {
    /** Version 2, PROXY, TCP over IPv4, 12 bytes and what follows. */
    private static final String V2 = "0D0A0D0A000D0A515549540A2111";

    private static final String ADDRESSES = "C6336405" + "0A000001" + "1F90" + "075B"; // 198.51.100.5:8080

    @TempDir
    static Path folder;

    private static LogLines lines;
    private static RunningBroker broker;

    @BeforeAll
    static void start() throws Exception {
        lines = new LogLines(Connections.class.getName(), Level.DEBUG);
        broker = RunningBroker.start(
                folder,
                "listeners.tcp.proxy-protocol=required",
                "listeners.tcp.proxy-trusted=10.0.0.0/8, 127.0.0.1",
                "listeners.web.type=websocket",
                "listeners.web.port=0",
                "listeners.web.proxy-protocol=required",
                "listeners.web.proxy-trusted=::1, 127.0.0.0/31",
                "connect-timeout=4s");
    }

    @AfterAll
    static void stop() {
        broker.close();
        lines.close();
    }

    private static byte[] connect(String clientId) {
        return WireClient.bytes(WireClient.connectPacket(clientId, true, null));
    }

    private static byte[] together(byte[] header, byte[] packet) {
        byte[] both = Arrays.copyOf(header, header.length + packet.length);
        System.arraycopy(packet, 0, both, header.length, packet.length);
        return both;
    }

    private static Socket from(String address) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(address, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
        return socket;
    }

    private static void assertSeenFrom(String clientId, String address) {
        await().untilAsserted(() -> assertThat(lines.lines())
                .anyMatch(line -> line.contains("\"" + clientId + "\"") && line.contains("from " + address)));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "'PROXY TCP4 198.51.100.5 10.0.0.1 8080 1883', v1-4, 198.51.100.5:8080",
        "'PROXY TCP6 2001:db8::5 ::1 8080 1883', v1-6, [2001:db8::5]:8080",
        "'PROXY UNKNOWN', v1-unknown, 127.0.0.1:"
    })
    @DisplayName("T39 the address in a header of version 1 is the client's, CONNECT may stand right behind it")
    void header_version1_addressTaken(String line, String clientId, String address) throws IOException {
        try (WireClient client = new WireClient(from("127.0.0.1"), ProtocolVersion.MQTT_3_1_1)) {
            byte[] header = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
            byte[] packet = connect(clientId);
            client.send(together(header, packet));
            assertThat(client.next()).isNotNull();
            assertSeenFrom(clientId, address);
        }
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        V2 + "000C" + ADDRESSES + ", v2, 198.51.100.5:8080",
        V2 + "0013" + ADDRESSES + "04000400000000, v2-tlv, 198.51.100.5:8080",
        "0D0A0D0A000D0A515549540A20000000, v2-local, 127.0.0.1:"
    })
    @DisplayName("T39 the address in a header of version 2 is the client's, in pieces of one byte too")
    void header_version2_addressTaken(String bytes, String clientId, String address) throws IOException {
        try (WireClient client = new WireClient(from("127.0.0.1"), ProtocolVersion.MQTT_3_1_1)) {
            for (byte each : ByteBufUtil.decodeHexDump(bytes)) {
                client.send(each);
            }
            client.send(connect(clientId));
            assertThat(client.next()).isNotNull();
            assertSeenFrom(clientId, address);
        }
    }

    @Test
    @DisplayName("T39 the header comes before the HTTP request of a WebSocket")
    void header_beforeWebSocket_addressTaken() throws IOException {
        int port = broker.broker().listeners().get(1).addresses().get(0).getPort();
        String request = "PROXY TCP4 198.51.100.7 10.0.0.1 80 8083\r\n" + WebSocketSocket.REQUEST;
        try (WebSocketSocket socket = new WebSocketSocket(port, request)) {
            assertThat(socket.readHead()).startsWith("HTTP/1.1 101 ");
            socket.sendFrame(WebSocketSocket.BINARY, connect("page"));
            assertThat(socket.readFrame()).isNotNull();
            assertSeenFrom("page", "198.51.100.7:80");
        }
    }

    @Test
    @DisplayName("T34 wrong passwords behind a proxy lock out the client's address, not the proxy's")
    void header_wrongPasswords_clientLockedOut() throws Exception {
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada");
        try (RunningBroker guarded = RunningBroker.start(
                folder.resolve("guarded"),
                "listeners.tcp.proxy-protocol=required",
                "listeners.tcp.proxy-trusted=127.0.0.1",
                "access.password-file=" + passwords,
                "access.lockout-failures-max=1",
                "access.lockout-forget=1 h")) {
            assertThat(answer(guarded, "198.51.100.5", "wrong")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(answer(guarded, "198.51.100.6", Passwords.of("ada"))).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer(guarded, "198.51.100.5", Passwords.of("ada")))
                    .isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        }
    }

    private static ReasonCode answer(RunningBroker guarded, String address, String password) throws IOException {
        try (WireClient client = guarded.open5()) {
            client.send(("PROXY TCP4 " + address + " 10.0.0.1 80 1883\r\n").getBytes(StandardCharsets.US_ASCII));
            return client.connect(Passwords.connect(ProtocolVersion.MQTT_5, "c", true, null, "ada", password))
                    .reasonCode();
        }
    }

    @Test
    @DisplayName("T39 a stranger is not heard, whatever address he claims")
    void header_untrusted_closed() throws IOException {
        try (WireClient client = new WireClient(from("127.0.0.2"), ProtocolVersion.MQTT_3_1_1)) {
            byte[] header = "PROXY TCP4 127.0.0.1 10.0.0.1 8080 1883\r\n".getBytes(StandardCharsets.US_ASCII);
            byte[] packet = connect("spoofed");
            client.send(together(header, packet));
            assertThat(client.isClosedNext()).isTrue();
        }
        await().until(() -> broker.broker().openConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                V2 + "0008C633640507", // less than the addresses need
                V2 + "0011" + ADDRESSES + "04FFFF0000", // a TLV that says it is longer than what is there
                V2 + "FFFF" + ADDRESSES, // more than anyone needs
                "0D0A0D0A000D0A515549540A31110000", // version 3
                "0D0A0D0A000D0A515549540A2211000C" + ADDRESSES, // an unknown command
                "50524F5859205443503420782079203120320D0A", // PROXY TCP4 x y 1 2
                "50524F58592054435034203139382E35312E3130302E352031302E302E302E3120393939393920310D0A", // port 99999
                "101200044D5154540402003C0006636C69656E74" // CONNECT without a header
            })
    @DisplayName("T39 a header that is wrong, cut or missing ends the connection within the time limit")
    void header_malformed_closed(String bytes) throws IOException {
        try (WireClient client = new WireClient(from("127.0.0.1"), ProtocolVersion.MQTT_3_1_1)) {
            client.send(ByteBufUtil.decodeHexDump(bytes));
            client.send(connect("late"));
            assertThat(client.isClosedNext()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"none", "", "10.0.0.0/33", "10.0.0/8", "proxy.example", "10.0.0.1,", "::1/129", "10.0.0.1/x"})
    @DisplayName("T39 networks that are none are refused at the start")
    void config_badNetworks_refused(String networks) {
        assertThatThrownBy(() -> new ConfigReader()
                        .set("listeners.tcp.proxy-protocol=required")
                        .set("listeners.tcp.proxy-trusted", networks, "test")
                        .read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("proxy-trusted");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WebSocketSocket;
import io.holdfast.server.testkit.WireClient;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WebSocket over TLS: both together are no more than the two. */
class SecureWebSocketIT {
    @TempDir
    Path folder;

    private Certificates certificates;

    @BeforeEach
    void makeCertificates() throws Exception {
        certificates = Certificates.in(folder);
    }

    private RunningBroker start() throws Exception {
        X509Bundle server = certificates.server();
        return RunningBroker.start(
                folder.resolve("data"),
                "listeners.page.type=secure-websocket",
                "listeners.page.port=0",
                "listeners.page.tls.handshake-timeout=1m",
                "listeners.page.tls.certificate=" + certificates.certificateFile("server", server),
                "listeners.page.tls.private-key=" + certificates.keyFile("server", server));
    }

    private static WebSocketSocket open(SSLContext tls, RunningBroker broker) throws IOException {
        int port = broker.broker().listeners().get(1).addresses().get(0).getPort();
        return WebSocketSocket.open(Certificates.connect(tls, port));
    }

    @Test
    @DisplayName(
            "messages of any size pass in both directions, on each event loop; the last packet comes before the Close frame")
    void secureWebSocket_messages_passUntilClose() throws Exception {
        SSLContext tls = certificates.tls(null);
        try (RunningBroker broker = start()) {
            for (int i = 0; i < 8; i++) { // Names that belong to different event loops.
                try (WebSocketSocket socket = open(tls, broker);
                        WireClient client = new WireClient(socket, ProtocolVersion.MQTT_5);
                        WireClient rival = broker.open5()) {
                    client.connect("page" + i, true);
                    client.subscribe("page/" + i, QoS.AT_LEAST_ONCE);
                    byte[] payload = new byte[1 << (2 * i + 5)];
                    client.send(WireClient.publish("page/" + i, payload, QoS.AT_LEAST_ONCE, 1));
                    Publish publish = client.next() instanceof Publish came ? came : client.expect(Publish.class);
                    assertThat(publish.payload()).isEqualTo(payload);
                    client.send(new PubAck(publish.packetId(), ReasonCode.SUCCESS));
                    rival.connect("page" + i, true);
                    assertThat(client.next())
                            .satisfiesAnyOf(
                                    packet -> assertThat(packet).isInstanceOf(Disconnect.class),
                                    packet -> assertThat(packet).isInstanceOf(PubAck.class));
                    while (client.next() != null) {
                        // PUBACK or DISCONNECT: whichever was not first.
                    }
                    assertThat(socket.closeCode()).isEqualTo(WebSocketReader.NORMAL);
                }
            }
        }
    }

    @Test
    @DisplayName("a stranger that speaks plain HTTP to it gets no answer")
    void secureWebSocket_plainHttp_refused() throws Exception {
        try (RunningBroker broker = start();
                WebSocketSocket socket = new WebSocketSocket(
                        broker.broker().listeners().get(1).addresses().get(0).getPort(), WebSocketSocket.REQUEST)) {
            assertThat(socket.readAll()).doesNotContain("HTTP");
        }
    }
}

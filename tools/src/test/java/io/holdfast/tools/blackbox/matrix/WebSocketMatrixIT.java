// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.server.testkit.Certificates;
import io.holdfast.tools.blackbox.broker.Ports;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients over WebSocket. */
@RequiresTool({"node", "npm"})
final class WebSocketMatrixIT {
    private static final int PORT = freePort();
    private static final int SAFE_PORT = freePort();
    private static final long HOUR = 3_600;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker(settings());

    private static String[] settings() {
        try {
            Path folder = Files.createTempDirectory("websocket");
            Certificates certificates = Certificates.in(folder);
            X509Bundle server = certificates.server();
            return new String[] {
                "connect-timeout=5m",
                "listeners.web.type=websocket",
                "listeners.web.port=" + PORT,
                "listeners.safe.type=secure-websocket",
                "listeners.safe.port=" + SAFE_PORT,
                "listeners.safe.tls.certificate=" + certificates.certificateFile("server", server),
                "listeners.safe.tls.private-key=" + certificates.keyFile("server", server)
            };
        } catch (Exception e) {
            throw new IllegalStateException("no certificate could be made", e);
        }
    }

    private static String url(String scheme) {
        return scheme + "://127.0.0.1:" + (scheme.equals("wss") ? SAFE_PORT : PORT) + "/mqtt";
    }

    private static int freePort() {
        try {
            return Ports.free();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "wss"})
    @DisplayName(
            "[MQTT-6.0.0-1] [MQTT5-6.0.0-1] QoS 0, 1 and 2 with MQTT.js and the HiveMQ client, to each other and over TCP")
    void publish_eachQoS_arrivesEverywhere(String scheme) throws Exception {
        Subscription all = Subscription.of(BROKER.uniqueName("ws/"), 2);
        try (Mqtt5Peer script = new MqttJsPeer(url(scheme), BROKER.uniqueName("script"), 0);
                Mqtt5Peer java = HiveMqPeer.overWebSocket(PORT, BROKER.uniqueName("java"));
                Mqtt5Peer tcp = new HiveMqPeer(BROKER.port(), BROKER.uniqueName("tcp"))) {
            List<Mqtt5Peer> peers = List.of(script, java, tcp);
            for (Mqtt5Peer peer : peers) {
                assertThat(peer.connect(Wishes.clean(), all).reasonCode()).isZero();
            }
            String large = "x".repeat(200_000); // A frame with a length of 64 bits.
            for (Mqtt5Peer publisher : peers) {
                for (int qos = 0; qos <= 2; qos++) {
                    publisher.publish(Told.plain(all.filter(), large, qos));
                    for (Mqtt5Peer peer : peers) {
                        Told told = peer.next();
                        assertThat(told.qos()).isEqualTo(qos);
                        assertThat(told.text()).isEqualTo(large);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "wss"})
    @DisplayName(
            "[MQTT5-3.1.2-23] a session over WebSocket is kept over SIGKILL; MQTT.js comes back by itself and gets everything")
    void session_brokerKilled_reconnectsAndResumes(String scheme) throws Exception {
        Subscription all = Subscription.of(BROKER.uniqueName("kept/"), 2);
        String id = BROKER.uniqueName("kept");
        try (Mqtt5Peer first = new MqttJsPeer(url(scheme), id, 0)) {
            first.connect(Wishes.kept(HOUR), all);
        }
        try (Mqtt5Peer publisher = HiveMqPeer.overWebSocket(PORT, BROKER.uniqueName("publisher"))) {
            publisher.connect(Wishes.clean());
            for (int i = 0; i < 4; i++) {
                publisher.publish(Told.plain(all.filter(), "m" + i, 1 + i % 2));
            }
        }
        BROKER.killAndRestart();
        try (Mqtt5Peer again = new MqttJsPeer(url(scheme), id, 200)) {
            assertThat(again.connect(Wishes.kept(HOUR)).sessionPresent()).isTrue();
            assertThat(texts(again, 4)).containsExactlyInAnyOrder("m0", "m1", "m2", "m3");
            BROKER.killAndRestart(); // It is connected, and comes back by itself.
            try (Mqtt5Peer publisher = HiveMqPeer.overWebSocket(PORT, BROKER.uniqueName("publisher"))) {
                publisher.connect(Wishes.clean());
                publisher.publish(Told.plain(all.filter(), "later", 2));
            }
            assertThat(again.next().text()).isEqualTo("later");
        }
    }

    private static List<String> texts(Mqtt5Peer peer, int count) throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(peer.next().text());
        }
        return texts;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.admin.AdminFiles;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an operator was told has happened has happened, whatever becomes of the broker. */
class OrderKillIT {
    private static final List<String> SESSIONS = List.of("purged", "partly", "dropped", "expired", "kept");

    private static HttpResponse<String> send(BrokerProcess broker, String method, String path)
            throws IOException, InterruptedException {
        String address =
                Files.readString(broker.data().resolve(AdminFiles.ADDRESS)).strip();
        String token = Files.readString(broker.data().resolve(AdminFiles.TOKEN)).strip();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + path))
                                .version(HttpClient.Version.HTTP_1_1)
                                .header("Authorization", "Bearer " + token)
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static void queue(int port) throws MqttException {
        for (String clientId : SESSIONS) {
            try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, clientId, new MemoryPersistence())) {
                MqttConnectOptions options = new MqttConnectOptions();
                options.setCleanSession(false);
                client.connect(options);
                client.subscribe("m", 1);
                client.disconnect();
            }
        }
        try (MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "publisher", new MemoryPersistence())) {
            client.connect();
            for (int i = 0; i < 5; i++) {
                client.publish("m", "x".getBytes(StandardCharsets.UTF_8), 1, false);
            }
            client.publish("cleared", "x".getBytes(StandardCharsets.UTF_8), 1, true);
            client.publish("stays", "x".getBytes(StandardCharsets.UTF_8), 1, true);
            client.disconnect();
        }
    }

    private static String owed(BrokerProcess broker, String clientId) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(broker, "GET", "/api/v1/sessions/" + clientId);
        return answer.statusCode() == 404 ? "gone" : answer.body().replaceAll("(?s).*\"messages\":([0-9]+).*", "$1");
    }

    @Test
    @DisplayName(
            "T44 purge, drop of messages, drop, expire and retained clear that were answered survive SIGKILL at once")
    void orders_answeredThenKilled_kept() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound(), "admin.port=0")) {
            queue(broker.port());
            for (String[] order : new String[][] {
                {"DELETE", "/api/v1/sessions/partly/queue?from=1&to=2"},
                {"DELETE", "/api/v1/sessions/dropped"},
                {"POST", "/api/v1/sessions/expired/expire"},
                {"DELETE", "/api/v1/retained/cleared"},
                {"POST", "/api/v1/sessions/purged/purge"}
            }) {
                HttpResponse<String> answer = send(broker, order[0], order[1]);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            }
            broker.kill();
            broker.restart();
            assertThat(SESSIONS)
                    .extracting(clientId -> owed(broker, clientId))
                    .containsExactly("0", "3", "gone", "gone", "5");
            assertThat(send(broker, "GET", "/api/v1/retained/cleared").statusCode())
                    .isEqualTo(404);
            assertThat(send(broker, "GET", "/api/v1/retained/stays").statusCode())
                    .isEqualTo(200);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static io.holdfast.server.testkit.WireClient.connect5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MetricsIT extends OperatedBroker {
    private static final AdminClient.Answer DURABLE = new AdminClient.Answer(200, java.util.Map.of("durable", true));
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

    private String page(String accept) throws Exception {
        HttpResponse<String> response = admin.text("/metrics", "Bearer " + admin.token(), accept);
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private double value(String series) throws Exception {
        Matcher line = Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
                .matcher(page(""));
        assertThat(line.find()).as(series).isTrue();
        return Double.parseDouble(line.group(1));
    }

    /** Threads of their own count, after what a client sees. */
    private void awaitValue(String series, double expected) {
        await().untilAsserted(() -> assertThat(value(series)).as(series).isEqualTo(expected));
    }

    private void publish(int messages) throws Exception {
        try (WireClient publisher = broker.connect("publisher", true)) {
            for (int i = 1; i <= messages; i++) {
                publisher.send(WireClient.publish("m", "x", QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
        }
    }

    @Test
    @DisplayName("K33 metrics tell traffic, sessions, queues, acknowledgements and syncs in base units")
    void metrics_someTraffic_counted() throws Exception {
        sleeping("away\n{evil=\"label\"}", "m", QoS.AT_LEAST_ONCE);
        try (WireClient here = broker.connect("here", false)) {
            here.subscribe("m", QoS.AT_LEAST_ONCE);
            publish(3);
            for (int i = 0; i < 3; i++) {
                here.expect(Publish.class);
            }
            awaitValue("holdfast_messages_received_total{qos=\"1\"}", 3);
            awaitValue("holdfast_messages_sent_total{qos=\"1\"}", 3);
            awaitValue("holdfast_sessions{state=\"connected\"}", 1);
            awaitValue("holdfast_sessions{state=\"disconnected\"}", 1);
            awaitValue("holdfast_queue_messages", 6);
            awaitValue("holdfast_subscriptions", 2);
            assertThat(value("holdfast_connections{listener=\"tcp\"}")).isGreaterThanOrEqualTo(1);
            assertThat(value("holdfast_queue_oldest_seconds")).isBetween(0.0, 60.0);
            awaitValue("holdfast_ack_seconds_count", 3);
            assertThat(value("holdfast_ack_seconds_sum")).isBetween(0.000_001, 60.0);
            awaitValue("holdfast_ack_seconds_bucket{le=\"+Inf\"}", 3);
            assertThat(value("holdfast_queue_bytes{where=\"disk\"}")).isGreaterThanOrEqualTo(0);
            awaitValue("holdfast_inflight{direction=\"out\"}", 3);
            awaitValue("holdfast_inflight{direction=\"in\"}", 0);
            assertThat(value("holdfast_store_sync_seconds_count")).isGreaterThanOrEqualTo(3);
            awaitValue("holdfast_store_sync_batch_size_sum", 3);
            assertThat(value("holdfast_store_state")).isZero();
            assertThat(value("holdfast_store_wal_bytes")).isPositive();
            assertThat(value("holdfast_disk_free_bytes")).isPositive();
        }
        assertThat(page("")).as("no client can make a label").doesNotContain("away", "evil", "publisher", "\"m\"");
    }

    @Test
    @DisplayName("messages of clean sessions that wait in memory are told in bytes, QoS 2 under way by direction")
    void metrics_cleanSessionWaits_bytesAndInflight() throws Exception {
        try (WireClient reader = broker.open5();
                WireClient publisher = broker.open5()) {
            reader.connect(connect5(
                    "reader", true, Properties.builder().receiveMaximum(1).build()));
            reader.subscribe("m", QoS.EXACTLY_ONCE);
            publisher.connect(connect5("publisher", true, Properties.NONE));
            for (int i = 1; i <= 3; i++) {
                publisher.send(WireClient.publish("m", "x".repeat(1_000), QoS.EXACTLY_ONCE, i));
                publisher.expect(PubRec.class);
            }
            await().untilAsserted(() -> {
                assertThat(value("holdfast_inflight{direction=\"in\"}")).isEqualTo(3);
                assertThat(value("holdfast_inflight{direction=\"out\"}")).isEqualTo(1);
                assertThat(value("holdfast_queue_bytes{where=\"memory\"}")).isBetween(2_000.0, 4_000.0);
            });
        }
        await().untilAsserted(() -> {
            assertThat(value("holdfast_inflight{direction=\"in\"}")).isZero();
            assertThat(value("holdfast_inflight{direction=\"out\"}")).isZero();
            assertThat(value("holdfast_queue_bytes{where=\"memory\"}")).isZero();
        });
        assertThat(value("holdfast_queue_oldest_seconds")).isZero();
    }

    @Test
    @DisplayName("what rules keep from a receiver is dropped as denied, and logins are told by what came of them")
    void metrics_accounts_deniedAndLogins() throws Exception {
        broker.close();
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada", "bob");
        Path rules = Files.writeString(folder.resolve("rules"), "deny user ada subscribe m/secret\nallow all all #\n");
        broker = RunningBroker.start(
                folder, "admin.enabled=true", "access.password-file=" + passwords, "access.rules-file=" + rules);
        admin = new AdminClient(folder);
        try (WireClient ada = Passwords.connected(broker, "ada", "ada");
                WireClient bob = Passwords.connected(broker, "bob", "bob");
                WireClient stranger = broker.open5()) {
            stranger.connect(Passwords.connect(ProtocolVersion.MQTT_5, "x", true, null, "ada", "wrong"));
            ada.subscribe("m/+", QoS.AT_LEAST_ONCE);
            for (int i = 1; i <= 2; i++) {
                bob.send(WireClient.publish(i == 1 ? "m/secret" : "m/open", "x", QoS.AT_LEAST_ONCE, i));
                bob.expect(PubAck.class);
            }
            assertThat(ada.expect(Publish.class).topic()).isEqualTo(TopicName.of("m/open"));
            awaitValue("holdfast_messages_dropped_total{reason=\"denied\"}", 1);
            awaitValue("holdfast_auth_total{result=\"accepted\"}", 2);
            awaitValue("holdfast_auth_total{result=\"refused\"}", 1);
            awaitValue("holdfast_auth_total{result=\"expired\"}", 0);
        }
    }

    @Test
    @RequiresTool("promtool")
    @DisplayName("Prometheus' own checker reads the page and has nothing to say about it")
    void metrics_promtool_accepts() throws Exception {
        publish(1);
        Path text = Files.writeString(folder.resolve("page"), page(""));
        Process checker = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(text.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(checker.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(checker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(checker.exitValue()).isZero();
    }

    @Test
    @DisplayName("who accepts OpenMetrics gets it, with its end mark")
    void metrics_openMetricsAccepted_written() throws Exception {
        HttpResponse<String> response = admin.text("/metrics", "Bearer " + admin.token(), OPEN_METRICS);
        assertThat(response.headers().firstValue("content-type").orElseThrow())
                .startsWith("application/openmetrics-text");
        assertThat(response.body()).endsWith("# EOF\n").contains("# TYPE holdfast_messages_received counter");
        assertThat(admin.text("/metrics", "Bearer " + admin.token(), "")
                        .headers()
                        .firstValue("content-type")
                        .orElseThrow())
                .startsWith("text/plain");
    }

    @Test
    @DisplayName("T40 metrics need the token, unless admin.metrics-open says otherwise")
    void metrics_withoutToken_asSet() throws Exception {
        assertThat(admin.text("/metrics", "", "").statusCode()).isEqualTo(401);
        broker.close();
        broker = RunningBroker.start(folder, "admin.enabled=true", "admin.metrics-open=true");
        admin = new AdminClient(folder);
        assertThat(admin.text("/metrics", "", "").statusCode()).isEqualTo(200);
        assertThat(admin.text("/openapi.json", "", "").statusCode()).isEqualTo(401);
        assertThat(admin.text("/openapi.json", "Bearer " + admin.token(), "").body())
                .startsWith("{");
    }

    @Test
    @DisplayName("health/durable writes to the disk: 200 while that works, whoever asks and however often")
    void durable_working_ok() throws Exception {
        double before = value("holdfast_store_groups_total");
        long began = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            // Not at once when the machine itself stands still for the five seconds that a note may take.
            await().pollDelay(Duration.ZERO)
                    .until(() -> admin.send("GET", "/health/durable", "").equals(DURABLE));
        }
        // One a second, and the broker's own.
        double groupsMax = 5 + (System.nanoTime() - began) / 1e9;
        assertThat(value("holdfast_store_groups_total") - before).isBetween(1.0, groupsMax);
        assertThat(List.of(200, 503)).contains(admin.get("/health/ready").status());
    }
}

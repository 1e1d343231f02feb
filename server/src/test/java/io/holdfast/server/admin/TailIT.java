// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TailIT extends OperatedBroker {
    /** One who looks, on a socket of its own. */
    private final class Viewer implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader lines;

        Viewer(String query) throws IOException {
            String[] address = admin.address().split(":", 2);
            socket = new Socket(address[0], Integer.parseInt(address[1]));
            socket.setSoTimeout(60_000);
            String request = "GET /api/v1/tail" + query + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + admin.token() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        String status() throws IOException {
            return lines.readLine();
        }

        /** The next event, past what HTTP puts around it. */
        @SuppressWarnings("unchecked")
        Map<String, Object> next() throws IOException {
            String line = lines.readLine();
            while (line != null && !line.startsWith("{")) {
                line = lines.readLine();
            }
            return (Map<String, Object>) Json.parse(Objects.requireNonNull(line));
        }

        String nextText() throws IOException {
            Map<String, Object> event = next();
            Object receivers = event.get("receivers");
            return event.get("event") + " " + event.get("topic") + " " + event.get("client")
                    + (receivers == null ? "" : " " + receivers);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private TailHub hub() {
        return Objects.requireNonNull(broker.broker().admin()).tails();
    }

    private void publish(String topic, int messages) throws IOException {
        try (WireClient publisher = broker.connect("publisher", true)) {
            for (int i = 1; i <= messages; i++) {
                publisher.send(WireClient.publish(topic, "the-payload", QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
        }
    }

    @Test
    @DisplayName(
            "tail tells who published and what became of it for each receiver, of matching topics only, without payloads")
    void tail_threeReceivers_toldEach() throws Exception {
        sleeping("away", "m/#", QoS.AT_LEAST_ONCE);
        try (WireClient here = broker.connect("here", false);
                WireClient live = broker.connect("live", true);
                Viewer viewer = new Viewer("?filter=m/%23")) {
            here.subscribe("#", QoS.AT_LEAST_ONCE);
            live.subscribe("m/1", QoS.AT_MOST_ONCE);
            assertThat(viewer.status()).contains("200");
            publish("other", 1);
            publish("m/1", 1);
            List<String> events = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                events.add(viewer.nextText());
            }
            assertThat(events)
                    .containsExactlyInAnyOrder(
                            "published m/1 publisher 3", "sent m/1 live", "sent m/1 here", "queued m/1 away");
            here.expect(Publish.class);
            publish("m/nobody-else", 1);
            Map<String, Object> event = viewer.next();
            assertThat(event)
                    .containsEntry("qos", 1L)
                    .containsEntry("bytes", 11L)
                    .containsEntry("retain", false);
            assertThat(String.valueOf(event)).doesNotContain("the-payload");
        }
        await().until(() -> hub().isIdle());
    }

    @Test
    @DisplayName("tail tells which message a full queue gave up")
    void tail_queueFull_toldWhich() throws Exception {
        broker.close();
        broker = RunningBroker.start(folder, "admin.enabled=true", "session.queue-messages-max=2");
        admin = new AdminClient(folder);
        sleeping("away", "m/#", QoS.AT_LEAST_ONCE);
        try (Viewer viewer = new Viewer("")) {
            assertThat(viewer.status()).contains("200");
            for (String topic : List.of("m/1", "m/2", "m/3")) {
                publish(topic, 1);
            }
            String event = viewer.nextText();
            while (!event.startsWith("queue full")) {
                event = viewer.nextText();
            }
            assertThat(event).isEqualTo("queue full m/1 away");
        }
    }

    @Test
    @DisplayName(
            "T36 tail writes no more than its rate and counts the rest; five viewers are one too many; shards forget them")
    void tail_limits_kept() throws Exception {
        List<Viewer> viewers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            viewers.add(new Viewer("?rate=1"));
            assertThat(viewers.get(i).status()).contains("200");
        }
        try (Viewer fifth = new Viewer("")) {
            assertThat(fifth.status()).contains("503");
        }
        try (Viewer wrong = new Viewer("?filter=a%23")) {
            assertThat(wrong.status()).contains("400");
        }
        publish("m", 50);
        Map<String, Object> event = viewers.get(0).next();
        while (!"left out".equals(event.get("event"))) {
            event = viewers.get(0).next();
        }
        assertThat((Long) event.get("events")).isPositive();
        for (Viewer viewer : viewers) {
            viewer.close();
        }
        await().until(() -> hub().isIdle());
        try (Viewer again = new Viewer("")) {
            assertThat(again.status()).contains("200");
            publish("m", 1);
            assertThat(again.nextText()).isEqualTo("published m publisher 0");
        }
    }

    @Test
    @DisplayName(
            "top lists connected clients that are behind, by what they have not acknowledged, with the age of the oldest")
    void slow_unacknowledged_listed() throws Exception {
        try (WireClient slow = broker.connect("slow", false);
                WireClient slower = broker.connect("slower", false);
                WireClient quick = broker.connect("quick", false)) {
            slow.subscribe("a", QoS.AT_LEAST_ONCE);
            slower.subscribe("a", QoS.AT_LEAST_ONCE);
            slower.subscribe("b", QoS.AT_LEAST_ONCE);
            quick.subscribe("a", QoS.AT_MOST_ONCE);
            publish("a", 2);
            publish("b", 1);
            await().until(() -> {
                List<Map<String, Object>> clients =
                        admin.get("/api/v1/slow?by=unacknowledged").list("clients");
                return clients.stream()
                                .mapToLong(client -> (Long) client.get("unacknowledged"))
                                .sum()
                        == 5;
            });
            AdminClient.Answer answer = admin.get("/api/v1/slow?by=unacknowledged");
            assertThat(answer.status()).as(answer.error()).isEqualTo(200);
            assertThat(answer.list("clients"))
                    .extracting(client -> client.get("client"))
                    .containsExactly("slower", "slow");
            assertThat(answer.list("clients").get(0))
                    .containsEntry("unacknowledged", 3L)
                    .containsEntry("messages", 3L)
                    .containsEntry("waitingBytes", 0L);
            assertThat((Long) answer.list("clients").get(0).get("oldestSeconds"))
                    .isBetween(0L, 60L);
            assertThat(admin.get("/api/v1/slow?limit=1").list("clients")).hasSize(1);
        }
    }

    @Test
    @DisplayName("top names the client that does not read, with the bytes that wait for it, first")
    void slow_unread_listedFirst() throws Exception {
        try (WireClient deaf = broker.connect("deaf", true);
                WireClient publisher = broker.connect("publisher", true)) {
            deaf.subscribe("big", QoS.AT_MOST_ONCE);
            byte[] payload = new byte[1 << 20];
            await().until(() -> {
                publisher.send(WireClient.publish("big", payload, QoS.AT_MOST_ONCE, 0));
                List<Map<String, Object>> clients = admin.get("/api/v1/slow").list("clients");
                return !clients.isEmpty()
                        && clients.get(0).get("client").equals("deaf")
                        && (Long) clients.get(0).get("waitingBytes") > 0;
            });
        }
    }
}

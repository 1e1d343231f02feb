// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What operators see of sessions and do to them, over HTTP, with clients on real sockets and a real store. */
class SessionOperationsIT extends OperatedBroker {
    private void publish(String topic, int count) throws IOException {
        try (WireClient publisher = broker.connect("publisher", true)) {
            for (int i = 0; i < count; i++) {
                publisher.send(WireClient.publish(topic, "m" + i, QoS.AT_LEAST_ONCE, 1 + i));
            }
            for (int i = 0; i < count; i++) {
                publisher.expect(PubAck.class);
            }
        }
        settle();
    }

    private List<Object> clients(String query) throws Exception {
        return admin.get("/api/v1/sessions" + query).list("sessions").stream()
                .map(session -> session.get("client"))
                .toList();
    }

    @Test
    @DisplayName("a list has sessions with rows and without, filtered, sorted, in pages")
    void list_mixed_filteredSortedPaged() throws Exception {
        for (int i = 0; i < 5; i++) {
            sleeping("meter-" + i, "m/" + i, QoS.EXACTLY_ONCE);
            publish("m/" + i, 3 * (1 + (i * 3) % 5));
        }
        try (WireClient volatileClient = broker.connect("web ü/1", true);
                WireClient kept = broker.connect("kept", false)) {
            await().untilAsserted(() -> assertThat(clients("")).doesNotContain("publisher"));
            assertThat(clients(""))
                    .containsExactly("meter-0", "meter-1", "meter-2", "meter-3", "meter-4", "web ü/1", "kept");
            assertThat(clients("?client=meter-?")).hasSize(5);
            assertThat(clients("?client=*t*"))
                    .containsExactly("meter-0", "meter-1", "meter-2", "meter-3", "meter-4", "kept");
            assertThat(clients("?state=connected")).containsExactly("web ü/1", "kept");
            assertThat(clients("?state=disconnected&limit=2")).containsExactly("meter-0", "meter-1");
            assertThat(clients("?sort=depth&limit=2")).containsExactly("meter-3", "meter-1");
            assertThat(clients("?sort=bytes&limit=1")).containsExactly("meter-3");
            assertThat(clients("?sort=age&state=disconnected&limit=1")).containsExactly("meter-0");

            AdminClient.Answer page = admin.get("/api/v1/sessions?limit=4");
            assertThat(page.list("sessions")).hasSize(4);
            assertThat(clients("?after=" + page.number("next"))).containsExactly("meter-4", "web ü/1", "kept");
            Map<String, Object> deep = admin.get("/api/v1/sessions?client=meter-3")
                    .list("sessions")
                    .get(0);
            assertThat(deep).containsEntry("messages", 15L).containsEntry("connected", false);
            assertThat(volatileClient).isNotNull();
            assertThat(kept).isNotNull();
        }
    }

    @Test
    @DisplayName("after a restart, when rows lag behind the log and nobody is in memory, the list says the same")
    void list_afterRestart_same() throws Exception {
        sleeping("meter", "m/#", QoS.EXACTLY_ONCE);
        publish("m/1", 700);
        restart();
        assertThat(admin.get("/api/v1/sessions").list("sessions").get(0)).containsEntry("messages", 700L);
        assertThat(admin.get("/api/v1/sessions/meter").number("queued")).isEqualTo(700);
    }

    @Test
    @DisplayName("a session shows its subscriptions, its will, and what was sent and what waits")
    void show_connected_everything() throws Exception {
        try (WireClient client = broker.open5()) {
            Properties never = Properties.builder()
                    .sessionExpiryIntervalSeconds(0xFFFF_FFFFL)
                    .receiveMaximum(2)
                    .build();
            client.connect(WireClient.connect5("a/b ü", false, never, WireClient.will("gone", "x")));
            client.subscribe("m/+", QoS.AT_LEAST_ONCE);
            publish("m/1", 5);
            client.expect(Publish.class);
            AdminClient.Answer shown = admin.get("/api/v1/sessions/" + AdminClient.encoded("a/b ü"));
            assertThat(shown.status()).isEqualTo(200);
            assertThat(shown.tree())
                    .containsEntry("connected", true)
                    .containsEntry("protocol", 5L)
                    .containsEntry("messages", 5L)
                    .containsEntry("sent", 2L)
                    .containsEntry("queued", 3L)
                    .containsEntry("receiveMaximum", 2L);
            assertThat(shown.list("subscriptions"))
                    .singleElement()
                    .satisfies(subscription -> assertThat(subscription)
                            .containsEntry("filter", "m/+")
                            .containsEntry("qos", 1L));
            assertThat(String.valueOf(shown.tree().get("will"))).contains("topic=gone");
        }
        assertThat(admin.get("/api/v1/sessions/nobody").status()).isEqualTo(404);
    }

    @Test
    @DisplayName("disconnect ends the connection with 0x98 and its will; the session and its messages stay")
    void disconnect_connected_sessionStays() throws Exception {
        sleeping("heir", "gone", QoS.EXACTLY_ONCE);
        try (WireClient client = broker.open5()) {
            Properties hour =
                    Properties.builder().sessionExpiryIntervalSeconds(3_600).build();
            client.connect(WireClient.connect5("c", false, hour, WireClient.will("gone", "x")));
            client.subscribe("m", QoS.AT_LEAST_ONCE);
            assertThat(admin.post("/api/v1/sessions/c/disconnect").status()).isEqualTo(200);
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION);
            assertThat(client.isClosedNext()).isTrue();
        }
        await().until(() -> admin.get("/api/v1/sessions/heir").number("messages") == 1);
        publish("m", 2);
        assertThat(admin.get("/api/v1/sessions/c").number("messages")).isEqualTo(2);
        AdminClient.Answer again = admin.post("/api/v1/sessions/c/disconnect");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.error()).contains("not connected");
    }

    @Test
    @DisplayName("drop ends connection, session and queue as a clean start would, over a restart too")
    void drop_connected_allGone() throws Exception {
        try (WireClient client = broker.connect("c", false)) {
            client.subscribe("m", QoS.AT_LEAST_ONCE);
            publish("m", 3);
            client.expect(Publish.class);
            AdminClient.Answer dropped = admin.delete("/api/v1/sessions/c");
            assertThat(dropped.status()).isEqualTo(200);
            assertThat(dropped.number("messages")).isEqualTo(3);
            while (client.next() != null) {
                // What was under way when the session ended.
                assertThat(dropped.status()).isEqualTo(200);
            }
        }
        assertThat(admin.get("/api/v1/sessions/c").status()).isEqualTo(404);
        restart();
        assertThat(admin.get("/api/v1/sessions/c").status()).isEqualTo(404);
        try (WireClient client = broker.open()) {
            ConnAck answer = client.connect("c", false);
            assertThat(answer.sessionPresent()).isFalse();
        }
    }

    @Test
    @DisplayName("expire ends a session that is alone, and refuses one whose client is there")
    void expire_aloneOrConnected_endsOrRefuses() throws Exception {
        sleeping("c", "m", QoS.EXACTLY_ONCE);
        publish("m", 2);
        try (WireClient client = broker.connect("here", false)) {
            AdminClient.Answer refused = admin.post("/api/v1/sessions/here/expire");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.error()).contains("connected");
            assertThat(client).isNotNull();
        }
        assertThat(admin.post("/api/v1/sessions/c/expire").number("messages")).isEqualTo(2);
        assertThat(admin.get("/api/v1/sessions/c").status()).isEqualTo(404);
        assertThat(admin.post("/api/v1/sessions/c/expire").status()).isEqualTo(404);
    }
}

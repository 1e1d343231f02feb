// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Looking into one queue, and giving up messages of it: never one that is the client's already. */
class QueueOperationsIT extends OperatedBroker {
    private void publish(int count) throws IOException {
        try (WireClient publisher = broker.connect("publisher", true)) {
            for (int i = 0; i < count; i++) {
                publisher.send(WireClient.publish("m/" + i, "payload " + i, QoS.AT_LEAST_ONCE, 1 + i));
            }
            for (int i = 0; i < count; i++) {
                publisher.expect(PubAck.class);
            }
        }
        settle();
    }

    private static final String QUEUE = "/api/v1/sessions/c/queue";

    private List<Long> indexes() throws Exception {
        List<Long> indexes = new ArrayList<>();
        String next = "0";
        while (!next.equals("null")) {
            AdminClient.Answer page = admin.get(QUEUE + "?limit=200&from=" + next);
            page.list("messages").forEach(message -> indexes.add((Long) message.get("index")));
            next = String.valueOf(page.tree().get("next"));
        }
        return indexes;
    }

    @Test
    @DisplayName("a long queue is read page by page, from memory and, after a restart, from its rows")
    void queue_long_everyMessageOnce() throws Exception {
        sleeping("c", "m/#", QoS.AT_LEAST_ONCE);
        publish(700);
        for (int life = 0; life < 2; life++) {
            assertThat(indexes()).hasSize(700).doesNotHaveDuplicates().isSorted();
            Map<String, Object> one = admin.get(QUEUE + "?from=650&limit=1&payload=text")
                    .list("messages")
                    .get(0);
            assertThat(one)
                    .containsEntry("index", 650L)
                    .containsEntry("state", "queued")
                    .containsEntry("topic", "m/650")
                    .containsEntry("qos", 1L)
                    .containsEntry("payload", "payload 650");
            restart();
        }
    }

    @Test
    @DisplayName("messages that were dropped stay dropped over a restart, and the others come, in order")
    void drop_range_othersCome() throws Exception {
        sleeping("c", "m/#", QoS.AT_LEAST_ONCE);
        publish(10);
        assertThat(admin.delete(QUEUE + "?from=2&to=4").number("messages")).isEqualTo(3);
        assertThat(admin.delete(QUEUE + "?from=7").number("messages")).isEqualTo(1);
        assertThat(admin.delete(QUEUE).status()).isEqualTo(400);
        assertThat(indexes()).containsExactly(0L, 1L, 5L, 6L, 8L, 9L);
        restart();
        assertThat(indexes()).containsExactly(0L, 1L, 5L, 6L, 8L, 9L);
        try (WireClient client = broker.connect("c", false)) {
            for (int i : new int[] {0, 1, 5, 6, 8, 9}) {
                assertThat(WireClient.text(client.expect(Publish.class))).isEqualTo("payload " + i);
            }
        }
    }

    @Test
    @DisplayName("C16 what was sent is the client's: dropping it is refused and drops nothing, purge leaves it")
    void drop_sentMessage_refused() throws Exception {
        try (WireClient client = broker.open5()) {
            Properties two = Properties.builder()
                    .sessionExpiryIntervalSeconds(3_600)
                    .receiveMaximum(2)
                    .build();
            client.connect(WireClient.connect5("c", false, two));
            client.subscribe("m/#", QoS.AT_LEAST_ONCE);
            publish(6);
            Publish first = client.expect(Publish.class);
            client.expect(Publish.class);
            AdminClient.Answer refused = admin.delete(QUEUE + "?from=1&to=5");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.error()).contains("message 1 was sent", "nothing was dropped");
            assertThat(indexes()).hasSize(6);
            assertThat(admin.post("/api/v1/sessions/c/purge").number("messages"))
                    .isEqualTo(4);
            assertThat(indexes()).containsExactly(0L, 1L);
            client.send(new PubAck(first.packetId()));
            publish(1);
            assertThat(WireClient.text(client.expect(Publish.class))).isEqualTo("payload 0");
        }
    }

    @Test
    @DisplayName("a purge of a long queue that stands in rows leaves nothing behind, over a restart too")
    void purge_long_empty() throws Exception {
        sleeping("c", "m/#", QoS.AT_LEAST_ONCE);
        publish(1_000);
        restart();
        assertThat(admin.post("/api/v1/sessions/c/purge").number("messages")).isEqualTo(1_000);
        restart();
        assertThat(admin.get("/api/v1/sessions/c").number("messages")).isZero();
        publish(1);
        try (WireClient client = broker.connect("c", false)) {
            assertThat(WireClient.text(client.expect(Publish.class))).isEqualTo("payload 0");
        }
    }
}

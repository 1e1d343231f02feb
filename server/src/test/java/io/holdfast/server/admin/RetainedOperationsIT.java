// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RetainedOperationsIT extends OperatedBroker {
    private static final String RETAINED = "/api/v1/retained";

    private void retain(String topic, String payload) throws Exception {
        try (WireClient client = broker.connect("publisher", true)) {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            client.send(new Publish(1, QoS.AT_LEAST_ONCE, false, true, TopicName.of(topic), bytes, Properties.NONE));
            client.expect(PubAck.class);
        }
    }

    private static String path(String topic) {
        return RETAINED + "/" + AdminClient.encoded(topic);
    }

    private List<String> topics(String query) throws Exception {
        List<String> topics = new ArrayList<>();
        String after = "";
        while (after != null) {
            AdminClient.Answer page = admin.get(RETAINED + "?limit=2" + query + after);
            assertThat(page.status()).as(page.error()).isEqualTo(200);
            page.list("messages").forEach(message -> topics.add((String) message.get("topic")));
            Object next = page.tree().get("next");
            after = next == null ? null : "&after=" + AdminClient.encoded((String) next);
        }
        return topics;
    }

    @Test
    @DisplayName("retained list goes on page by page, by filter, and tells payloads only in the form that is asked for")
    void list_pagesAndFilter_all() throws Exception {
        for (String topic : List.of("a", "a/b", "a b", "ä/ü", "z/1")) {
            retain(topic, "{\"v\":1.50}");
        }
        assertThat(topics("")).containsExactly("a", "a b", "a/b", "z/1", "ä/ü");
        assertThat(topics("&filter=" + AdminClient.encoded("a/#"))).containsExactly("a", "a/b");
        assertThat(admin.get(RETAINED + "?filter=a%23").status()).isEqualTo(400);
        assertThat(admin.get(RETAINED).list("messages").get(0))
                .containsEntry("qos", 1L)
                .containsEntry("bytes", 10L)
                .doesNotContainKeys("payload", "payloadHex");
        assertThat(admin.get(path("a b") + "?payload=text").tree()).containsEntry("payload", "{\"v\":1.50}");
        assertThat(admin.get(path("a/b") + "?payload=hex").tree()).containsEntry("payloadHex", "7b2276223a312e35307d");
        AdminClient.Answer json = admin.get(path("ä/ü") + "?payload=json");
        assertThat(json.tree()).containsEntry("json", true);
        assertThat(String.valueOf(json.tree().get("payload"))).isEqualTo("{v=1.50}");
        assertThat(admin.get(path("nothing")).status()).isEqualTo(404);
        assertThat(admin.get(path("a/+")).status()).isEqualTo(400);
    }

    @Test
    @DisplayName("what is no JSON is told as text, and says so")
    void payload_noJson_text() throws Exception {
        for (String payload : List.of("{} {}", "21 C", " ", "\u0001", "[1,")) {
            retain("t", payload);
            assertThat(admin.get(path("t") + "?payload=json").tree())
                    .as(payload)
                    .containsEntry("json", false)
                    .containsEntry("payload", payload);
        }
        retain("t", "1e400");
        assertThat(admin.get(path("t") + "?payload=json").tree()).containsEntry("json", true);
    }

    @Test
    @DisplayName(
            "retained clear removes one message for good, tells subscribers, durable ones too, and is 404 the second time")
    void clear_retained_goneForAll() throws Exception {
        sleeping("away", "a/#", QoS.AT_LEAST_ONCE);
        retain("a/b", "x");
        retain("other", "x");
        try (WireClient here = broker.connect("here", true)) {
            here.subscribe("+/b", QoS.AT_LEAST_ONCE);
            assertThat(here.expect(Publish.class).retain()).isTrue();
            AdminClient.Answer cleared = admin.delete(path("a/b"));
            assertThat(cleared.status()).as(cleared.error()).isEqualTo(200);
            assertThat(cleared.tree()).containsEntry("topic", "a/b").containsEntry("receivers", 2L);
            Publish told = here.expect(Publish.class);
            assertThat(told.payload()).isEmpty();
            assertThat(told.retain()).isFalse();
        }
        assertThat(admin.delete(path("a/b")).status()).isEqualTo(404);
        restart();
        assertThat(topics("")).containsExactly("other");
        assertThat(admin.get("/api/v1/sessions/away").number("messages")).isEqualTo(2);
    }
}

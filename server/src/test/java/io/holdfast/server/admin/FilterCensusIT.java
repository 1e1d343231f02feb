// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.WireClient;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FilterCensusIT extends OperatedBroker {
    private Map<String, String> findings() throws Exception {
        Map<String, String> findings = new HashMap<>();
        admin.get("/api/v1/topics?lint=true")
                .list("filters")
                .forEach(filter -> findings.put((String) filter.get("filter"), (String) filter.get("finding")));
        return findings;
    }

    @Test
    @DisplayName("topics counts filters of stored sessions and of others together, the most used first")
    void topics_storedAndNot_counted() throws Exception {
        sleeping("a", "plant/+/temperature", QoS.AT_LEAST_ONCE);
        sleeping("b", "plant/+/temperature", QoS.AT_MOST_ONCE);
        sleeping("b", "plant/1", QoS.AT_MOST_ONCE);
        try (WireClient clean = broker.connect("c", true)) {
            clean.subscribe("plant/+/temperature", QoS.AT_MOST_ONCE);
            AdminClient.Answer answer = admin.get("/api/v1/topics");
            assertThat(answer.list("filters").get(0))
                    .containsEntry("filter", "plant/+/temperature")
                    .containsEntry("sessions", 3L);
            assertThat(answer.list("filters")).hasSize(2);
            assertThat(answer.number("subscriptions")).isEqualTo(4);
            AdminClient.Answer one = admin.get("/api/v1/topics?limit=1");
            assertThat(one.list("filters")).hasSize(1);
            assertThat(one.number("more")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("topics --lint names what nobody can match and what is easy to get wrong, and nothing else")
    void lint_remarkable_named() throws Exception {
        for (String filter : new String[] {
            "plant/1/temperature",
            "plant/2/#",
            "$SYS/broker/uptime",
            "$SYS/nothing",
            "$internal/x",
            "/plant/1",
            "#",
            "+/+",
            "Line/1",
            "line/1",
            "$share/g/Line/1"
        }) {
            sleeping("s" + filter.hashCode(), filter, QoS.AT_LEAST_ONCE);
        }
        Map<String, String> findings = findings();
        assertThat(findings)
                .containsOnlyKeys("$SYS/nothing", "$internal/x", "/plant/1", "#", "+/+", "Line/1", "line/1");
        assertThat(findings.get("$SYS/nothing")).contains("no message", "$SYS/broker");
        assertThat(findings.get("$internal/x")).contains("no message", "$");
        assertThat(findings.get("/plant/1")).contains("begins with /");
        assertThat(findings.get("#")).contains("wildcards only");
        assertThat(findings.get("+/+")).contains("wildcards only");
        assertThat(findings.get("Line/1")).contains("line/1", "upper and lower case");
        assertThat(findings.get("line/1")).contains("Line/1");
    }
}

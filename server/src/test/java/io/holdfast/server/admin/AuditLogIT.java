// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.LogLines;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whatever an operator asks to change leaves a line. */
class AuditLogIT extends OperatedBroker {
    private static final String TARGET = "audit\nINFO \"x\"";

    private LogLines log;

    @BeforeEach
    void listen() {
        log = new LogLines("holdfast.audit");
    }

    @AfterEach
    void end() {
        log.close();
    }

    /** Those of this class: other classes' tests run beside it. */
    private List<String> lines() {
        return log.lines().stream()
                .filter(line -> line.contains("audit") || line.contains("session import")) // An empty one names nobody.
                .toList();
    }

    private int ask(Operation operation) throws Exception {
        String path = operation.name().substring(operation.method().length() + 1);
        String query = path.endsWith("/queue") ? "?from=0" : path.endsWith("/checkpoint") ? "?to=audit" : "";
        String target =
                path.replace("{client}", AdminClient.encoded(TARGET)).replace("{topic}", AdminClient.encoded(TARGET));
        return admin.send(operation.method(), target + query, "Bearer " + admin.token())
                .status();
    }

    @Test
    @DisplayName("each operation that can change something leaves one line, done or not; what only looks leaves none")
    void operations_all_noted() throws Exception {
        for (Operation operation : Operations.ALL) {
            log.lines().clear();
            int status = ask(operation);
            if (operation.method().equals("GET")) {
                assertThat(lines()).as(operation.name()).isEmpty();
            } else {
                assertThat(status).as(operation.name()).isBetween(400, 499);
                assertThat(lines()).as(operation.name()).hasSize(1);
                assertThat(lines().get(0))
                        .contains("by=token peer=", "127.0.0.1", "outcome=\"not done: ")
                        .doesNotContain("\n");
            }
        }
    }

    @Test
    @DisplayName("what was done is noted with what it was done to and how many messages went, escaped")
    void operations_done_notedWithOutcome() throws Exception {
        sleeping(TARGET, "m", QoS.AT_LEAST_ONCE);
        String session = "/api/v1/sessions/" + AdminClient.encoded(TARGET);
        assertThat(admin.post(session + "/purge").status()).isEqualTo(200);
        assertThat(admin.delete(session).status()).isEqualTo(200);
        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0))
                .contains("what=\"session purge\" target=\"audit\\nINFO \\\"x\\\"\" outcome=\"done, messages 0\"");
        assertThat(lines().get(1)).contains("what=\"session drop\"", "outcome=\"done, messages 0\"");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.session.ShardEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and values of the page, where every counter has a value of its own. */
class MetricsPageTest {
    @TempDir
    private Path folder;

    private final Counters counters = new Counters(1);
    private String page = "";

    @BeforeEach
    void count() {
        for (ShardEvent event : ShardEvent.values()) {
            for (long i = 0; i < value(event); i++) {
                counters.add(event);
            }
        }
        for (BrokerCounter counter : BrokerCounter.values()) {
            counters.add(counter, value(counter));
        }
        MetricsPage made = new MetricsPage("1", "sync", folder, counters, Map::of, () -> null);
        page = new String(made.write(""), StandardCharsets.UTF_8);
    }

    private static long value(ShardEvent event) {
        return 1L + event.ordinal();
    }

    private static long value(BrokerCounter counter) {
        return 1_000L + counter.ordinal();
    }

    private void assertShows(String series, long value) {
        assertThat(page.lines()).contains("holdfast_" + series + " " + (double) value);
    }

    @Test
    @DisplayName("messages that a receiver will not get are counted by why, messages that went by QoS")
    void write_messages_eachByItsOwnCounter() {
        assertShows("messages_dropped_total{reason=\"queue_full\"}", value(ShardEvent.DROPPED_QUEUE_FULL));
        assertShows("messages_dropped_total{reason=\"refused\"}", value(ShardEvent.DROPPED_REFUSED));
        assertShows("messages_dropped_total{reason=\"expired\"}", value(ShardEvent.DROPPED_EXPIRED));
        assertShows("messages_dropped_total{reason=\"too_large\"}", value(ShardEvent.DROPPED_TOO_LARGE));
        assertShows("messages_dropped_total{reason=\"slow_receiver\"}", value(ShardEvent.DROPPED_SLOW));
        assertShows("messages_dropped_total{reason=\"dollar_topic\"}", value(ShardEvent.DROPPED_DOLLAR_TOPIC));
        for (int qos = 0; qos <= 2; qos++) {
            String label = "{qos=\"" + qos + "\"}";
            assertShows("messages_received_total" + label, value(ShardEvent.received(qos)));
            assertShows("messages_sent_total" + label, value(ShardEvent.sent(qos)));
        }
        assertShows("wills_published_total", value(ShardEvent.WILL_PUBLISHED));
        assertShows("takeovers_total", value(ShardEvent.TAKEN_OVER));
    }

    @Test
    @DisplayName("what went wrong is counted by its kind, and everybody who was turned away")
    void write_faults_eachByItsOwnCounter() {
        assertShows("protocol_errors_total{class=\"malformed_packet\"}", value(BrokerCounter.MALFORMED_PACKETS));
        assertShows("protocol_errors_total{class=\"protocol_error\"}", value(ShardEvent.PROTOCOL_ERROR));
        assertShows("protocol_errors_total{class=\"connect_timeout\"}", value(BrokerCounter.CONNECT_TIMEOUTS));
        assertShows("protocol_errors_total{class=\"keep_alive_timeout\"}", value(ShardEvent.KEEP_ALIVE_EXPIRED));
        assertShows("protocol_errors_total{class=\"unknown_packet_id\"}", value(ShardEvent.UNKNOWN_PACKET_ID));
        assertShows("protocol_errors_total{class=\"too_many_connections\"}", value(BrokerCounter.CONNECTIONS_REFUSED));
        assertShows("protocol_errors_total{class=\"slow_receiver\"}", value(BrokerCounter.SLOW_RECEIVERS));
        assertShows("protocol_errors_total{class=\"socket_error\"}", value(BrokerCounter.SOCKET_ERRORS));
        assertShows(
                "auth_total{result=\"refused\"}",
                value(BrokerCounter.AUTHENTICATIONS_REFUSED) + value(BrokerCounter.PASSWORDS_REFUSED));
        assertShows("store_damage_total{class=\"message_missing\"}", value(ShardEvent.MESSAGE_MISSING));
        assertShows("store_damage_total{class=\"row_damaged\"}", value(ShardEvent.ROW_DAMAGED));
        assertShows("store_damage_total{class=\"scrubbed\"}", value(BrokerCounter.DAMAGE_SCRUBBED));
        assertShows("store_scrubs_total", value(BrokerCounter.SCRUBS));
        assertShows("instance_failures_total", value(BrokerCounter.INSTANCE_FAILURES));
    }
}

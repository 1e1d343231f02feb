// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of packets that are none. */
class MalformedLogIT {
    private static final int EACH = 20;

    @TempDir
    private Path folder;

    private static void send(RunningBroker broker, ProtocolVersion version, String id, String hex) throws IOException {
        try (WireClient client = new WireClient(broker.port(), version)) {
            if (!id.isEmpty()) {
                client.connect(id, true);
            }
            client.send(HexFormat.of().parseHex(hex));
            while (client.next() != null) {
                // A DISCONNECT of MQTT 5 comes before the end.
            }
        }
    }

    @Test
    @DisplayName(
            "K33 T36 each class of malformed packet has one line: which packet, what is wrong, from whom; the rest is "
                    + "counted")
    void malformed_eachClass_oneLine() throws Exception {
        try (LogLines log = new LogLines("io.holdfast");
                RunningBroker broker = RunningBroker.start(folder)) {
            for (int i = 0; i < EACH; i++) {
                send(broker, ProtocolVersion.MQTT_3_1_1, "", "3000"); // no CONNECT
                send(broker, ProtocolVersion.MQTT_3_1_1, "", "0000"); // no type
                send(broker, ProtocolVersion.MQTT_3_1_1, "o'ne\n", "3600"); // QoS 3
                send(broker, ProtocolVersion.MQTT_5, "one", "30ffffff7f"); // 256 MB
                send(broker, ProtocolVersion.MQTT_5, "one", "820700010000096100"); // filter longer than its packet
            }
            String peer = " from 127[.]0[.]0[.]1:[0-9]+";
            String end = "; 0 more since the last such line";
            for (String line : List.of(
                    "PUBLISH, PUBLISH where it must not come .PROTOCOL_ERROR.," + peer,
                    "no packet type, packet type 0 .MALFORMED_PACKET.," + peer,
                    "PUBLISH, QoS 3 .MALFORMED_PACKET.," + peer + " as 'o\\\\'ne\\\\u000a'",
                    "PUBLISH, PUBLISH of [0-9]+ bytes .PACKET_TOO_LARGE.," + peer + " as 'one'",
                    "SUBSCRIBE, .* .MALFORMED_PACKET.," + peer + " as 'one'")) {
                log.await("malformed packet: " + line + end);
            }
            assertThat(log.beginning("malformed packet")).hasSize(5);
            await().until(() -> broker.broker().counters().sum(BrokerCounter.MALFORMED_PACKETS) == 5 * EACH);
        }
    }
}

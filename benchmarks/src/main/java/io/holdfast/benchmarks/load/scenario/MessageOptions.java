// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Traffic.Shape;
import io.holdfast.benchmarks.load.verify.Stamp;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.QoS;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about the messages that are published; a picocli mixin. */
final class MessageOptions {
    private static final int WINDOW_DEFAULT = 20;
    /** A PINGREQ for each half window: it should not be what is measured. */
    private static final int WINDOW_QOS0_DEFAULT = 256;

    private static final int PAYLOAD_BYTES_MAX = 1 << 27;

    @Option(names = "--qos", paramLabel = "N", description = "0, 1 or 2; by default ${DEFAULT-VALUE}.")
    private int qos = 1;

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "Messages of one publisher that may be outstanding; by default 20, at QoS 0, where a PINGREQ"
                    + " follows each half window, 256.")
    private @Nullable Integer window;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            description = "At least " + Stamp.BYTES + ", for the stamp that verifies it; by default ${DEFAULT-VALUE}.")
    private int payloadBytes = 64;

    /** Checks what was typed. */
    Shape shape(TargetOptions target) {
        if (qos < 0 || qos > 2) {
            throw target.usage("--qos " + qos + " is neither 0, 1 nor 2");
        }
        if (window() < 1 || window() > Packet.PACKET_ID_MAX) {
            throw target.usage("--window " + window() + " is not in 1.." + Packet.PACKET_ID_MAX);
        }
        if (payloadBytes < Stamp.BYTES || payloadBytes > PAYLOAD_BYTES_MAX) {
            throw target.usage("--payload " + payloadBytes + " is not in " + Stamp.BYTES + ".." + PAYLOAD_BYTES_MAX);
        }
        return new Shape(QoS.of(qos), window(), payloadBytes, false);
    }

    private int window() {
        if (window != null) {
            return window;
        }
        return qos == 0 ? WINDOW_QOS0_DEFAULT : WINDOW_DEFAULT;
    }

    /** What the latency of a publisher spans. */
    String acknowledgement() {
        return switch (qos) {
            case 0 -> "";
            case 1 -> "PUBLISH to PUBACK";
            default -> "PUBLISH to PUBCOMP";
        };
    }

    void describe(Map<String, String> settings) {
        settings.put("qos", Integer.toString(qos));
        settings.put("window", Integer.toString(window()));
        settings.put("payloadBytes", Integer.toString(payloadBytes));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Traffic.Shape;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of scenarios that fill the queues of sessions whose clients are away; a picocli mixin. */
final class QueueOptions {
    @Option(names = "--sessions", paramLabel = "N", description = "Durable sessions; by default ${DEFAULT-VALUE}.")
    private int sessions = 1_000;

    @Option(
            names = "--fan-out",
            paramLabel = "N",
            description = "Sessions that each message is for; by default ${DEFAULT-VALUE}.")
    private int fanOut = 1;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Messages in all, each for --fan-out sessions; by default ${DEFAULT-VALUE}.")
    private long messages = 100_000;

    @Option(names = "--publishers", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int publishers = 10;

    @Option(
            names = "--slow",
            paramLabel = "MILLIS",
            description = "Clients that come back are slow readers: they rest so long after each read.")
    private long slowMillis;

    @Mixin
    private MessageOptions message = new MessageOptions();

    Layout layout(String root, TargetOptions target) {
        return Layout.groups(root, target.atLeastOne("--sessions", sessions), target.atLeastOne("--fan-out", fanOut));
    }

    /** At QoS 0 nothing waits for a session that is away. */
    Shape shape(TargetOptions target) {
        Shape shape = message.shape(target);
        if (shape.qos().level() == 0) {
            throw target.usage("--qos 0 is not kept for a session that is away; use 1 or 2");
        }
        return shape;
    }

    Duration slow() {
        return Duration.ofMillis(slowMillis);
    }

    long messages() {
        return messages;
    }

    int publishers(Layout layout, TargetOptions target) {
        return Math.min(target.atLeastOne("--publishers", publishers), layout.streams());
    }

    String acknowledgement() {
        return message.acknowledgement();
    }

    void describe(Map<String, String> settings) {
        settings.put("sessions", Integer.toString(sessions));
        settings.put("fanOut", Integer.toString(fanOut));
        settings.put("messages", Long.toString(messages));
        settings.put("publishers", Integer.toString(publishers));
        if (slowMillis > 0) {
            settings.put("slowMillis", Long.toString(slowMillis));
        }
        message.describe(settings);
    }
}

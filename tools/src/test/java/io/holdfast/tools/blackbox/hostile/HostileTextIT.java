// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.HoldfastCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Names that clients choose to deceive whoever reads a log or a terminal. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class HostileTextIT {
    private static final String FORGED = "forged line";
    private static final List<String> NAMES = List.of(
            "a\n2026-01-01T00:00:00.000 ERROR Broker " + FORGED,
            "b\r" + FORGED,
            "c\u001b[2J\u001b[31m" + FORGED,
            "d\u202e" + FORGED,
            "e\u2028" + FORGED,
            "f\u0085" + FORGED,
            "g\"; " + FORGED + " \\u000a",
            "h" + "x".repeat(5_000));

    HostileTextIT(Dialect dialect) {
        dialect.speak();
    }

    @Test
    @DisplayName("T35 line ends, escapes and direction marks in names are shown as what they are, and long names cut")
    void names_hostile_escaped() throws Exception {
        // Everything that has a name is logged at this level.
        try (BrokerProcess broker =
                BrokerProcess.start(HoldfastBroker.sound(), "log-level=debug", "session.queue-messages-max=1")) {
            for (String name : NAMES) {
                try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable(name))) {
                    client.subscribe(1, name.substring(1));
                    client.disconnect();
                }
                try (WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean(name + "p"))) {
                    for (int i = 0; i < 3; i++) {
                        publisher.publish(name.substring(1), name, 1, true);
                    }
                    publisher.send(PacketBytes.hex("36 00"));
                }
            }
            Canary.assertServed(broker);
            assertHarmless(broker.wholeOutput());
            assertThat(broker.wholeOutput()).contains("\\u000a", "\\u001b", "\\u202e");
            assertThat(broker.wholeOutput().lines()).allMatch(line -> line.length() < 1_000);
            broker.terminate();
            String dump = dump(broker.data());
            assertHarmless(dump);
            assertThat(dump).contains("\\n", "\\u001b", "\\u202e");
        }
    }

    private static void assertHarmless(String text) {
        assertThat(text).doesNotContain("\r", "\u001b", "\u202e", "\u2028", "\u0085");
        assertThat(text.lines())
                .noneMatch(line -> line.startsWith(FORGED)
                        || line.contains("ERROR Broker " + FORGED) && line.startsWith("2026-01-01"));
    }

    /** What the inspector shows of the store. */
    private static String dump(Path data) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldfastCommand.class.getName(),
                        "store",
                        "dump",
                        "--data",
                        data.toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}

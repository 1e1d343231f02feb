// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenLoopIT {
    /** The first in the file is that of phase 'publish'. */
    private static final Pattern MEDIAN = Pattern.compile("\"p50Micros\" *: *([0-9.E-]+)");

    @TempDir
    Path folder;

    private double medianMicros(int port, String... options) throws IOException {
        Path json = folder.resolve("result.json");
        String[] line = {"qos", "--pairs", "1", "--window", "1", "--messages", "300", "--json", json.toString()};
        String[] all = Arrays.copyOf(line, line.length + options.length);
        System.arraycopy(options, 0, all, line.length, options.length);
        BenchCall call = BenchCall.of(port, all);
        assertThat(call.exitCode()).as(call.err() + call.out()).isZero();
        Matcher matcher = MEDIAN.matcher(Files.readString(json));
        assertThat(matcher.find()).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    @DisplayName("messages due faster than the broker takes them are late: latency counts from when they were due")
    void qos_rateBeyondReach_latencyGrows() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"))) {
            double asTheyGo = medianMicros(broker.port());
            // All are due within 0.3 ms, and one after the other is taken: half of them wait for 150 others. A machine
            // that
            // stands still makes this longer; of those that nobody waits for it delays one.
            double allAtOnce = medianMicros(broker.port(), "--rate", "1000000");
            assertThat(allAtOnce).isGreaterThan(10 * asTheyGo);
        }
    }
}

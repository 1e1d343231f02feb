// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(Lifecycle.PER_CLASS)
class FaultsIT {
    private RunningBroker broker;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        broker = RunningBroker.start(folder.resolve("data"));
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @DisplayName("one PUBLISH that is dropped, doubled, swapped or corrupted on the way is found and fails the run")
    @ParameterizedTest
    @CsvSource({
        "NONE, 60, 0, good: nothing lost",
        "DROP, 6, 3, 1 lost",
        "DOUBLE, 60, 3, 1 doubled",
        "SWAP, 60, 3, 1 reordered",
        "CORRUPT, 6, 3, 1 corrupted"
    })
    void qos_oneLie_foundAndFails(LyingProxy.Lie lie, String patience, int exitCode, String verdict) throws Exception {
        try (LyingProxy proxy = new LyingProxy(broker.port(), lie)) {
            BenchCall call = BenchCall.of(
                    proxy.port(),
                    "qos",
                    "--pairs",
                    "1",
                    "--messages",
                    "200",
                    "--window",
                    "5",
                    "--patience",
                    patience); // All of it is spent where a message does not come.
            assertThat(call.out()).as(call.err()).contains(verdict);
            assertThat(call.exitCode()).isEqualTo(exitCode);
        }
    }

    @Test
    @DisplayName("at QoS 0 a dropped PUBLISH is noted and no fault")
    void qos_droppedAtQos0_noted() throws Exception {
        try (LyingProxy proxy = new LyingProxy(broker.port(), LyingProxy.Lie.DROP)) {
            BenchCall call = BenchCall.of(
                    proxy.port(), "qos", "--qos", "0", "--pairs", "1", "--messages", "200", "--patience", "6");
            assertThat(call.out()).contains("1 messages of QoS 0 did not arrive");
            assertThat(call.exitCode()).isZero();
        }
    }
}

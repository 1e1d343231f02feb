// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker is killed while {@code pub -l} and {@code sub} are at work. */
class PubKillIT {
    private static final int MESSAGES = 1_500;
    /** A broker that starts slowly on a busy machine lets the clients wait ever longer between two tries. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @ParameterizedTest(name = "-V {0}")
    @ValueSource(strings = {"5", "311"})
    @DisplayName(
            "S37 SIGKILL of the broker in the middle of pub -l -q 2: nothing is lost and nothing doubled, in order")
    void pubLines_brokerKilled_exactlyOnce(String version) throws Exception {
        PipedInputStream in = new PipedInputStream(1 << 16);
        PipedOutputStream input = new PipedOutputStream(in);
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound())) {
            VerbCall first = VerbCall.sub(broker.port(), "-c", "-i", "reader", "-q", "2", "-t", "stream", "-E");
            assertThat(first.exitCode()).as(first.errors()).isZero();
            VerbCall sub = VerbCall.sub(
                    broker.port(), "-c", "-i", "reader", "-q", "2", "-t", "stream", "-C", Integer.toString(MESSAGES));
            List<String> expected =
                    IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList();
            VerbCall pub = VerbCall.pub(in, broker.port(), "-V", version, "-l", "-q", "2", "-t", "stream");
            int written = 0;
            for (int seen : new int[] {50, 700}) {
                write(input, expected.subList(written, seen + 500)); // However fast it is, there is more to come.
                written = seen + 500;
                Awaitility.await().atMost(PATIENCE).until(() -> sub.lines().size() > seen);
                broker.kill();
                broker.restart();
            }
            write(input, expected.subList(written, MESSAGES));
            input.close();
            assertThat(pub.exitCode()).as(pub.errors()).isZero();
            assertThat(sub.exitCode()).as(sub.errors()).isZero();
            assertThat(pub.errors()).contains("trying again").doesNotContain("may arrive twice");
            assertThat(sub.lines()).isEqualTo(expected);
        }
    }

    private static void write(OutputStream to, List<String> lines) throws IOException {
        to.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        to.flush();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each scenario for a moment against the real broker over real sockets; figures mean nothing here. */
@TestInstance(Lifecycle.PER_CLASS)
class ScenarioIT {
    private static final Pattern NO_CHURN = Pattern.compile("churn\n +connections +0\n");

    private RunningBroker broker;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        broker = RunningBroker.start(folder.resolve("data"), "sys-interval=1 s");
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    private BenchCall bench(String line) {
        BenchCall call = BenchCall.of(broker.port(), (line + " --patience 60").split(" "));
        assertThat(call.err()).isEmpty();
        assertThat(call.out()).contains("good: nothing lost, doubled, reordered or corrupted");
        assertThat(call.exitCode()).isZero();
        return call;
    }

    @AfterEach
    void run_over_leavesNoSession() throws Exception {
        try (WireClient probe = broker.connect("probe", true)) {
            probe.subscribe("$SYS/broker/clients/total", QoS.AT_MOST_ONCE);
            await("only the probe's own session").until(() -> {
                return WireClient.text(probe.expect(Publish.class)).equals("1");
            });
        }
    }

    @DisplayName("qos: every topology and quality of service delivers all that was sent, as often as it should")
    @ParameterizedTest(name = "{0} at QoS {1}")
    @CsvSource({
        "pairs --pairs 3, 1, 300, 300",
        "pairs --pairs 3, 2, 300, 300",
        "fan-in --publishers 3, 1, 300, 300",
        "fan-out --subscribers 4, 2, 300, '1,200'",
        "mesh --publishers 3 --subscribers 2, 1, 300, 600",
        "mesh --publishers 3 --subscribers 2, 0, 300, 600",
        "pairs --clean --loops 2 --pairs 3, 1, 300, 300",
        "pairs --rate 1000 --pairs 2, 1, 300, 300"
    })
    void qos_counted_allDelivered(String topology, int qos, String messages, String deliveries) {
        BenchCall call = bench("qos --messages 300 --qos " + qos + " --topology " + topology);
        assertThat(call.out()).containsPattern("messages +" + messages + "\n");
        assertThat(call.out()).containsPattern("deliveries +" + deliveries + "\n");
    }

    @Test
    @DisplayName("qos: messages that need many reads arrive whole")
    void qos_largePayload_whole() {
        BenchCall call = bench("qos --pairs 1 --messages 20 --payload 400000 --window 4");
        assertThat(call.out()).containsPattern("deliveries +20\n");
    }

    @Test
    @DisplayName("qos: a run for some time ends after it and has a warm-up that does not count")
    void qos_timed_ends() {
        BenchCall call = bench("qos --pairs 2 --duration 0.5 --warmup 0.2");
        assertThat(call.out()).contains("publish").contains("deliver").contains("PUBLISH to PUBACK");
    }

    @DisplayName("offline: what sessions missed is delivered when they come back")
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "--sessions 20 --messages 400, 400, 400",
        "--sessions 20 --messages 100 --fan-out 10 --qos 2, 100, '1,000'",
        "--sessions 20 --messages 400 --slow 5, 400, 400",
        "--sessions 7 --messages 100 --fan-out 3 --loops 2, 100, 234"
    })
    void offline_filled_drained(String options, String messages, String deliveries) {
        BenchCall call = bench("offline " + options);
        assertThat(call.out()).containsPattern("fill\n +messages +" + messages + "\n");
        assertThat(call.out()).containsPattern("drain\n +deliveries +" + deliveries + "\n");
    }

    @Test
    @DisplayName("connect: new sessions are new, known ones known, and short lives are counted")
    void connect_threePhases_counted() {
        BenchCall call = bench("connect --sessions 50 --churn 0.3");
        assertThat(call.out()).containsPattern("storm\n +connections +50\n");
        assertThat(call.out()).containsPattern("resume\n +connections +50\n");
        assertThat(call.out()).doesNotContain("note");
        for (int i = 0; i < 5 && NO_CHURN.matcher(call.out()).find(); i++) {
            call = bench("connect --sessions 50 --churn 0.3"); // The machine stood still for all the 0.3 s.
        }
        assertThat(call.out()).containsPattern("churn\n +connections +[1-9]");
    }

    @Test
    @DisplayName("connect --idle: connections are held for the time asked, and the memory of each is told")
    void connect_idle_held() {
        BenchCall call = bench("connect --idle 30 --duration 0.3 --pid "
                + ProcessHandle.current().pid());
        assertThat(call.out()).containsPattern("open\n +connections +30\n");
        assertThat(call.out()).containsPattern("idle\n +connections +30\n");
        assertThat(call.out()).contains("bytes for each idle connection");
    }

    @Test
    @DisplayName("subscribe: all subscriptions are made and ended")
    void subscribe_both_counted() {
        BenchCall call = bench("subscribe --sessions 7 --subscriptions 100");
        assertThat(call.out()).containsPattern("subscribe\n +subscriptions +100\n");
        assertThat(call.out()).containsPattern("unsubscribe\n +subscriptions +100\n");
    }

    @DisplayName("retained: every subscriber gets every topic, and none is left")
    @ParameterizedTest(name = "QoS {0}")
    @CsvSource({"0", "1", "2"})
    void retained_setGetClear_counted(int qos) throws Exception {
        BenchCall call = bench("retained --topics 60 --subscribers 3 --qos " + qos);
        assertThat(call.out()).containsPattern("set\n +messages +60\n");
        assertThat(call.out()).containsPattern("get\n +deliveries +180\n");
        assertThat(call.out()).containsPattern("clear\n +messages +60\n");
    }

    @DisplayName("soak: subscribers come and go, and nothing is lost")
    @ParameterizedTest(name = "QoS {0}")
    @CsvSource({"1", "2"})
    void soak_comingAndGoing_nothingLost(int qos) {
        BenchCall call = bench("soak --pairs 5 --rate 500 --away 0.1 --duration 1 --qos " + qos);
        assertThat(call.out()).containsPattern("deliveries +[1-9]");
    }

    @Test
    @DisplayName("a port where nobody listens: exit code 1 and a sentence that says what, where and what to do")
    void qos_nobodyListens_toldInOneSentence() {
        BenchCall call = BenchCall.of(1, "qos");
        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err())
                .isEqualToIgnoringNewLines("holdfast: a client could not connect and subscribe at 127.0.0.1:1"
                        + ": connection refused; is a broker running there? See --host and --port");
    }

    @Test
    @DisplayName("another machine is not loaded without --i-own-this; wrong values are wrong usage")
    void qos_wrongUsage_refused() {
        BenchCall foreign = BenchCall.of(1883, "qos", "--host", "192.0.2.1");
        assertThat(foreign.exitCode()).isEqualTo(2);
        assertThat(foreign.err()).contains("--i-own-this");
        assertThat(BenchCall.of(1883, "qos", "--qos", "3").exitCode()).isEqualTo(2);
        assertThat(BenchCall.of(1883, "qos", "--payload", "23").exitCode()).isEqualTo(2);
        assertThat(BenchCall.of(1883, "qos", "--window", "0").exitCode()).isEqualTo(2);
        assertThat(BenchCall.of(1883, "qos", "--mqtt", "6").exitCode()).isEqualTo(2);
    }
}

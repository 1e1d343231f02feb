// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.Sample;
import io.holdfast.benchmarks.load.result.Target;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplerTest {
    private final AtomicLong count = new AtomicLong();
    private final List<Progress> seen = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    /** Each drain finds one latency of 2 ms. */
    private final Meter meter = new Meter() {
        @Override
        public long count() {
            return count.get();
        }

        @Override
        public void drainLatencies(Histogram into) {
            into.recordValue(2_000_000);
        }
    };

    @Test
    @DisplayName("all units and latencies are in the phase, and the timeline adds up to them")
    void sampler_someSeconds_addsUp() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"))) {
            BrokerProcess self = BrokerProcess.of(ProcessHandle.current().pid());
            BrokerWatch watch = BrokerWatch.of("127.0.0.1", broker.port(), self);
            PhasePlan plan = PhasePlan.counting("fill", "message", "PUBLISH to PUBACK", 400);
            long began = System.nanoTime();
            Sampler sampler = Sampler.begin(plan, meter, watch, seen::add);
            count.set(100);
            int before = seen.size();
            await().until(() -> seen.size() >= before + 6);
            acknowledge(broker, 10);
            count.set(400);
            PhaseResult phase = sampler.end();

            assertThat(phase.count()).isEqualTo(400);
            Duration all = Duration.ofNanos(System.nanoTime() - began);
            assertThat(phase.elapsed()).isBetween(Duration.ofMillis(1_200), all);
            assertThat(phase.timeline().stream().mapToLong(Sample::count).sum()).isEqualTo(400);
            assertThat(phase.timeline().stream().mapToLong(Sample::count).filter(sample -> sample > 0))
                    .first()
                    .isEqualTo(100L);
            assertThat(phase.latencyNanos().getTotalCount())
                    .isBetween((long) phase.timeline().size(), phase.timeline().size() + 1L);
            assertThat(phase.latencyMicros(50)).isCloseTo(2_000, within(5.0));
            assertThat(phase.cost().units()).isEqualTo(400);
            assertThat(phase.cost().cpuMicros()).isPositive();
            assertThat(phase.cost().syncs()).isPositive();
            assertThat(phase.cost().syncP99Micros()).isPositive();
            assertThat(seen.get(seen.size() - 1).plan()).isSameAs(plan);
            assertThat(seen.get(before + 4).fraction()).isEqualTo(0.25);
            assertThat(seen.get(before + 4).left()).isGreaterThan(Duration.ofSeconds(3));
        }
    }

    @Test
    @DisplayName("Holdfast tells its name, version and what its acknowledgement means")
    void watch_holdfast_told() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), "store.durability=os")) {
            Target target = BrokerWatch.of("127.0.0.1", broker.port(), null).target();
            assertThat(target.broker()).isEqualTo("holdfast");
            assertThat(target.version()).isNotEqualTo(Target.UNKNOWN).matches("\\d.*");
            assertThat(target.durability()).isEqualTo("os");
        }
    }

    @Test
    @DisplayName("a broker that cannot be asked has told nothing, and watching goes on")
    void watch_nobody_unknown() throws Exception {
        BrokerWatch watch = BrokerWatch.of("127.0.0.1", 1, null);
        assertThat(watch.target().durability()).isEqualTo(Target.UNKNOWN);
        PhasePlan plan = PhasePlan.lasting("measure", "message", "", Duration.ofSeconds(1));
        PhaseResult phase = Sampler.begin(plan, meter, watch, seen::add).end();
        assertThat(phase.cost()).isNull();
    }

    @Test
    @DisplayName("a failure while sampling is no silent end of the timeline")
    void sampler_meterFails_reported() throws Exception {
        BrokerWatch watch = BrokerWatch.of("127.0.0.1", 1, null);
        PhasePlan plan = PhasePlan.lasting("measure", "message", "", Duration.ofSeconds(1));
        Sampler sampler = Sampler.begin(plan, meter, watch, progress -> {
            seen.add(progress);
            throw new IllegalStateException("no eyes");
        });
        await().until(() -> !seen.isEmpty());
        await().untilAsserted(() ->
                assertThatThrownBy(sampler::end).hasMessageContaining("measure").hasRootCauseMessage("no eyes"));
    }

    @Test
    @DisplayName("the p99 of syncs is that of the syncs between two readings, not of all since the start")
    void syncTimes_difference_p99() {
        SyncTimes before = SyncTimes.parse("100:10 9000:500");
        assertThat(SyncTimes.parse("100:107 200:2 9000:501").p99MicrosSince(before))
                .isEqualTo(200);
        assertThat(SyncTimes.parse("100:109 200:1 9000:500").p99MicrosSince(before))
                .isEqualTo(100);
        assertThat(before.p99MicrosSince(before)).isNull();
        assertThat(SyncTimes.parse("nonsense").p99MicrosSince(SyncTimes.parse(null)))
                .isNull();
    }

    @Test
    @DisplayName("name first, version last, as Mosquitto writes it")
    void facts_mosquitto_nameAndVersion() {
        BrokerFacts facts = BrokerFacts.of(Map.of("$SYS/broker/version", "mosquitto version 2.0.11"));
        assertThat(facts)
                .isEqualTo(new BrokerFacts("mosquitto", "2.0.11", Target.UNKNOWN, null, SyncTimes.parse(null)));
    }

    private static void acknowledge(RunningBroker broker, int messages) throws Exception {
        try (WireClient kept = broker.connect("kept", false)) {
            kept.subscribe("a", QoS.AT_LEAST_ONCE);
        }
        try (WireClient publisher = broker.connect("publisher", true)) {
            for (int i = 1; i <= messages; i++) {
                publisher.send(WireClient.publish("a", "m", QoS.AT_LEAST_ONCE, i));
                publisher.expect(PubAck.class);
            }
        }
    }
}

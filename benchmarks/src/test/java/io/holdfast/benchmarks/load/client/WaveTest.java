// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.ProtocolVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Waves of clients that never connect: what is tested is whose turn it is. */
class WaveTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LoadLoops loops = new LoadLoops(2, 1);
    private final Crew crew = new Crew(
            loops,
            new Access(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                    ProtocolVersion.MQTT_3_1_1,
                    Logins.one(null, null)),
            "c");
    private final Recording recording = new Recording(loops);

    @AfterEach
    void close() {
        loops.close();
    }

    private Wave wave(int clients, Wave.Step step) {
        return new Wave(loops, clients, number -> new LoadClient(crew, number), step, recording);
    }

    @Test
    @DisplayName("every client has its turn once, also when steps end at once")
    void begin_stepsEndAtOnce_eachClientOnce() throws InterruptedException {
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        Wave wave = wave(10_001, (one, outcome) -> {
            seen.add(one.number());
            outcome.succeeded();
        });
        assertThat(wave.begin(8).await(PATIENCE)).isTrue();
        assertThat(seen).hasSize(10_001).doesNotHaveDuplicates();
        assertThat(recording.total()).isEqualTo(10_001);
        assertThat(wave.failed()).isZero();
    }

    @Test
    @DisplayName("no more clients are under way than allowed, and a wave is not over before the last has ended")
    void begin_stepsTakeTime_boundedAndAwaited() throws InterruptedException {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        // However late one of the two loops is: none of the first six ends before all of them are under way.
        Queue<Runnable> held = new ConcurrentLinkedQueue<>();
        AtomicBoolean full = new AtomicBoolean();
        Wave wave = wave(100, (one, outcome) -> {
            Runnable end = () -> later(one, () -> {
                underWay.decrementAndGet();
                outcome.succeeded();
            });
            if (full.get()) {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                end.run();
                return;
            }
            held.add(end);
            if (most.accumulateAndGet(underWay.incrementAndGet(), Math::max) == 6) {
                full.set(true);
                held.forEach(Runnable::run);
            }
        });
        assertThat(wave.begin(6).await(PATIENCE)).isTrue();
        assertThat(most.get()).isEqualTo(6);
        assertThat(underWay.get()).isZero();
    }

    @Test
    @DisplayName("failures are counted, the first reason is kept, and the others go on")
    void begin_someFail_countedAndTold() throws InterruptedException {
        Wave wave = wave(10, (one, outcome) -> {
            if (one.number() % 2 == 0) {
                outcome.failed("even");
            } else {
                outcome.succeeded();
            }
        });
        assertThat(wave.begin(2).await(PATIENCE)).isTrue();
        assertThat(wave.failed()).isEqualTo(5);
        assertThat(wave.firstFailure()).isEqualTo("even");
        assertThat(recording.total()).isEqualTo(5);
    }

    @Test
    @DisplayName("a second step begins when the first has succeeded, and not when it has failed")
    void then_firstFails_secondNotBegun() throws InterruptedException {
        AtomicInteger second = new AtomicInteger();
        Wave.Step step = (one, outcome) -> {
            if (one.number() == 0) {
                outcome.failed("zero");
            } else {
                outcome.succeeded();
            }
        };
        Wave wave = wave(3, step.then((one, outcome) -> {
            second.incrementAndGet();
            outcome.succeeded();
        }));
        assertThat(wave.begin(2).await(PATIENCE)).isTrue();
        assertThat(second.get()).isEqualTo(2);
        assertThat(wave.firstFailure()).isEqualTo("zero");
    }

    @Test
    @DisplayName("an endless wave never gives a client a turn while it has one, even when one is far slower")
    void beginEndless_oneSlow_neverTwiceAtOnce() throws InterruptedException {
        Set<Integer> underWay = ConcurrentHashMap.newKeySet();
        AtomicInteger twice = new AtomicInteger();
        Queue<Outcome> slow = new ConcurrentLinkedQueue<>();
        Wave wave = wave(6, (one, outcome) -> {
            if (!underWay.add(one.number())) {
                twice.incrementAndGet();
            }
            Outcome told = new Outcome() {
                @Override
                public void succeeded() {
                    underWay.remove(one.number());
                    outcome.succeeded();
                }

                @Override
                public void failed(String reason) {
                    outcome.failed(reason);
                }
            };
            if (one.number() == 0) {
                slow.add(told);
            } else {
                later(one, told::succeeded);
            }
        });
        wave.beginEndless(4);
        await("the others have many turns").until(() -> recording.total() > 50 && !slow.isEmpty());
        assertThat(slow).hasSize(1);
        assertThat(twice.get()).isZero();
        wave.stop();
        assertThat(wave.await(Duration.ofMillis(50))).isFalse();
        loops.of(0).executor().execute(slow.remove()::succeeded);
        assertThat(wave.await(PATIENCE)).isTrue();
    }

    private static void later(LoadClient client, Runnable task) {
        var unused = client.loop().executor().schedule(task, 1, TimeUnit.MILLISECONDS);
    }
}

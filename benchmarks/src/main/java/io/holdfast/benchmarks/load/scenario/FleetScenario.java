// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Crew;
import io.holdfast.benchmarks.load.client.LoadClient;
import io.holdfast.benchmarks.load.client.Outcome;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.measure.PhasePlan;
import io.holdfast.benchmarks.load.result.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How soon all devices are back after their broker was killed, and what those feel meanwhile who are back already. */
@Command(
        name = "fleet",
        description = {
            "Connects one client for each account (phase 'login'), kills the broker's process ('stop'), starts it again"
                    + " ('start') and lets all come back ('return'): as many at once as --at-once says, each until it is"
                    + " let in. A few witnesses ping, and publish to themselves at QoS 1, before (phases 'idle ...') and"
                    + " while the others come back ('busy ...'). Needs --pid and --accounts."
        })
public final class FleetScenario extends Scenario {
    private static final String CONNECTION = "connection";
    private static final String LATENCY = "first attempt to CONNACK";
    private static final Duration COME_AGAIN = Duration.ofMillis(500);

    @Option(
            names = "--start-cmd",
            paramLabel = "COMMAND",
            required = true,
            description = "Starts the broker in the foreground; run by 'sh'. It is left running.")
    private String startCommand = "";

    @Option(
            names = "--at-once",
            paramLabel = "N",
            description = "Clients that are on their way back at a time; by default ${DEFAULT-VALUE}.")
    private int atOnce = 1_000;

    @Option(names = "--witnesses", paramLabel = "N", description = "By default ${DEFAULT-VALUE}.")
    private int witnessCount = 10;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description = "How long the witnesses look while nothing happens; by default ${DEFAULT-VALUE}.")
    private double idleSeconds = 10;

    private final LongAdder attempts = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final AtomicReference<@Nullable String> firstRefusal = new AtomicReference<>();

    public FleetScenario() {}

    @Override
    void describe(Map<String, String> settings) {
        settings.put("accounts", Integer.toString(target().access().logins().count()));
        settings.put("atOnce", Integer.toString(atOnce));
        settings.put("witnesses", Integer.toString(witnessCount));
        settings.put("idleSeconds", Double.toString(idleSeconds));
        settings.put("startCommand", startCommand);
    }

    @Override
    Verdict perform(Run run) throws InterruptedException {
        target().atLeastOne("--at-once", atOnce);
        target().atLeastOne("--witnesses", witnessCount);
        int devices = run.access().logins().count();
        Run.requireConnections((long) devices + witnessCount);
        BrokerRestart restart = BrokerRestart.of(run, target(), startCommand);
        Crew crew = run.crew("device");
        List<LoadClient> fleet = Run.clients(crew, devices);
        Waves waves = new Waves(run);
        run.afterwards(() -> waves.forget(devices, fleet::get));
        try (Witnesses witnesses = new Witnesses(run, witnessCount)) {
            arrive(waves, "login", fleet);
            witnesses.connect();
            Witnesses.View idle = witnesses.look("idle", TargetOptions.seconds(idleSeconds));
            witnesses.expectEnd(true);
            crew.expectEnd(true);
            restart.measureStop(BrokerRestart.Signal.KILL);
            restart.measureStart();
            run.watch(target().watch(restart.pid()));
            crew.expectEnd(false);
            unknown.reset();
            attempts.reset();
            witnesses.connect();
            witnesses.expectEnd(false);
            Witnesses.View busy = witnesses.begin("busy");
            arrive(waves, "return", fleet);
            busy.end();
            tell(run, idle, busy);
        }
        return NO_MESSAGES;
    }

    private void arrive(Waves waves, String phase, List<LoadClient> fleet) throws InterruptedException {
        Wave.Step known = (client, outcome) -> {
            if (!client.sessionPresent()) {
                unknown.increment();
            }
            outcome.succeeded();
        };
        PhasePlan plan = PhasePlan.counting(phase, CONNECTION, LATENCY, fleet.size());
        Wave.Step step = this::comeUntilLetIn;
        waves.measure(plan, "connect", atOnce, fleet::get, step.then(known));
    }

    /** As a device does: told to come later, or not answered in time, it comes later. */
    private void comeUntilLetIn(LoadClient client, Outcome outcome) {
        attempts.increment();
        client.connect(Lifetime.KEPT, new Outcome() {
            @Override
            public void succeeded() {
                outcome.succeeded();
            }

            @Override
            public void failed(String reason) {
                firstRefusal.compareAndSet(null, reason);
                ScheduledFuture<?> unused = client.loop()
                        .executor()
                        .schedule(() -> comeUntilLetIn(client, outcome), COME_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private void tell(Run run, Witnesses.View idle, Witnesses.View busy) {
        int devices = run.access().logins().count();
        if (unknown.sum() > 0) {
            run.fail(unknown.sum() + " sessions were unknown to the broker that came back.");
        }
        run.note("To come back took " + attempts.sum() + " attempts of " + devices + " clients"
                + (firstRefusal.get() == null ? "." : "; the first that failed: " + firstRefusal.get() + "."));
        run.note(busy.beside(idle));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.blackbox.history.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Some rounds of work under a broker that is killed at the end of each, then a drain, then the judgement.
 *
 * <p>The seed decides who does what and when the broker dies, counted in acknowledgements; it does not decide how the
 * threads interleave, so a replay meets the same situations, not the same instant.
 */
final class Campaign {
    /** The names of clients with clean sessions end so. */
    static final String CLEAN = "-clean";

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Duration LONG_SILENCE = Duration.ofSeconds(40);

    /**
     * How much happens between two kills.
     *
     * @param roundMillisMax the longest time before a kill
     * @param acksMax the most acknowledgements before a kill
     * @param messagesPerRound how many messages each publisher sends at most in a round
     * @param cast who takes part
     * @param drainPatience how long the broker may take to come to rest in the end
     * @param silence what has not come when nothing has happened for so long is lost; above any stall of the machine
     */
    record Plan(
            int rounds,
            int roundMillisMax,
            int acksMax,
            int messagesPerRound,
            Cast cast,
            Duration drainPatience,
            Duration silence) {
        /** Kills in quick succession. */
        static Plan quick(int rounds) {
            return new Plan(rounds, 1_500, 9_000, 250, Cast.EVERYBODY, PATIENCE, LONG_SILENCE);
        }

        /** For brokers that are broken on purpose, some of which never come to rest: what they lose may be late as well. */
        static Plan control(int rounds) {
            return new Plan(rounds, 1_500, 9_000, 250, Cast.EVERYBODY, Duration.ofSeconds(20), Duration.ofSeconds(4));
        }

        /** One shared group for itself. */
        static Plan group(int rounds, Cast cast) {
            return new Plan(rounds, 1_500, 4_000, 400, cast, PATIENCE, LONG_SILENCE);
        }

        /** Rounds of up to 40 s: long enough for the rolling checkpoint to come round in between. */
        static Plan thorough(int rounds) {
            return new Plan(rounds, 40_000, 400_000, 15_000, Cast.EVERYBODY, PATIENCE, LONG_SILENCE);
        }
    }

    private final Plan plan;
    private final long seed;
    private final SplittableRandom random;
    private final History history = new History();
    private final Gate gate = new Gate();
    private final WillDelays willDelays = new WillDelays();
    private final BrokerProcess broker;
    private final KillSwitch killSwitch;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private final boolean mayFail;

    private Campaign(BrokerProcess broker, boolean mayFail, long seed, Plan plan) {
        this.mayFail = mayFail;
        this.plan = plan;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.broker = broker;
        this.killSwitch = new KillSwitch(gate, broker);
        actors.addAll(plan.cast().actors(this));
    }

    /** What a campaign found, and how much it did. */
    record Outcome(List<Violation> violations, int events, long received, long owned, String brokerOutput) {
        /** The history itself lies in the temporary folder of the tests when something was found. */
        @Override
        public String toString() {
            return owned + " messages acknowledged, " + received + " deliveries, " + events + " events, "
                    + violations.size() + " violations";
        }
    }

    /** Runs a whole campaign on a new data folder. */
    static Outcome run(BrokerCommand command, long seed, Plan plan) throws IOException, InterruptedException {
        try (BrokerProcess broker = BrokerProcess.start(command, "connect-timeout=5m")) {
            Campaign campaign = new Campaign(broker, command.mayFail(), seed, plan);
            campaign.startThreads();
            try {
                for (int round = 0; round < plan.rounds(); round++) {
                    campaign.round();
                }
                campaign.drain();
            } finally {
                campaign.leave();
            }
            return campaign.outcome();
        }
    }

    /** Whether connections may break while the broker runs. */
    boolean mayFail() {
        return mayFail;
    }

    History history() {
        return history;
    }

    Gate gate() {
        return gate;
    }

    KillSwitch killSwitch() {
        return killSwitch;
    }

    WillDelays willDelays() {
        return willDelays;
    }

    Plan plan() {
        return plan;
    }

    long seed() {
        return seed;
    }

    int port() {
        return broker.port();
    }

    private void startThreads() {
        for (Actor actor : actors) {
            Thread thread = new Thread(actor, actor.name);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void round() throws IOException, InterruptedException {
        int acks = random.nextInt(1, random.nextBoolean() ? 200 : plan.acksMax());
        int millis = random.nextInt(100, plan.roundMillisMax());
        boolean stopped = random.nextInt(10) == 0;
        boolean killedWhileStarting = random.nextInt(6) == 0;
        if (stopped) {
            history.record(new Event.Note("", "SIGTERM after " + millis + " ms"));
            gate.set(Gate.Mode.OPEN);
            waitMillis(millis);
            gate.set(Gate.Mode.CLOSED);
            broker.terminate();
        } else {
            history.record(new Event.Note("", "SIGKILL after " + acks + " acknowledgements or " + millis + " ms"));
            killSwitch.arm(acks);
            gate.set(Gate.Mode.OPEN);
            killSwitch.await(millis);
        }
        if (killedWhileStarting) {
            broker.restartWithoutWaiting();
            waitMillis(random.nextInt(50, 1_000));
            broker.kill();
        }
        broker.restart();
        awaitAllGone();
        willDelays.forget();
        throwFailures();
    }

    /** The judge of shared groups wants to know that a clean session is gone before its messages go to others. */
    private void awaitAllGone() {
        Awaitility.await("clients notice the end of the broker")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> actors.stream()
                        .noneMatch(actor -> actor.online() && actor.failure().isEmpty()));
    }

    /** Lets time pass in which only the clients work. */
    private static void waitMillis(int millis) throws InterruptedException {
        // Nothing counts it down: the time is the condition.
        boolean signalled = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        assert !signalled;
    }

    private void drain() throws IOException {
        history.record(new Event.Note("", "drain"));
        gate.set(Gate.Mode.DRAIN);
        boolean drained = false;
        try {
            drained = awaitRest();
        } catch (ConditionTimeoutException e) {
            history.record(new Event.Note("", "the broker did not come to rest: " + e.getMessage()));
        }
        history.record(new Event.Note("", drained ? "drained" : "not drained"));
        throwFailures();
    }

    /** Waits until all that is owed has come, or until nothing has happened for so long that the judge may name it. */
    private boolean awaitRest() {
        AtomicInteger size = new AtomicInteger(-1);
        AtomicInteger judgedSize = new AtomicInteger(-1);
        AtomicLong changedNanos = new AtomicLong(System.nanoTime());
        AtomicBoolean drained = new AtomicBoolean();
        Awaitility.await("rest")
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(plan.drainPatience())
                .until(() -> {
                    int now = history.size();
                    if (size.getAndSet(now) != now) {
                        changedNanos.set(System.nanoTime());
                    }
                    long quietNanos = System.nanoTime() - changedNanos.get();
                    if (quietNanos > QUIET.toNanos()
                            && actors.stream().allMatch(Actor::idle)
                            && judgedSize.getAndSet(now) != now) {
                        drained.set(HistoryChecker.missing(history.events()).isEmpty());
                    }
                    return drained.get() || quietNanos > plan.silence().toNanos();
                });
        return drained.get();
    }

    /** Everybody says DISCONNECT under the eyes of a witness of retained messages and of wills that must not come. */
    private void leave() throws IOException, InterruptedException {
        if (gate.mode() != Gate.Mode.DRAIN) {
            gate.set(Gate.Mode.LEAVE); // A failure is under way: only end the threads.
            threads.forEach(Thread::interrupt);
            return;
        }
        try (Witness witness = new Witness(history, broker.port(), plan.silence())) {
            witness.readRetained();
            gate.set(Gate.Mode.LEAVE);
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
            }
            witness.readRest();
        }
        throwFailures();
    }

    private void throwFailures() {
        for (Actor actor : actors) {
            actor.failure().ifPresent(failure -> {
                throw new AssertionError(
                        "client " + actor.name + " ended: " + failure + "\n" + broker.output(), failure);
            });
        }
    }

    private Outcome outcome() throws IOException {
        List<Event> events = history.events();
        List<Violation> violations = HistoryChecker.checkDrained(events);
        if (!violations.isEmpty()) {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), "history-" + seed + ".txt");
            Stream<String> lines = IntStream.range(0, events.size()).mapToObj(at -> at + " " + events.get(at));
            Files.write(
                    file,
                    Stream.concat(lines, violations.stream().map(Violation::toString))
                            .toList());
        }
        return new Outcome(
                violations,
                events.size(),
                events.stream().filter(event -> event instanceof Event.Received).count(),
                events.stream()
                        .filter(event -> event instanceof Event.PublishOwned)
                        .count(),
                broker.output());
    }
}

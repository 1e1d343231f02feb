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
import java.util.concurrent.atomic.AtomicInteger;
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

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Duration LONG_SILENCE = Duration.ofSeconds(4);

    /**
     * How much happens between two kills.
     *
     * @param roundMillisMax the longest time before a kill
     * @param acksMax the most acknowledgements before a kill
     * @param messagesPerRound how many messages each publisher sends at most in a round
     * @param cast who takes part
     * @param drainPatience how long the broker may take to come to rest in the end
     */
    record Plan(int rounds, int roundMillisMax, int acksMax, int messagesPerRound, Cast cast, Duration drainPatience) {
        /** Kills in quick succession. */
        static Plan quick(int rounds) {
            return new Plan(rounds, 1_500, 9_000, 250, Cast.EVERYBODY, PATIENCE);
        }

        /** For brokers that are broken on purpose, some of which never come to rest. */
        static Plan control(int rounds) {
            return new Plan(rounds, 1_500, 9_000, 250, Cast.EVERYBODY, Duration.ofSeconds(10));
        }

        /** One shared group for itself. */
        static Plan group(int rounds, Cast cast) {
            return new Plan(rounds, 1_500, 4_000, 400, cast, PATIENCE);
        }

        /** Rounds of up to 40 s: long enough for the rolling checkpoint to come round in between. */
        static Plan thorough(int rounds) {
            return new Plan(rounds, 40_000, 400_000, 15_000, Cast.EVERYBODY, PATIENCE);
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
        try (BrokerProcess broker = BrokerProcess.start(command)) {
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
            // What is not there after a long silence will not come any more: the judge names it.
            for (int size = -1; !drained && size != history.size(); ) {
                size = history.size();
                awaitQuiet(QUIET);
                drained = drained();
                if (!drained && size == history.size()) {
                    awaitQuiet(LONG_SILENCE);
                    drained = drained();
                }
            }
        } catch (ConditionTimeoutException e) {
            history.record(new Event.Note("", "the broker did not come to rest: " + e.getMessage()));
        }
        history.record(new Event.Note("", drained ? "drained" : "not drained"));
        throwFailures();
    }

    private boolean drained() {
        return actors.stream().allMatch(Actor::idle)
                && HistoryChecker.missing(history.events()).isEmpty();
    }

    /** Waits until nobody has done or seen anything for a while. */
    private void awaitQuiet(Duration silence) {
        AtomicInteger last = new AtomicInteger(-1);
        Awaitility.await("silence")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .during(silence)
                .atMost(plan.drainPatience())
                .until(() -> {
                    int size = history.size();
                    return last.getAndSet(size) == size;
                });
    }

    /** Everybody says DISCONNECT under the eyes of a witness of retained messages and of wills that must not come. */
    private void leave() throws IOException, InterruptedException {
        if (gate.mode() != Gate.Mode.DRAIN) {
            gate.set(Gate.Mode.LEAVE); // A failure is under way: only end the threads.
            threads.forEach(Thread::interrupt);
            return;
        }
        try (Witness witness = new Witness(history, broker.port())) {
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

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.benchmarks.load.client.Crew;
import io.holdfast.benchmarks.load.client.Publisher;
import io.holdfast.benchmarks.load.client.Publishing;
import io.holdfast.benchmarks.load.client.Recording;
import io.holdfast.benchmarks.load.client.Subscriber;
import io.holdfast.benchmarks.load.client.Traffic;
import io.holdfast.benchmarks.load.client.Traffic.Shape;
import io.holdfast.benchmarks.load.client.Wave;
import io.holdfast.benchmarks.load.result.Verdict;
import io.holdfast.benchmarks.load.verify.Ledger;
import io.holdfast.benchmarks.load.verify.Streams;
import io.holdfast.protocol.packet.QoS;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The publishers and subscribers of a run, and the accounts of what passes between them. */
final class Cast {
    private final Run run;
    private final Waves waves;
    private final Layout layout;
    private final Lifetime lifetime;
    private final QoS qos;
    private final Streams streams;
    private final Ledger ledger;
    private final Traffic traffic;
    private final Recording acknowledged;
    private final Recording delivered;
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final Publishing publishing;
    private final LongAdder unknownSessions = new LongAdder();

    /**
     * A cast that has not connected.
     *
     * @param sort tells its clients from those of another cast of the same run
     * @param publisherCount at most as many as there are streams, which are dealt out to them
     * @param lifetime of all sessions
     */
    Cast(Run run, String sort, Layout layout, int publisherCount, Shape shape, Lifetime lifetime) {
        this.run = run;
        this.layout = layout;
        this.lifetime = lifetime;
        waves = new Waves(run);
        qos = shape.qos();
        streams = new Streams(layout.topics());
        ledger = new Ledger(streams, qos);
        acknowledged = new Recording(run.loops());
        delivered = new Recording(run.loops());
        traffic = new Traffic(shape, streams, acknowledged);
        Crew subscriberCrew = run.crew(sort + "sub");
        for (int i = 0; i < layout.receivers(); i++) {
            subscribers.add(new Subscriber(
                    subscriberCrew,
                    i,
                    qos,
                    ledger.addReceiver(layout.firstStream(i), layout.streamsHeard()),
                    delivered));
        }
        Crew publisherCrew = run.crew(sort + "pub");
        for (int i = 0; i < publisherCount; i++) {
            int first = (int) ((long) layout.streams() * i / publisherCount);
            int end = (int) ((long) layout.streams() * (i + 1) / publisherCount);
            publishers.add(new Publisher(publisherCrew, i, traffic, first, end - first));
        }
        publishing = new Publishing(run.loops(), publishers);
        if (lifetime == Lifetime.KEPT) {
            run.afterwards(this::forget);
        }
    }

    private void forget() {
        waves.forget(subscribers.size(), subscribers::get);
        waves.forget(publishers.size(), publishers::get);
    }

    /** Subscribers connect and subscribe, and stay. */
    void join() {
        Run.requireConnections(publishers.size() + subscribers.size());
        waves.require("connect and subscribe", subscribers.size(), subscribers::get, joining());
    }

    /** Subscribers connect, subscribe and leave: their sessions wait for messages. */
    void joinAndLeave() {
        Run.requireConnections(publishers.size() + Math.min(Waves.OPEN_MAX, subscribers.size()));
        waves.require(
                "subscribe", subscribers.size(), subscribers::get, joining().then(Waves.disconnect()));
    }

    private Wave.Step joining() {
        return Waves.connect(lifetime)
                .then((client, outcome) -> client.subscribe(layout.filter(client.number()), qos, outcome));
    }

    /** Subscribers that were away come back for what is owed to them; those beyond a number leave when they have it. */
    Wave comeBack() {
        Wave.Step receive = (client, outcome) -> {
            if (!client.sessionPresent()) {
                unknownSessions.increment();
            }
            Subscriber subscriber = subscribers.get(client.number());
            subscriber.awaitReceived(layout.owedTo(client.number(), streams), outcome);
        };
        Wave.Step step = Waves.connect(lifetime).then(receive);
        boolean many = subscribers.size() > Waves.OPEN_MAX;
        return waves.begin(subscribers.size(), subscribers::get, many ? step.then(Waves.disconnect()) : step);
    }

    /** Makes all subscribers slow readers. */
    void slowDown(Duration rest) {
        subscribers.forEach(subscriber -> subscriber.slowDown(rest));
    }

    /** Sessions that a broker should have kept and did not. */
    long unknownSessions() {
        return unknownSessions.sum();
    }

    /** Some subscribers at a time go away for a while and come back, until the wave is stopped. */
    Wave takeTurnsAway(int awayAtOnce, Duration away) {
        Wave.Step step = Waves.disconnect().then(Waves.pause(away)).then(Waves.connect(lifetime));
        return new Wave(run.loops(), subscribers.size(), subscribers::get, step, new Recording(run.loops()))
                .beginEndless(awayAtOnce);
    }

    void disconnectSubscribers() {
        waves.require("disconnect", subscribers.size(), subscribers::get, Waves.disconnect());
    }

    void connectPublishers() {
        waves.require("connect", publishers.size(), publishers::get, Waves.connect(lifetime));
    }

    void disconnectPublishers() {
        waves.require("disconnect", publishers.size(), publishers::get, Waves.disconnect());
    }

    Publishing publishing() {
        return publishing;
    }

    /** Messages that the broker has taken over. */
    Recording acknowledged() {
        return acknowledged;
    }

    /** Messages that subscribers got, each counted once for each of them. */
    Recording delivered() {
        return delivered;
    }

    /** Waits until so many messages are sent, or the user wants the end. */
    void awaitSent(long messages) {
        run.waiting().settle(() -> traffic.sent() >= messages || run.waiting().isInterrupted(), traffic::sent);
    }

    /** Waits until every message that was sent is acknowledged. */
    void awaitAcknowledged() {
        if (!run.waiting().settle(() -> traffic.outstanding() <= 0, acknowledged::total)) {
            run.fail(traffic.outstanding() + " messages were not acknowledged within "
                    + run.waiting().patience().toSeconds() + " s.");
        }
        if (traffic.refused() > 0) {
            run.fail("The broker refused " + traffic.refused() + " messages: " + traffic.firstRefusal() + ".");
        }
    }

    /** Waits until every delivery that is owed has come, or nothing comes any more: the verdict tells which. */
    void awaitDelivered() {
        long owed = owed();
        run.waiting().settle(() -> delivered.total() >= owed, delivered::total);
    }

    /** How many deliveries the messages sent so far amount to. Only while nobody publishes. */
    long owed() {
        return layout.owed(streams);
    }

    /** After an interruption nobody can tell what is lost from what has not been fetched. */
    Verdict verdict() {
        Verdict found = ledger.verdict(List.of());
        if (!run.waiting().isInterrupted() || found.lost() == 0) {
            return found;
        }
        run.note(found.lost() + " messages had not been delivered when the run was interrupted.");
        return new Verdict(0, found.doubled(), found.reordered(), found.corrupted(), found.notes());
    }
}

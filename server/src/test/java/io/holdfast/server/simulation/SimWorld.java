// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.simulation.Profile.Act;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.testkit.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One schedule: clients, network, broker and disk, one step at a time, all decided by a seed. */
final class SimWorld {
    private static final int DRAIN_STEPS_MAX = 30_000;
    private static final int CLIENTS = 3;
    private static final long START_MILLIS = 1_000_000;

    final Dice dice;
    final Faults faults;
    final Profile profile;
    final SimConfig config;
    final History history = new History();
    final Ledger ledger = new Ledger(history);
    final FiveRules five = new FiveRules(this);
    final List<SimClient> clients = new ArrayList<>();
    final List<SimConnection> connections = new ArrayList<>();
    final Map<ShardEvent, Integer> counts = new EnumMap<>(ShardEvent.class);

    private final Chatter chatter;

    MemoryStore memory = new MemoryStore();
    SimBroker broker;

    private final StringBuilder trace = new StringBuilder();
    private final boolean tracing;
    /** Longer than any delay or expiry that is not for ever. */
    private static final long LONG_MILLIS = 1_000_000_000;

    private long wallMillis = START_MILLIS;
    private boolean comingBack = true;
    private long latestMillis = START_MILLIS;
    private int now;
    private int instance;
    private int crashes;
    private boolean draining;

    // The steps that are possible now.
    private final List<Runnable> steps = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private double[] weights = new double[128];
    private double total;

    /** A schedule of chance; a profile of chance too where none is given. */
    static SimWorld random(long seed, Faults faults, @Nullable Profile given, boolean tracing) {
        Dice dice = new Dice(seed);
        Profile profile = given == null ? Profile.random(dice) : given;
        return new SimWorld(dice, faults, profile, SimConfig.of(dice, profile), tracing);
    }

    SimWorld(Dice dice, Faults faults, Profile profile, SimConfig config, boolean tracing) {
        this.dice = dice;
        this.faults = faults;
        this.tracing = tracing;
        this.profile = profile;
        this.config = config;
        chatter = new Chatter(this);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimClient(this, "c" + i));
        }
        broker = new SimBroker(this, faults.store(memory));
    }

    // ---- what others ask

    int now() {
        return now;
    }

    int instance() {
        return instance;
    }

    int crashes() {
        return crashes;
    }

    long wallMillis() {
        return wallMillis;
    }

    boolean isDraining() {
        return draining;
    }

    String traced() {
        return trace.toString();
    }

    void trace(Supplier<String> line) {
        if (tracing) {
            trace.append(line.get()).append('\n');
        }
    }

    SimConnection open(SimClient client) {
        int shard = SessionNumbers.shard(client.id, SimBroker.SHARDS);
        SimConnection connection = new SimConnection(client, broker, shard, config.writableMax());
        connections.add(connection);
        return connection;
    }

    void received(SimClient client, Publish publish, SimConnection.ToClient arrival) {
        trace(() -> "  " + client.id + " receives label " + arrival.label() + " index " + arrival.index());
        five.received(client, publish, arrival);
        history.received.add(new History.Received(
                now,
                arrival.leftAt(),
                client.epoch(),
                arrival.label(),
                publish.qos().level(),
                publish.retain(),
                publish.dup(),
                arrival.number(),
                arrival.index(),
                arrival.group(),
                instance));
    }

    void counted(ShardEvent event) {
        counts.merge(event, 1, Integer::sum);
        if (event == ShardEvent.MESSAGE_MISSING) {
            throw new Violation("a message that a session still needs is gone");
        }
    }

    /** The number of a client's session with rows, or -1. */
    long session(String client) {
        byte[] row = memory.get(Table.CLIENT, Keys.text(client.getBytes(StandardCharsets.UTF_8)));
        try {
            return row == null ? -1 : ClientRecord.parseFrom(row).getSession();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("a client row cannot be read: " + e);
        }
    }

    /** Numbers of the shared groups that have members with rows, or of the one with this filter that a session is in. */
    Set<Long> groups() {
        Set<Long> groups = new HashSet<>();
        try (RowCursor rows = memory.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
                if (SubscriptionOptions.isShared(row.getOptions())) {
                    groups.add(Keys.number(rows.key()));
                }
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("a subscription row cannot be read: " + e);
        }
        return groups;
    }

    /** The group of a member's shared subscription, as its row says. */
    long group(long member, TopicFilter filter) {
        byte[] row = memory.get(Table.SUBSCRIPTION, Keys.subscription(member, filter.utf8()));
        try {
            return row == null ? 0 : SubscriptionRecord.parseFrom(row).getGroup();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("a subscription row cannot be read: " + e);
        }
    }

    Set<TopicFilter> subscriptionRows(long number) {
        Set<TopicFilter> filters = new HashSet<>();
        try (RowCursor rows = memory.cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.next()) {
                filters.add(TopicFilter.parse(Keys.subscriptionFilter(rows.key())));
            }
        }
        return filters;
    }

    // ---- the run

    /** Runs the schedule and judges it; throws {@link Violation}. */
    void run(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
        new Drain(this).run();
    }

    /** Faults and new work stop; what is under way goes on. */
    void calm() {
        draining = true;
    }

    /** All delays and expiries pass while nobody comes back; then nothing may be left that waited for its time. */
    void timePasses() {
        comingBack = false;
        drain();
        wallMillis += LONG_MILLIS;
        broker.pass(wallMillis);
        expireDue();
        drain();
        for (SimClient client : clients) {
            if (client.state == SimClient.State.OFF) {
                client.afterlife().timeIsUp();
            }
        }
        try (RowCursor rows = memory.cursor(Table.TIMER, Keys.number(1), Keys.end())) {
            if (rows.next()) {
                throw new Violation("a timer has passed and nothing came of it: " + Keys.timerKind(rows.key()) + " of "
                        + Keys.timerSession(rows.key()));
            }
        }
        try (RowCursor rows = memory.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                requireAlive(rows.record(), Keys.number(rows.key()));
            }
        }
        comingBack = true;
    }

    private static void requireAlive(byte[] record, long number) {
        try {
            SessionRecord session = SessionRecord.parseFrom(record);
            boolean alone = session.getDisconnectedMillis() != 0;
            if (alone && Integer.toUnsignedLong(session.getExpirySeconds()) != SimClient.NEVER_EXPIRES) {
                throw new Violation("session " + number + " outlives its expiry: " + session);
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("a session row cannot be read: " + e);
        }
    }

    /** A broker's clock shows this. */
    void reached(long millis) {
        latestMillis = Math.max(latestMillis, millis);
    }

    /** The latest that any broker so far took the time to be: after a crash clocks may be behind it. */
    long latestMillis() {
        return latestMillis;
    }

    /** A time that no later event of the broker, in this life or the next, is before. */
    long surelyPassedMillis() {
        return Math.min(broker.nowMillis(), ledger.durableMillis());
    }

    /** Runs until nothing more can happen. */
    void drain() {
        for (int i = 0; i < DRAIN_STEPS_MAX; i++) {
            if (!step()) {
                return;
            }
        }
        throw new Violation("does not drain: " + names + " " + clients);
    }

    /** A step's time. */
    void pass(long millis) {
        now++;
        wallMillis += millis;
        broker.pass(wallMillis);
    }

    /** One step; false when none is possible. */
    boolean step() {
        pass(dice.below(5));
        if (!draining && dice.chance(profile.crashRate())) {
            crash();
            return true;
        }
        steps.clear();
        names.clear();
        total = 0;
        clientSteps();
        networkSteps();
        brokerSteps();
        if (steps.isEmpty()) {
            return false;
        }
        double at = dice.fraction() * total;
        int i = 0;
        while (i < steps.size() - 1 && at >= weights[i]) {
            at -= weights[i++];
        }
        String name = names.get(i);
        trace(() -> now + " " + name);
        steps.get(i).run();
        return true;
    }

    private void may(Act act, String name, Runnable step) {
        double weight = profile.weight(act);
        if (steps.size() == weights.length) {
            weights = java.util.Arrays.copyOf(weights, weights.length * 2);
        }
        weights[steps.size()] = weight;
        total += weight;
        steps.add(step);
        names.add(act + " " + name);
    }

    private void clientSteps() {
        for (SimClient client : clients) {
            if (client.state == SimClient.State.OFF && comingBack) {
                may(Act.CONNECT, client.id, () -> chatter.connect(client));
            }
            SimConnection connection = client.connection;
            if (connection != null && !connection.toClient.isEmpty()) {
                may(Act.RECEIVE, client.id, client::receive);
            }
            if (client.canAcknowledge()) {
                may(Act.ACKNOWLEDGE, client.id, () -> chatter.acknowledge(client));
            }
            if (!draining) {
                talk(client);
            }
        }
    }

    private void talk(SimClient client) {
        if (client.canPublish()) {
            may(Act.PUBLISH, client.id, () -> chatter.publish(client));
        }
        if (client.canSubscribe()) {
            may(Act.SUBSCRIBE, client.id, () -> chatter.subscribe(client));
        }
        if (client.canUnsubscribe()) {
            may(Act.UNSUBSCRIBE, client.id, () -> chatter.unsubscribe(client));
        }
        if (client.state == SimClient.State.ON) {
            may(Act.LEAVE, client.id, client::leave);
            may(Act.TAKE_OVER, client.id, () -> chatter.connect(client));
        }
    }

    private void networkSteps() {
        for (SimConnection connection : List.copyOf(connections)) {
            boolean abandoned = connection.client.connection != connection;
            if (connection.isReadable()) {
                may(Act.PACKET, connection.peer(), () -> broker.read(connection));
            }
            if (!draining) {
                may(Act.CUT, connection.peer(), () -> cut(connection));
            } else if (abandoned && (connection.toServer.isEmpty() || !connection.isOpen())) {
                may(Act.CUT, connection.peer(), () -> cut(connection));
            }
        }
    }

    private void brokerSteps() {
        for (int i = 0; i < SimBroker.SHARDS; i++) {
            int shard = i;
            if (!broker.tasks(i).isEmpty()) {
                may(i == 0 ? Act.TASK_0 : Act.TASK_1, "", () -> broker.runTask(shard));
            }
            if (broker.isInBurst(i)) {
                may(Act.BURST, "shard " + i, () -> broker.endBurst(shard));
            }
            if (!draining) {
                may(Act.TICK, "shard " + i, () -> broker.shard(shard).tick());
            }
        }
        commitSteps();
        if (broker.pageCount() > 0) {
            may(Act.PAGE, "", () -> broker.readPage(dice.below(broker.pageCount())));
        }
        if (!broker.uncounted.isEmpty()) {
            long number = dice.of(List.copyOf(broker.uncounted));
            may(Act.RECOUNT, "session " + number, () -> broker.recount(number));
        }
        if (!draining) {
            may(Act.HAND, "", broker::moveHand);
            may(Act.SWEEP, "", broker::sweep);
            may(Act.CLOCK, "", this::moveClock);
            may(Act.QUIESCE, "", this::quiesce);
            may(Act.RESTART, "", this::restart);
            if (config.expires()) {
                may(Act.EXPIRE, "", this::expire);
            }
        }
    }

    private void commitSteps() {
        if (broker.synced) {
            may(Act.COMPLETE, "", broker::complete);
            return;
        }
        if (broker.urgent) {
            may(Act.SYNC, "", broker::sync);
            return;
        }
        if (!broker.submitted.isEmpty()) {
            may(Act.BUILD, "", () -> broker.build(dice.between(1, broker.submitted.size())));
        }
        if (broker.committer.hasUnsynced()) {
            may(Act.SYNC_LAZY, "", broker::sync);
        }
        if (!draining) {
            may(Act.DELETE_DEAD, "", broker::deleteDead);
        }
    }

    // ---- rare steps

    /** The connection breaks: what is on the wire is lost, and each side notices. */
    void cut(SimConnection connection) {
        connections.remove(connection);
        connection.toServer.clear();
        connection.toClient.clear();
        if (connection.client.connection == connection) {
            connection.client.off();
        }
        SimBroker at = connection.broker;
        at.later(connection.shard, "closed", () -> at.shard(connection.shard).onClosed(connection));
    }

    private void moveClock() {
        wallMillis += dice.of(-100_000L, -1_000L, 10_000L);
    }

    private void quiesce() {
        broker.rest();
        broker.compareAll();
    }

    /** Time jumps to some expiry. */
    private void expire() {
        try (RowCursor rows = memory.cursor(Table.TIMER, Keys.number(1), Keys.end())) {
            while (rows.next()) {
                if (dice.chance(.5)) {
                    wallMillis = Math.max(wallMillis, Keys.timerDueMillis(rows.key()));
                    broker.pass(wallMillis);
                    expireDue();
                    return;
                }
            }
        }
    }

    /** What the broker does once a second: sessions whose time has come are told to their shards. */
    void expireDue() {
        try (RowCursor rows = memory.cursor(Table.TIMER, Keys.number(1), Keys.number(broker.nowMillis() + 1))) {
            while (rows.next()) {
                long due = Keys.timerDueMillis(rows.key());
                long number = Keys.timerSession(rows.key());
                TimerKind kind = Keys.timerKind(rows.key());
                if (kind == TimerKind.SESSION_EXPIRY) {
                    clients.forEach(client -> client.maybeEnded |= session(client.id) == number);
                }
                broker.later(
                        SessionNumbers.shard(number, SimBroker.SHARDS),
                        kind + " of " + number,
                        () -> broker.shardOf(number).onTimerDue(number, due, kind));
            }
        }
    }

    private void crash() {
        crash(dice.between(0, memory.unsyncedBatches()));
    }

    /** The broker dies; the disk has kept this many of the batches that were not synced. */
    void crash(int kept) {
        crashes++;
        trace(() -> now + " CRASH keeps " + kept + " of " + memory.unsyncedBatches());
        ledger.crashed(kept);
        memory = memory.crash(kept);
        start();
    }

    void start() {
        instance++;
        connections.clear();
        clients.forEach(SimClient::off);
        for (SimClient client : clients) {
            client.restore(subscriptionRows(session(client.id)));
        }
        broker = new SimBroker(this, faults.store(memory));
    }

    /** A clean stop and start; now and then the broker dies on the way. */
    private void restart() {
        broker.closeAll();
        broker.rest();
        if (dice.chance(.2)) {
            crash();
            return;
        }
        stop();
        start();
    }

    /** What a clean stop leaves on disk. */
    void stop() {
        turnHand();
        broker.compareAll();
        broker.committer.stopCleanly(new StopNotes(0, 0));
        memory = memory.crash(0);
        if (isCounted()) {
            checkCounters();
        }
    }

    /** Whether the last stop could leave its counters. */
    boolean isCounted() {
        return memory.get(Table.META, MetaRow.CLEAN_STOP.key()) != null;
    }

    /** The counters of live messages that a clean stop left, against the ledger (C08). */
    private void checkCounters() {
        Set<Long> sessions = new HashSet<>();
        try (RowCursor rows = memory.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                sessions.add(Keys.number(rows.key()));
            }
        }
        Map<Long, Long> expected =
                ledger.liveByBlock(sessions, config.commitSizes().blockMessages());
        Map<Long, Long> found = new TreeMap<>();
        try {
            CleanStop stop = CleanStop.parseFrom(memory.get(Table.META, MetaRow.CLEAN_STOP.key()));
            for (int i = 0; i < stop.getBlockCountersCount(); i += 2) {
                if (stop.getBlockCounters(i + 1) != 0) {
                    found.put(stop.getBlockCounters(i), stop.getBlockCounters(i + 1));
                }
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("the row of a clean stop cannot be read: " + e);
        }
        if (!found.equals(expected)) {
            throw new Violation("counters of live messages are " + found + " instead of " + expected);
        }
    }

    /** Visits all segments, until rows say what the log says. */
    void turnHand() {
        broker.rest();
        for (int i = 0; broker.moveHand(); i++) {
            broker.rest();
            if (i > 10 * SimConfig.SEGMENTS) {
                throw new Violation("the hand does not come to an end");
            }
        }
    }
}

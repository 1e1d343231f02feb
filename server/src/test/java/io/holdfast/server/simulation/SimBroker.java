// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.CommittedSubscriptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.session.ShardEnvironment;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.session.ShardProbe;
import io.holdfast.server.session.StoredMessages;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** One life of the broker: it dies whole, and its constructor is the recovery. */
final class SimBroker {
    static final int SHARDS = 2;

    /** Something that a shard's thread is still to do. */
    record Task(String name, Runnable run) {}

    private record Page(int shard, QueuePage page) {}

    final SimWorld world;
    final RowStore store;
    final GroupCommitter committer;
    final ArrayDeque<HandOver> submitted = new ArrayDeque<>();
    final Set<Long> uncounted = new LinkedHashSet<>();

    private final Faults faults;
    private final SubscriptionTree tree = new SubscriptionTree();
    private final CommittedSubscriptions subscriptions;
    private final List<SessionShard> shards = new ArrayList<>();
    private final List<ArrayDeque<Task>> tasks = new ArrayList<>();
    private final List<Page> pages = new ArrayList<>();
    private final List<List<Runnable>> deliveries = new ArrayList<>();
    private final boolean[] inBurst = new boolean[SHARDS];
    private final long recoveredPosition;
    private long nextSequence;
    private long nowMillis;

    /** A built group waits for its sync; nothing is built meanwhile. */
    boolean urgent;

    /** The sync has returned and its groups wait to be passed on. */
    boolean synced;

    SimBroker(SimWorld world, RowStore store) {
        this.world = world;
        this.store = store;
        faults = world.faults;
        LogReplay replay = new LogReplay(store, world.config.space()).run();
        LogTail tail = new LogTail(store, SHARDS, number -> SessionNumbers.shard(number, SHARDS)).run();
        StartState start = StartState.read(faults.countedFrom(store), tail);
        nowMillis = Math.max(world.wallMillis(), start.lastTimeMillis());
        nextSequence = start.nextSession();
        recoveredPosition = start.position();
        checkRecovered(replay);
        subscriptions = new CommittedSubscriptions(tree, store);
        committer = new GroupCommitter(store, new Listener(), start, SHARDS, world.config.commitSizes());
        for (int i = 0; i < SHARDS; i++) {
            tasks.add(new ArrayDeque<>());
            deliveries.add(new ArrayList<>());
            shards.add(new SessionShard(
                    i,
                    SHARDS,
                    new Environment(i),
                    store,
                    world.config.space(),
                    world.config.limits(),
                    tree,
                    start.position(),
                    world.config.shardSizes()));
        }
        loadSubscriptions();
        SimGroups groups = new SimGroups(store);
        committer.adopt(groups.members(), number -> SessionNumbers.shard(number, SHARDS));
        for (int i = 0; i < SHARDS; i++) {
            shards.get(i).adopt(tail.of(i));
            if (!faults.visitsUnread()) {
                ShardProbe.passUnread(shards.get(i));
            }
        }
        leftOvers(start.lastTimeMillis());
        oweRetained();
        groups.orphans().forEach(group -> shardOf(group).endGroup(group));
        Arrays.stream(start.sessionsToCount()).forEach(uncounted::add);
    }

    // ---- recovery

    private void checkRecovered(LogReplay replay) {
        if (!faults.isLedgerKept()) {
            return;
        }
        if (!replay.damaged().isEmpty()) {
            throw new Violation("damaged rows after a crash: " + replay.damaged());
        }
        try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                long number = Keys.number(rows.key());
                SessionState state = replay.sessions().get(number);
                SessionState found = state == null ? SessionRows.load(store, number, world.config.space()) : state;
                world.ledger.compare("after recovery", found, store);
            }
        }
    }

    private interface SubscriptionRow {
        void row(long number, TopicFilter filter, SubscriptionRecord record);
    }

    private void subscriptionRows(SubscriptionRow each) {
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                TopicFilter filter = TopicFilter.parse(Keys.subscriptionFilter(rows.key()));
                each.row(Keys.number(rows.key()), filter, SubscriptionRecord.parseFrom(rows.record()));
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("a subscription row cannot be read: " + e);
        }
    }

    private void loadSubscriptions() {
        subscriptionRows((number, filter, row) -> {
            if (row.getGroup() == 0) {
                tree.put(filter, number, row.getOptions(), row.getIdentifier());
            }
        });
    }

    private void oweRetained() {
        subscriptionRows((number, filter, row) -> {
            if (row.getOwed() && faults.goesOnWithRetained()) {
                shardOf(number).oweRetained(number, filter, row.getOptions());
            }
        });
    }

    private void leftOvers(long endedMillis) {
        List<Long> numbers = new ArrayList<>();
        try (RowCursor rows = store.cursor(Table.TIMER, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                if (Keys.timerKind(rows.key()) == TimerKind.CONNECTED) {
                    numbers.add(Keys.timerSession(rows.key()));
                }
            }
        }
        if (faults.seesLeftOvers()) {
            numbers.forEach(
                    number -> shardOf(number).onLeftOver(number, endedMillis + SessionShard.TIME_NOTE_LATE_MILLIS));
        }
    }

    // ---- shards and their tasks

    SessionShard shard(int index) {
        return shards.get(index);
    }

    SessionShard shardOf(long number) {
        return shards.get(SessionNumbers.shard(number, SHARDS));
    }

    ArrayDeque<Task> tasks(int shard) {
        return tasks.get(shard);
    }

    void later(int shard, String name, Runnable task) {
        tasks.get(shard).add(new Task(name, task));
    }

    void runTask(int shard) {
        Task task = tasks.get(shard).remove();
        world.trace(() -> "  shard " + shard + " " + task.name());
        task.run().run();
    }

    /** Time passes; it never goes back within one life. */
    void pass(long wallMillis) {
        nowMillis = Math.max(nowMillis + 1, wallMillis);
        world.reached(nowMillis);
    }

    long nowMillis() {
        return nowMillis;
    }

    /** A shard takes the next packet of a connection. */
    void read(SimConnection connection) {
        SimConnection.ToServer next = connection.toServer.remove();
        SessionShard shard = shards.get(connection.shard);
        world.trace(() -> "  " + connection.peer() + " says " + next.packet() + " label " + next.label());
        if (connection.isNew()) {
            shard.onConnect(connection, (Connect) next.packet());
            return;
        }
        if (next.packet() instanceof Publish publish
                && publish.payload().length == 0
                && ShardProbe.hasSession(connection)) {
            long publisher = ShardProbe.number(connection);
            while (world.history.clearLabel(publisher, nowMillis) != null) {
                nowMillis++; // Times repeat after a restart.
            }
            world.history.clear(publisher, nowMillis, next.label());
        }
        if (faults.answersAtOnce(next.packet()) && ShardProbe.hasSession(connection)) {
            connection.answerAtOnce(next.packet());
        }
        shard.onPacket(connection, next.packet());
        inBurst[connection.shard] = true;
    }

    /** Whether packets were read whose replies are not on the wire yet. */
    boolean isInBurst(int shard) {
        return inBurst[shard];
    }

    void endBurst(int shard) {
        inBurst[shard] = false;
        shards.get(shard).endOfBurst();
    }

    int pageCount() {
        return pages.size();
    }

    void readPage(int index) {
        Page page = pages.remove(index);
        page.page().fill(store, StoredMessages.of(store));
        later(page.shard(), "page", () -> shards.get(page.shard()).onPage(page.page()));
    }

    // ---- what connections tell

    /** A PUBLISH leaves: for a session with rows its index must be on disk, and be this message's. */
    void sending(SimConnection connection, Publish publish, int label, long index, long expirySeconds) {
        if (!ShardProbe.isDurable(connection)) {
            return;
        }
        long number = ShardProbe.number(connection);
        world.ledger.sending(number, index);
        Ledger.Account account = world.ledger.account(number);
        if (index >= account.entries.size()) {
            throw new Violation("index " + index + " of session " + number + " was sent before it was on disk");
        }
        Ledger.Entry entry = account.entries.get((int) index);
        boolean right = entry.label() == label
                && (entry.flags() & 3) == publish.qos().level()
                && world.config.space().packetId(index) == publish.packetId();
        if (!right) {
            throw new Violation("session " + number + " sends " + publish + " label " + label + " as index " + index
                    + ", which is " + entry);
        }
        world.five.sending(number, index, entry.messageId(), publish.dup(), expirySeconds);
    }

    // ---- the commit thread's steps

    void build(int handOvers) {
        List<HandOver> taken = new ArrayList<>();
        for (int i = 0; i < handOvers; i++) {
            taken.add(submitted.remove());
        }
        faults.building(taken, this);
        int before = world.memory.unsyncedBatches();
        Group group = committer.build(taken, world.wallMillis());
        world.ledger.built(group, world.memory.unsyncedBatches() > before);
        world.five.built(group);
        world.trace(() -> describe(group));
        urgent |= group.urgent();
        faults.built(group, this);
    }

    private String describe(Group group) {
        StringBuilder text = new StringBuilder("  group " + group.position() + (group.urgent() ? " urgent:" : ":"));
        for (MessageOp op : group.messages()) {
            text.append(" message ").append(op.id()).append(" label ").append(world.ledger.label(op.message()));
            for (int i = 0; i < op.recipients().size(); i++) {
                text.append(" to ").append(op.recipients().number(i));
            }
            for (int i = 0; i < op.live().size(); i++) {
                text.append(" live ").append(op.live().number(i));
            }
        }
        group.moves()
                .forEach(m -> text.append(String.format(
                        " moved %d#%d to %d message %d", m.source(), m.index(), m.target(), m.messageId())));
        for (HandOver handOver : group.handOvers()) {
            text.append(" | ").append(handOver.shard());
            for (CommitOp op : handOver.ops()) {
                text.append(' ').append(op.getClass().getSimpleName());
                text.append(op instanceof EndOp end ? " of " + end.number() : "");
            }
            handOver.forEachEvent((kind, number, index) -> text.append(' ')
                    .append(kind)
                    .append(' ')
                    .append(number)
                    .append('#')
                    .append(index));
        }
        return text.toString();
    }

    void deleteDead() {
        int before = world.memory.unsyncedBatches();
        committer.deleteDead(world.wallMillis());
        if (world.memory.unsyncedBatches() > before) {
            world.ledger.built(new Group(0, 0, List.of(), List.of(), List.of(), List.of(), false), true);
        }
    }

    void sync() {
        committer.sync();
        world.ledger.synced();
        urgent = false;
        synced = true;
    }

    void complete() {
        synced = false;
        committer.complete();
    }

    /** The hand enters the next segment; false when there is nothing to do. */
    boolean moveHand() {
        long bound = faults.bound(this);
        int segment = committer.enterSegment(bound);
        if (segment < 0) {
            return false;
        }
        for (int i = 0; i < SHARDS; i++) {
            SessionShard shard = shards.get(i);
            later(i, "visit " + segment, () -> shard.visit(segment, bound));
        }
        return true;
    }

    /** The commit thread asks all sessions what they claim in sparse blocks. */
    void sweep() {
        SparseBlocks blocks = committer.enterSweep(lowestApplied());
        if (blocks == null) {
            return;
        }
        try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                long number = Keys.number(rows.key());
                SessionShard shard = shardOf(number);
                later(
                        SessionNumbers.shard(number, SHARDS),
                        "claims of " + number,
                        () -> shard.listClaims(new long[] {number}, blocks));
            }
        }
        for (int i = 0; i < SHARDS; i++) {
            later(i, "claims listed", shards.get(i)::claimsListed);
        }
    }

    long lowestApplied() {
        return shards.stream().mapToLong(ShardProbe::applied).min().orElseThrow();
    }

    void recount(long number) {
        uncounted.remove(number);
        SessionShard shard = shardOf(number);
        int index = SessionNumbers.shard(number, SHARDS);
        later(index, "recount " + number, () -> shard.recount(new long[] {number}, recoveredPosition));
    }

    // ---- rest

    boolean isAtRest() {
        return submitted.isEmpty()
                && pages.isEmpty()
                && !synced
                && !committer.hasUnsynced()
                && tasks.stream().allMatch(ArrayDeque::isEmpty);
    }

    /** Finishes everything that is under way, without the network. */
    void rest() {
        for (int turn = 0; turn < 10_000; turn++) {
            shards.forEach(SessionShard::endOfBurst);
            for (int i = 0; i < SHARDS; i++) {
                while (!tasks.get(i).isEmpty()) {
                    runTask(i);
                }
            }
            while (!pages.isEmpty()) {
                readPage(0);
            }
            if (!submitted.isEmpty() && !synced && !urgent) {
                build(submitted.size());
            }
            if (committer.hasUnsynced() && !synced) {
                sync();
            }
            if (synced) {
                complete();
            }
            if (isAtRest() && noTasks()) {
                return;
            }
        }
        throw new Violation("does not come to rest");
    }

    private boolean noTasks() {
        return tasks.stream().allMatch(ArrayDeque::isEmpty);
    }

    /** All sessions in memory, against the groups on disk and against what a recovery would make of the store (S69). */
    void compareAll() {
        if (!faults.isLedgerKept()) {
            return;
        }
        for (SessionShard shard : shards) {
            for (long number : ShardProbe.durableSessions(shard)) {
                SessionState state = ShardProbe.state(shard, number);
                if (state != null) {
                    world.ledger.compare("at rest", state, store);
                }
            }
        }
        checkRecovered(new LogReplay(store, world.config.space()).run());
    }

    void closeAll() {
        shards.forEach(shard -> shard.closeAll(ReasonCode.SERVER_SHUTTING_DOWN));
    }

    private final class Listener implements CommitListener {
        @Override
        public void revise(MessageOp message, List<SubscriptionChange> changes) {
            if (faults.revises()) {
                subscriptions.revise(message, changes);
            }
        }

        @Override
        public void committed(Group group) {
            if (!faults.showsEarly()) {
                subscriptions.apply(group.changes());
            }
            for (int i = 0; i < SHARDS; i++) {
                SessionShard shard = shards.get(i);
                later(i, "group " + group.position(), () -> shard.committed(group));
            }
        }

        @Override
        public void reclaimable(Table table, byte[] from, byte[] to) {
            store.reclaim(table, from, to);
        }
    }

    /** Makes a group's changes visible before their sync: for a control. */
    void show(Group group) {
        subscriptions.apply(group.changes());
    }

    private final class Environment implements ShardEnvironment {
        private final int shard;

        Environment(int shard) {
            this.shard = shard;
        }

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public void execute(Runnable task) {
            later(shard, "task", task);
        }

        @Override
        public void quarantined(long number, DamagedRowException damage) {
            throw damage; // Nothing here damages rows.
        }

        @Override
        public void submit(HandOver handOver) {
            world.ledger.handedOver(handOver);
            handOver.forEachEvent((kind, number, index) -> {
                if (kind == EventKind.DROPPED) {
                    int label = world.ledger
                            .account(number)
                            .entries
                            .get((int) index)
                            .label();
                    world.five.dropped(number, index, label);
                }
            });
            submitted.addAll(faults.handOver(handOver, SimBroker.this));
        }

        @Override
        public boolean isCommitQueueFull() {
            return submitted.size() > 8;
        }

        @Override
        public void deliver(int fromShard, Message message, Recipients recipients) {
            if (recipients.isEmpty()) {
                return;
            }
            shards.get(fromShard).onDelivery(message, recipients);
            deliveries.get(fromShard).add(() -> {
                for (int i = 0; i < SHARDS; i++) {
                    if (i != fromShard) {
                        SessionShard other = shards.get(i);
                        later(i, "delivery", () -> other.onDelivery(message, recipients));
                        later(i, "burst", other::endOfBurst);
                    }
                }
            });
        }

        @Override
        public void tell(int fromShard, int toShard, Consumer<SessionShard> task) {
            deliveries.get(fromShard).add(() -> {
                SessionShard to = shards.get(toShard);
                later(toShard, "told by " + fromShard, () -> task.accept(to));
                later(toShard, "burst", to::endOfBurst);
            });
        }

        @Override
        public boolean hasSharedGroups() {
            return true;
        }

        @Override
        public void flushDeliveries(int fromShard) {
            deliveries.get(fromShard).forEach(Runnable::run);
            deliveries.get(fromShard).clear();
        }

        @Override
        public void read(QueuePage page) {
            pages.add(new Page(shard, page));
        }

        @Override
        public long nextSessionSequence() {
            return nextSequence++;
        }

        @Override
        public ReasonCode admit(Connect connect) {
            return ReasonCode.SUCCESS;
        }

        @Override
        public void count(ShardEvent event) {
            world.counted(event);
        }
    }
}

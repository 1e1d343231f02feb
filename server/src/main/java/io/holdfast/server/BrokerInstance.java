// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.admin.AdminLife;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.metrics.Counters;
import io.holdfast.server.metrics.SysTopics;
import io.holdfast.server.routing.CommittedSubscriptions;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.RoutingWatch;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.transport.EventLoops;
import io.holdfast.server.transport.Life;
import io.holdfast.storage.commit.CommitThread;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionTails;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreCheckpoint;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of the broker: an open store, the commit thread and a shard on each event loop, from recovery to a clean stop
 * or a failure. A failed instance is thrown away whole, with all its memory (rules C29, "a failed write is final").
 */
final class BrokerInstance implements Life, AdminLife {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerInstance.class);
    private static final IndexSpace SPACE = IndexSpace.STANDARD;
    private static final long STEP_SECONDS_MAX = 10;

    private static final Duration SETTLE_MAX = Duration.ofSeconds(10);

    private final Counters counters;
    private final Consumer<Throwable> onFailure;
    private final Access access;
    private final SessionCounts sessionCounts;
    private final StoreFolder folder;
    private final RowStore store;
    private final RecoveryReport report;
    private final SubscriptionTree tree;
    private final CommittedSubscriptions subscriptions;
    private final GroupCommitter committer;
    private final CommitThread commitThread;
    private final MonotonicTime time;
    private final DiskReserve reserve;
    private final SyncWatch syncs;
    private final List<ShardLoop> shards = new ArrayList<>();
    private final CommitCalls commits;
    private final AtomicLong nextSession;
    private volatile BrokerConfig config;
    private final AtomicBoolean running = new AtomicBoolean(true);
    /** Sessions whose queue takes no more, of all shards. */
    private final Set<Long> fullQueues = ConcurrentHashMap.newKeySet();

    private final RetainedEstimate retained;
    private final ClientLog clientLog = new ClientLog(System::nanoTime);
    private final AtomicBoolean owesRetained = new AtomicBoolean();
    private final InstanceGauges gauges;
    private final SysTopics sysTopics;
    private final Housekeeping housekeeping;

    private BrokerInstance(
            BrokerConfig config,
            EventLoops loops,
            Counters counters,
            Consumer<Throwable> onFailure,
            UnaryOperator<RowStore> between,
            MonotonicTime time,
            DiskReserve reserve,
            Access access,
            Recovered recovered) {
        this.config = config;
        this.counters = counters;
        this.onFailure = onFailure;
        this.access = access;
        folder = recovered.folder();
        store = between.apply(folder.rows());
        report = recovered.report();
        tree = recovered.tree();
        this.time = time;
        this.reserve = reserve;
        syncs = new SyncWatch(counters);
        time.noEarlierThan(recovered.lastTimeMillis());
        subscriptions = new CommittedSubscriptions(tree, store);
        commits = new CommitCalls(this, loops.size());
        committer = new GroupCommitter(store, commits, recovered.start(), loops.size());
        committer.adopt(recovered.shared().members(), number -> SessionNumbers.shard(number, loops.size()));
        if (!recovered.shared().members().isEmpty()) {
            subscriptions.expectShared();
        }
        sessionCounts = new SessionCounts(config.session().access().sessionsPerUserMax(), store);
        commitThread = new CommitThread(committer, commits);
        nextSession = new AtomicLong(recovered.start().nextSession());
        retained = new RetainedEstimate(report.retained());
        gauges = new InstanceGauges(
                counters,
                tree,
                report,
                reserve,
                commitThread::queuedBytes,
                () -> folder.rows().figures(),
                this::oldestMessageSeconds);
        String durability = config.durability().name().toLowerCase(Locale.ROOT);
        sysTopics = new SysTopics(ProductVersion.text(), durability, counters, gauges);
        housekeeping = new Housekeeping(this, store, config.sysInterval(), config.scrub());
        for (int i = 0; i < loops.size(); i++) {
            ShardLoop shard = new ShardLoop(i, loops.size(), loops.loop(i), this, time);
            commits.applied(i, committer.position());
            shard.use(new SessionShard(
                    i, loops.size(), shard, store, SPACE, config.session(), tree, committer.position()));
            shards.add(shard);
        }
    }

    /**
     * Opens the store, recovers and is ready for clients when it returns.
     *
     * @param opening how the store is opened, beside what the configuration says
     * @param onFailure told once when this life has to end
     * @param between stands between broker and store
     * @param time the time of all lives of this process
     * @param reserve the disk's
     * @param access who may do what
     * @throws StoreException when the store cannot be used
     */
    static BrokerInstance start(
            BrokerConfig config,
            StoreOptions opening,
            EventLoops loops,
            Counters counters,
            Consumer<Throwable> onFailure,
            UnaryOperator<RowStore> between,
            MonotonicTime time,
            DiskReserve reserve,
            Access access) {
        StoreOptions options = opening.withDurability(config.durability(), config.durabilityInterval())
                .withBlockCacheBytes(config.cacheBytes());
        Recovered recovered = Recovery.run(config.folder(), options, loops.size());
        BrokerInstance instance =
                new BrokerInstance(config, loops, counters, onFailure, between, time, reserve, access, recovered);
        instance.begin(recovered);
        return instance;
    }

    private void begin(Recovered recovered) {
        lookAtDisk();
        commitThread.start();
        for (int i = 0; i < shards.size(); i++) {
            SessionTails tails = recovered.tail().of(i);
            shards.get(i).tell(shard -> shard.adopt(tails));
        }
        for (long group : recovered.shared().orphans()) {
            shards.get(shardOf(group)).tell(shard -> shard.endGroup(group));
        }
        long endedMillis = recovered.latestEndMillis();
        for (long number : recovered.leftOver()) {
            shards.get(shardOf(number)).tell(shard -> shard.onLeftOver(number, endedMillis));
        }
        for (Recovered.Owed owed : recovered.owed()) {
            shards.get(shardOf(owed.number()))
                    .tell(shard -> shard.oweRetained(owed.number(), owed.filter(), owed.options()));
        }
        awaitLoops();
        housekeeping.start(
                recovered.start().sessionsToCount(), recovered.start().position());
    }

    int shardOf(long number) {
        return SessionNumbers.shard(number, shards.size());
    }

    /** Waits until every shard has done what it was told before. */
    private boolean awaitLoops() {
        CountDownLatch done = new CountDownLatch(shards.size());
        for (ShardLoop shard : shards) {
            shard.loop().execute(done::countDown);
        }
        try {
            return done.await(STEP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // ---- ends

    /** Ends all connections, writes what is left and closes the store. Accepting must have stopped. */
    void stop() {
        housekeeping.stop();
        shards.forEach(shard -> shard.tell(s -> s.closeAll(ReasonCode.SERVER_SHUTTING_DOWN)));
        awaitLoops();
        boolean settled = running.get() && settle();
        shards.forEach(shard -> shard.tell(s -> owesRetained.compareAndSet(false, s.owesRetained())));
        awaitLoops();
        boolean stopped = settled && stopCommitting(true);
        awaitLoops();
        running.set(false);
        housekeeping.close();
        folder.close();
        LOG.debug("the store is closed{}", stopped ? "" : ", but not in good order");
    }

    /** Ends a life that has failed: no acknowledgement any more, connections closed, store closed. */
    void abandon() {
        running.set(false);
        housekeeping.stop();
        for (ShardLoop shard : shards) {
            shard.loop().execute(() -> shard.shard().abandon());
        }
        awaitLoops();
        stopCommitting(false);
        housekeeping.close();
        folder.close();
    }

    /** Writes the rows of all changed sessions, so that the next start has nothing to replay; it would manage without. */
    private boolean settle() {
        try {
            if (!commitThread.settle(SETTLE_MAX)) {
                LOG.info("some sessions' rows were not written in time; the next start replays the log instead");
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean stopCommitting(boolean clean) {
        try {
            commitThread.stop(clean, this::stopNotes);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            LOG.error("the last changes could not be written: {}", e.getMessage());
        }
        return false;
    }

    /** Once nothing is committed any more. */
    private StopNotes stopNotes() {
        int checksum = 0;
        // What is owed and what is damaged stands in rows only.
        if (!owesRetained.get() && report.quarantined() == 0) {
            try {
                checksum = folder.writeSnapshot(new SubscriptionSnapshot(committer.sharedMembers(), tree));
            } catch (IOException e) {
                LOG.info("no snapshot of the subscriptions: {}; the next start reads their rows", e.getMessage());
            }
        }
        return new StopNotes(gauges.sessions(), checksum);
    }

    @Override
    public boolean isRunning() {
        return running.get();
    }

    private long oldestMessageSeconds() {
        try (RowCursor rows = store.cursor(Table.MESSAGE, Keys.number(0), Keys.end())) {
            return rows.next()
                    ? Math.max(0, time.millis() - Message.parse(rows.record()).publishedMillis()) / 1_000
                    : 0;
        } catch (DamagedRowException e) {
            return 0; // The checking tools tell about it.
        }
    }

    /** This life is over; any thread, only the first call counts. Out of memory ends the process (C29). */
    @Override
    public void failed(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            LOG.error("out of memory: the process ends", cause);
            Runtime.getRuntime().halt(1);
        }
        if (running.compareAndSet(true, false)) {
            counters.add(BrokerCounter.INSTANCE_FAILURES);
            onFailure.accept(cause);
        }
    }

    /** Other limits, for sessions that are there too, in force when this returns. Any thread but a shard's. */
    void use(BrokerConfig next) {
        config = next;
        shards.forEach(shard -> shard.tell(s -> s.use(next.session())));
        if (!awaitLoops()) {
            LOG.warn("some event loops are busy; the new limits are in force there a little later");
        }
    }

    // ---- for connections

    @Override
    public int shards() {
        return shards.size();
    }

    @Override
    public SessionShard shard(int index) {
        return shards.get(index).shard();
    }

    @Override
    public void readClock(int index) {
        shards.get(index).readClock();
    }

    // ---- for operators

    @Override
    public void tell(int shard, Consumer<SessionShard> task) {
        shards.get(shard).tell(task);
    }

    @Override
    public void watch(@Nullable RoutingWatch watch) {
        shards.forEach(shard -> shard.tell(s -> s.watch(watch)));
    }

    @Override
    public RowReader store() {
        return store;
    }

    @Override
    public StoreCheckpoint.Written checkpoint(Path target) {
        return folder.checkpoint(target);
    }

    @Override
    public long nowMillis() {
        return time.millis();
    }

    @Override
    public boolean takesMessages() {
        return !reserve.isLow();
    }

    @Override
    public boolean ask(Runnable question) {
        return running.get() && housekeeping.ask(question);
    }

    // ---- for shards

    Access access() {
        return access;
    }

    SessionCounts sessionCounts() {
        return sessionCounts;
    }

    /** Accounts and rules have changed. */
    void reviewAccess() {
        shards.forEach(shard -> shard.tell(SessionShard::reviewAccess));
    }

    ShardLoop loop(int index) {
        return shards.get(index);
    }

    void submit(HandOver handOver) {
        if (running.get()) {
            commitThread.submit(handOver);
        }
    }

    boolean isCommitQueueFull() {
        return commitThread.queuedBytes() > config.commitQueueBytesMax();
    }

    boolean isDiskLow() {
        return reserve.isLow();
    }

    /** Any thread that may read the store. */
    void lookAtDisk() {
        reserve.look(folder.rows().unflushedBytes());
    }

    DiskReserve reserve() {
        return reserve;
    }

    SyncWatch syncs() {
        return syncs;
    }

    void read(QueuePage page, ShardLoop shard) {
        housekeeping.read(page, shard);
    }

    long nextSessionSequence() {
        return nextSession.getAndIncrement();
    }

    void queueFull(long number, boolean full) {
        if (full) {
            fullQueues.add(number);
        } else {
            fullQueues.remove(number);
        }
    }

    boolean anyQueueFull() {
        return !fullQueues.isEmpty();
    }

    boolean isQueueFull(long number) {
        return fullQueues.contains(number);
    }

    ClientLog clientLog() {
        return clientLog;
    }

    RetainedEstimate retained() {
        return retained;
    }

    boolean isNearRetainedLimit() {
        return config.session().common().isRetainedNear(retained.messages(), retained.bytes());
    }

    boolean hasSharedGroups() {
        return subscriptions.hasShared();
    }

    CommitCalls commits() {
        return commits;
    }

    CommittedSubscriptions subscriptions() {
        return subscriptions;
    }

    GroupCommitter committer() {
        return committer;
    }

    StoreFolder folder() {
        return folder;
    }

    List<ShardLoop> loops() {
        return shards;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }

    Counters counters() {
        return counters;
    }

    /** Notes that this life goes on, for the start after it. */
    void beat() {
        folder.alive(time.millis());
    }

    MonotonicTime time() {
        return time;
    }

    RecoveryReport report() {
        return report;
    }

    SubscriptionTree tree() {
        return tree;
    }

    @Override
    public InstanceGauges gauges() {
        return gauges;
    }

    SysTopics sysTopics() {
        return sysTopics;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Standing;
import io.holdfast.server.metrics.SampledLog;
import io.holdfast.server.session.Connection;
import io.holdfast.server.session.QueuePage;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.session.ShardEnvironment;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.session.ShardFigures;
import io.holdfast.server.transport.Printable;
import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.store.DamagedRowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shard on its event loop: what it needs from outside, and the way in for everybody but its connections. Tasks of a life
 * that is over are dropped; a task that throws ends the life (C29).
 */
final class ShardLoop implements ShardEnvironment {
    private static final Logger LOG = LoggerFactory.getLogger(ShardLoop.class);

    /** Between two ticks, which are meant to come each second. */
    private static final long STANDSTILL_NANOS = 3_000_000_000L;

    private final int index;
    private final ScheduledExecutorService loop;
    private final BrokerInstance instance;
    private final MonotonicTime time;
    private final List<@Nullable Batch> deliveries = new ArrayList<>();
    private final SampledLog damages = new SampledLog(LOG);
    private final Queue<Committed> committed = new ConcurrentLinkedQueue<>();
    private @Nullable SessionShard shard;
    private long now;
    private long appliedSequence;
    private long tickedNanos = System.nanoTime();
    private boolean stoodStill;

    /** A durable group and its place among all. */
    private record Committed(long sequence, Group group) {}

    /** Messages for sessions without a queue on one other shard, and what else it is told. */
    private static final class Batch {
        final List<Consumer<SessionShard>> tasks = new ArrayList<>();
        final List<Message> messages = new ArrayList<>();
        final List<Recipients> recipients = new ArrayList<>();
    }

    ShardLoop(int index, int shards, ScheduledExecutorService loop, BrokerInstance instance, MonotonicTime time) {
        this.index = index;
        this.loop = loop;
        this.instance = instance;
        this.time = time;
        now = time.millis();
        for (int i = 0; i < shards; i++) {
            deliveries.add(null);
        }
    }

    void use(SessionShard ready) {
        shard = ready;
    }

    SessionShard shard() {
        SessionShard ready = shard;
        if (ready == null) {
            throw new IllegalStateException("shard " + index + " is not built yet");
        }
        return ready;
    }

    ScheduledExecutorService loop() {
        return loop;
    }

    // ---- from other threads

    /** Lets the shard do something, later and in order. Any thread. */
    void tell(Consumer<SessionShard> task) {
        loop.execute(() -> run(() -> task.accept(shard())));
    }

    /**
     * Once a second. After the loop, or the whole machine, has stood still, what clients have sent meanwhile is read before
     * anybody is judged for his silence: at the next tick, which comes whatever happens.
     */
    void tick() {
        long before = tickedNanos;
        tickedNanos = System.nanoTime();
        stoodStill = !stoodStill && tickedNanos - before > STANDSTILL_NANOS;
        if (!stoodStill) {
            run(() -> shard().tick());
        }
    }

    /** A group is durable; {@link #apply} says when to look at it. Commit thread. */
    void arrive(long sequence, Group group) {
        committed.add(new Committed(sequence, group));
    }

    /** Every shard has the groups up to this one: they are applied. Commit thread. */
    void apply(long sequence) {
        loop.execute(() -> run(() -> applyThrough(sequence)));
    }

    private void applyThrough(long sequence) {
        Committed next = committed.peek();
        while (next != null && next.sequence <= sequence) {
            committed.poll();
            appliedSequence = next.sequence;
            shard().committed(next.group);
            next = committed.peek();
        }
    }

    private void run(Runnable task) {
        if (!instance.isRunning()) {
            return;
        }
        readClock();
        try {
            task.run();
            instance.commits().applied(index, shard().applied());
        } catch (Throwable e) {
            instance.failed(e);
        }
    }

    void readClock() {
        now = time.millis();
    }

    // ---- for the shard

    @Override
    public long nowMillis() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> run(task));
    }

    @Override
    public void submit(HandOver handOver) {
        handOver.submittedAt(System.nanoTime());
        instance.submit(handOver);
    }

    @Override
    public void applied(HandOver handOver) {
        int messages = 0;
        List<CommitOp> ops = handOver.ops();
        for (int i = 0; i < ops.size(); i++) {
            messages += ops.get(i) instanceof MessageOp op && op.message().qos() > 0 ? 1 : 0;
        }
        if (messages > 0) {
            long micros = (System.nanoTime() - handOver.submittedNanos()) / 1_000;
            instance.counters().acknowledged(index).record(micros, messages);
        }
    }

    @Override
    public boolean isCommitQueueFull() {
        return instance.isCommitQueueFull();
    }

    @Override
    public boolean isDiskLow() {
        return instance.isDiskLow();
    }

    @Override
    public void deliver(int fromShard, Message message, Recipients recipients) {
        if (recipients.isEmpty()) {
            return;
        }
        long targets = 0;
        for (int i = 0; i < recipients.size(); i++) {
            targets |= 1L << SessionNumbers.shard(recipients.number(i), deliveries.size());
        }
        for (int i = 0; i < deliveries.size(); i++) {
            if ((targets & (1L << i)) != 0 && i != index) {
                batch(i, message, recipients);
            }
        }
        if ((targets & (1L << index)) != 0) {
            shard().onDelivery(message, recipients);
        }
    }

    private void batch(int target, Message message, Recipients recipients) {
        Batch batch = batch(target);
        batch.messages.add(message);
        batch.recipients.add(recipients);
    }

    private Batch batch(int target) {
        Batch batch = deliveries.get(target);
        if (batch == null) {
            batch = new Batch();
            deliveries.set(target, batch);
        }
        return batch;
    }

    @Override
    public void tell(int fromShard, int toShard, Consumer<SessionShard> task) {
        batch(toShard).tasks.add(task);
    }

    @Override
    public boolean hasSharedGroups() {
        return instance.hasSharedGroups();
    }

    @Override
    public void flushDeliveries(int fromShard) {
        for (int i = 0; i < deliveries.size(); i++) {
            Batch batch = deliveries.get(i);
            if (batch != null) {
                deliveries.set(i, null);
                instance.loop(i).deliver(batch, appliedSequence);
            }
        }
    }

    /**
     * Messages from another shard. What that shard has applied goes first, here too: groups and messages sent straight
     * must not overtake each other (C14).
     */
    private void deliver(Batch batch, long behindSequence) {
        tell(s -> {
            applyThrough(behindSequence);
            for (int m = 0; m < batch.messages.size(); m++) {
                s.onDelivery(batch.messages.get(m), batch.recipients.get(m));
            }
            batch.tasks.forEach(task -> task.accept(s));
            s.endOfBurst();
        });
    }

    @Override
    public void read(QueuePage page) {
        instance.read(page, this);
    }

    @Override
    public long nextSessionSequence() {
        return instance.nextSessionSequence();
    }

    @Override
    public ReasonCode admit(Connect connect) {
        return ReasonCode.SUCCESS;
    }

    @Override
    public List<Message> ownMessages(TopicFilter filter) {
        return instance.sysTopics().matching(filter, now);
    }

    @Override
    public void queueFull(long number, boolean full) {
        instance.queueFull(number, full);
    }

    @Override
    public boolean anyQueueFull() {
        return instance.anyQueueFull();
    }

    @Override
    public boolean isQueueFull(long number) {
        return instance.isQueueFull(number);
    }

    @Override
    public void queueOverflowed(String clientId, long dropped) {
        instance.clientLog().queueFull(clientId, dropped);
    }

    @Override
    public void connected(Connection connection, String clientId, boolean cleanStart, @Nullable String user) {
        instance.clientLog().connected(connection, clientId, cleanStart, user);
    }

    @Override
    public void disconnected(Connection connection, String clientId, String cause) {
        instance.clientLog().disconnected(connection, clientId, cause);
    }

    @Override
    public void expired(String clientId, long messages) {
        instance.clientLog().expired(clientId, messages);
    }

    @Override
    public void holds(ShardFigures figures) {
        instance.gauges().shard(index, figures);
    }

    @Override
    public long retainedMessages() {
        return instance.retained().messages();
    }

    @Override
    public long retainedBytes() {
        return instance.retained().bytes();
    }

    @Override
    public void retainedChanged(int messages, long bytes) {
        instance.retained().changed(messages, bytes);
    }

    @Override
    public @Nullable AccessPolicy policy() {
        return instance.access().policy();
    }

    @Override
    public Standing standing() {
        return instance.access();
    }

    @Override
    public boolean takeSession(String user) {
        return instance.sessionCounts().take(user);
    }

    @Override
    public void giveSession(String user) {
        instance.sessionCounts().give(user);
    }

    @Override
    public void count(ShardEvent event) {
        instance.counters().add(event);
    }

    @Override
    public void quarantined(long number, DamagedRowException damage) {
        LOG.error(
                "{} is quarantined: {}; the client is refused and everybody else is served; 'holdfast store salvage'"
                        + " saves what can be read",
                SessionName.of(instance.store(), number),
                damage.getMessage());
    }

    @Override
    public void messageLost(String clientId, long messageId) {
        damages.damage(() -> "message " + messageId + ", which client " + Printable.quoted(clientId)
                + " is owed, cannot be read from the store and is left out");
    }

    @Override
    public void refusedForDamage(String clientId, String damage) {
        damages.damage(() -> "client " + Printable.quoted(clientId) + " is refused: " + damage);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Standing;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.store.DamagedRowException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a shard needs from outside: time, its thread, the commit thread, the other shards, a reader for deep queues. */
public interface ShardEnvironment {
    /** Milliseconds since 1970, never going backwards within a process. */
    long nowMillis();

    /** Runs a task later on this shard's thread, in order. */
    void execute(Runnable task);

    /** Gives a hand-over to the commit thread. */
    void submit(HandOver handOver);

    /** A hand-over is on disk and applied, its replies written; it must not be kept. */
    default void applied(HandOver handOver) {}

    /** Whether the commit thread has more to do than it should: publishers are then not read from. */
    boolean isCommitQueueFull();

    /** Whether the disk is nearly full: what would have to be stored is not taken. Cheap: asked for each message. */
    default boolean isDiskLow() {
        return false;
    }

    /** Serves sessions without a queue, on all shards, at once. */
    void deliver(int fromShard, Message message, Recipients recipients);

    /**
     * Lets another shard do something, soon and in order, once it has applied every group that this shard has. Sent with
     * {@link #flushDeliveries}.
     */
    void tell(int fromShard, int toShard, Consumer<SessionShard> task);

    /** Whether there may be shared subscriptions in this store. */
    boolean hasSharedGroups();

    /** Sends what {@link #deliver} and {@link #tell} gathered to the other shards. */
    void flushDeliveries(int fromShard);

    /** Reads a part of a queue and answers with {@link SessionShard#onPage} on this shard. */
    void read(QueuePage page);

    /** The sequence part of a session number that was never used in this store. */
    long nextSessionSequence();

    /** Whether this client may connect; a reason to refuse, or {@code SUCCESS}. */
    ReasonCode admit(Connect connect);

    /** What clients may do, or null while everybody may do everything. Cheap: asked for each message. */
    default @Nullable AccessPolicy policy() {
        return null;
    }

    /** Who may still be who. */
    default Standing standing() {
        return Standing.ALWAYS;
    }

    /** Counts a kept session for a user; false when that is one too many. */
    default boolean takeSession(String user) {
        return true;
    }

    /** A session that was counted for a user has ended, or has another owner. */
    default void giveSession(String user) {}

    /** Something worth counting happened. */
    void count(ShardEvent event);

    /** A session's rows are damaged; it is left alone from now on. */
    void quarantined(long number, DamagedRowException damage);

    /** A message that a session was owed cannot be read, or its row is gone; the session goes on without it. */
    default void messageLost(String clientId, long messageId) {}

    /** A client is refused as the rows of its session, or the one that leads to it, are damaged. */
    default void refusedForDamage(String clientId, String damage) {}

    /** A session's queue takes no more, or does again, under the policy that refuses. */
    default void queueFull(long number, boolean full) {}

    /** Whether any session's queue takes no more. Cheap: asked for each message of MQTT 5 clients. */
    default boolean anyQueueFull() {
        return false;
    }

    /** Whether a session's queue, on any shard, takes no more. */
    default boolean isQueueFull(long number) {
        return false;
    }

    /** A client is connected and is being told so. */
    default void connected(Connection connection, String clientId, boolean cleanStart, @Nullable String user) {}

    /** A client's connection has ended; the cause is for a person and harmless to show. */
    default void disconnected(Connection connection, String clientId, String cause) {}

    /** A session's time was over, and with it ended so many messages that it was owed. */
    default void expired(String clientId, long messages) {}

    /**
     * A session's queue gives messages up because it is full; told once a minute for each session, {@code dropped} of them
     * since the session was loaded.
     */
    default void queueOverflowed(String clientId, long dropped) {}

    /** What the shard holds, once a second. */
    default void holds(ShardFigures figures) {}

    /** Topics with a retained message, an estimate that is rather too high. Cheap, as those below. */
    default long retainedMessages() {
        return 0;
    }

    /** Bytes of the retained messages, an estimate as above. */
    default long retainedBytes() {
        return 0;
    }

    /** Retained messages come or go, negative numbers for fewer. */
    default void retainedChanged(int messages, long bytes) {}

    /** What the broker itself says on the topics that a new subscription's filter matches ({@code $SYS}). */
    default List<Message> ownMessages(TopicFilter filter) {
        return List.of();
    }
}

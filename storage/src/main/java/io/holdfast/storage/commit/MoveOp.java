// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.Moves;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A shared group gives messages to one of its members. They are on disk as the member's before the member sends them, and
 * change hands when the group is applied. Refused, as a whole, when the session is no member at this place in ticket
 * order: then nothing has happened, live or in a replay (C27).
 */
public abstract class MoveOp extends CommitOp {
    private final long group;
    private final long member;
    private final long generation;
    private final int identifier;
    private long[] indexes = new long[4];
    private long[] deliveries = new long[4];
    private int[] memberFlags = new int[4];
    private @Nullable Message[] messages = new Message[4];
    private int size;
    private boolean refused;

    /**
     * A move of no messages yet.
     *
     * @param generation of the member's connection that has room for them
     * @param identifier the member's Subscription Identifier, 0 for none
     */
    protected MoveOp(long group, long member, long generation, int identifier) {
        this.group = group;
        this.member = member;
        this.generation = generation;
        this.identifier = identifier;
    }

    /**
     * Adds a message.
     *
     * @param delivery the group's
     * @param flags QoS and RETAIN for the member [MQTT5-4.8.2-3]
     * @param message null when it is not at hand
     */
    public final void add(long index, long delivery, int flags, @Nullable Message message) {
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, size * 2);
            deliveries = Arrays.copyOf(deliveries, size * 2);
            memberFlags = Arrays.copyOf(memberFlags, size * 2);
            messages = Arrays.copyOf(messages, size * 2);
        }
        indexes[size] = index;
        deliveries[size] = delivery;
        memberFlags[size] = flags;
        messages[size] = message;
        size++;
    }

    @Override
    final void apply(GroupBuilder builder) {
        refused = !builder.groups().isMember(group, member);
        if (!refused) {
            forEach(builder::move);
        }
    }

    /** The messages as the member gets them. */
    public final void forEach(Consumer<Moved> each) {
        for (int i = 0; i < size; i++) {
            int flags = Moves.toMember(memberFlags[i], Delivery.flags(deliveries[i]));
            long id = Delivery.messageId(deliveries[i]);
            each.accept(new Moved(group, indexes[i], member, id, flags, identifier, messages[i], generation));
        }
    }

    /** Whether the messages stay with the group; known once committed. */
    public final boolean isRefused() {
        return refused;
    }

    public final long group() {
        return group;
    }

    public final long member() {
        return member;
    }

    public final int size() {
        return size;
    }

    public final long index(int i) {
        return indexes[i];
    }
}

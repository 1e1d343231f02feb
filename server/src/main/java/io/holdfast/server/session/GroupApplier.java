// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Moved;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.Moves;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Applies durable groups to the shard's sessions: appends first, then what the shard's own hand-overs made durable, then
 * replies. A huge fan-out is applied in slices; rows, ends and counts happen only between whole groups (C02, C30).
 */
final class GroupApplier {
    private final SessionShard shard;
    private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
    private final List<Runnable> whenWhole = new ArrayList<>();
    private long applied;

    // Where the current group stands.
    private int message;
    private int recipient;
    private boolean slicing;

    /** What came while a group was being applied: another group, or a message for sessions without a queue. */
    private record Arrival(@Nullable Group group, @Nullable Runnable delivery) {}

    GroupApplier(SessionShard shard, long position) {
        this.shard = shard;
        applied = position;
    }

    /** The last group that is applied whole. */
    long applied() {
        return applied;
    }

    /** Runs a task now, or behind the last slice of the group being applied. */
    void whenWhole(Runnable task) {
        if (slicing) {
            whenWhole.add(task);
        } else {
            task.run();
        }
    }

    void add(Group group) {
        arrivals.add(new Arrival(group, null));
        if (!slicing) {
            run();
        }
    }

    private void run() {
        slicing = false;
        for (Arrival arrival = arrivals.peek(); arrival != null; arrival = arrivals.peek()) {
            Group group = arrival.group();
            if (group == null) {
                arrivals.poll();
                Objects.requireNonNull(arrival.delivery()).run();
                continue;
            }
            if (!appends(group)) {
                slicing = true;
                shard.env.execute(() -> {
                    run();
                    shard.endOfBurst();
                });
                return;
            }
            arrivals.poll();
            message = 0;
            recipient = 0;
            finish(group);
            List<Runnable> tasks = List.copyOf(whenWhole);
            whenWhole.clear();
            tasks.forEach(Runnable::run);
        }
    }

    /**
     * Appends the group's messages to their sessions, in their order [MQTT-4.6.0-6] [MQTT5-4.6.0-6]; false when there is
     * more for another slice.
     */
    private boolean appends(Group group) {
        int budget = shard.sizes.sliceRecipients();
        for (; message < group.messages().size(); message++) {
            MessageOp op = group.messages().get(message);
            Recipients durable = op.recipients();
            Recipients live = op.live();
            for (; recipient < durable.size() + live.size(); recipient++) {
                if (budget-- == 0) {
                    return false;
                }
                if (recipient < durable.size()) {
                    append(op, durable, recipient);
                } else {
                    deliverOne(op.message(), live, recipient - durable.size());
                }
            }
            recipient = 0;
        }
        return true;
    }

    /** A message joins the queue of a session that it is for [MQTT-4.5.0-1] [MQTT5-4.5.0-1]. */
    private void append(MessageOp op, Recipients recipients, int i) {
        long number = recipients.number(i);
        if (!shard.owns(number)) {
            return;
        }
        Session session = shard.get(number);
        if (session == null) {
            shard.out().gone(number, op.id());
            return;
        }
        long delivery = Delivery.of(op.id(), recipients.flags(i));
        long index = session.state.append(delivery, op.message().storedBytes(), recipients.identifiers(i));
        shard.checkpoints.mark(session, Session.Dirty.APPENDED);
        if (session.group == null) {
            shard.outbound.appended(session, index, op.message());
        } else {
            shard.groups.appended(session, index, op.message());
        }
    }

    /**
     * Serves the live recipients of a message that belong here, behind the groups that came before it: its publisher may
     * have waited for one of them (C14).
     */
    void deliver(Message message, Recipients recipients) {
        if (slicing) {
            arrivals.add(new Arrival(null, () -> deliverAll(message, recipients)));
        } else {
            deliverAll(message, recipients);
        }
    }

    private void deliverAll(Message message, Recipients recipients) {
        for (int i = 0; i < recipients.size(); i++) {
            deliverOne(message, recipients, i);
        }
    }

    private void deliverOne(Message message, Recipients recipients, int i) {
        long number = recipients.number(i);
        if (!shard.owns(number)) {
            return;
        }
        Session session = shard.sessions.get(number);
        if (session == null) {
            return;
        }
        int flags = recipients.flags(i);
        if (session.group != null) {
            shard.groups.deliverAtMostOnce(session, message, flags);
            return;
        }
        if (session.connection == null) {
            return;
        }
        if ((flags & Delivery.QOS_MASK) == 0) {
            shard.outbound.sendAtMostOnce(session, message, flags, recipients.identifiers(i));
        } else {
            long index = session.state.append(Delivery.of(0, flags), message.storedBytes(), recipients.identifiers(i));
            shard.outbound.appended(session, index, message);
        }
    }

    /** Moves between shared groups and members take effect for both sides here (C27). */
    private void move(Moved moved) {
        Session source = shard.owns(moved.source()) ? shard.sessions.get(moved.source()) : null;
        if (source != null && source.group != null) {
            shard.groups.movedAway(source, moved);
        } else if (source != null) {
            shard.outbound.settledOnDisk(source, moved.index());
        }
        boolean mine = moved.target() != Moves.NOBODY && shard.owns(moved.target());
        Session target = mine ? shard.get(moved.target()) : null;
        if (target != null && target.group != null) {
            shard.groups.movedBack(target, moved);
        } else if (target != null) {
            shard.members.arrived(target, moved);
        }
        // Of one that has ended meanwhile the commit thread takes care, or has already.
    }

    private void finish(Group group) {
        for (int i = 0; i < group.moves().size(); i++) {
            move(group.moves().get(i));
        }
        // Behind the appends: what a row says of A must never be ahead of what the session holds.
        applied = group.position();
        for (HandOver handOver : group.handOvers()) {
            if (handOver.shard() == shard.index) {
                handOver.forEachEvent(this::onDisk);
            }
        }
        for (HandOver handOver : group.handOvers()) {
            if (handOver.shard() == shard.index) {
                for (CommitOp op : handOver.ops()) {
                    op.committed();
                }
                shard.applied(handOver);
            }
        }
    }

    private void onDisk(EventKind kind, long number, long index) {
        Session session = shard.sessions.get(number);
        if (session == null) {
            return;
        }
        switch (kind) {
            case ACKNOWLEDGED, COMPLETED, DROPPED -> shard.outbound.settledOnDisk(session, index);
            case RELEASED -> shard.outbound.releasedOnDisk(session, index);
            case INBOUND_ADDED -> shard.inbound.addedOnDisk(session, (int) index);
            case INBOUND_RELEASED -> shard.inbound.releasedOnDisk(session, (int) index);
        }
    }
}

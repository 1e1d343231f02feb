// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.transfer;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.record.Identifiers;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.QueueFragment;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.TimerRecord;
import io.holdfast.storage.record.WillRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session that comes from elsewhere: its cursor, its subscriptions, its entries in the order of their indexes, and at
 * last {@link #finish}. Indexes stay as they were; those that no entry comes for are settled.
 */
public final class IncomingSession {
    private static final int NEVER_EXPIRES = -1;
    /** Flags of an index that is settled, in a fragment. */
    private static final int HOLE = Delivery.QOS_MASK;

    private static final int OF_DELIVERY = Delivery.QOS_MASK | Delivery.RETAIN;

    private final Intake intake;
    private final long number;
    private SessionRecord record;
    private final InflightRecord.Builder window = InflightRecord.newBuilder();
    private final List<Long> released = new ArrayList<>();
    private long next;
    private long acknowledged;
    private long at;
    private int inline;

    // The fragment under way.
    private QueueFragment.Builder fragment = QueueFragment.newBuilder();
    private long fragmentFirst;
    private int fragmentEntries;
    private long lastId;
    private int lastFlags;

    IncomingSession(Intake intake, long number, SessionRecord record) {
        this.intake = intake;
        this.number = number;
        this.record = record;
    }

    /**
     * Where the session stands.
     *
     * @param next the index of the next message
     * @param acknowledged everything below is settled
     * @param queuedBytes what the entries take together, an estimate
     * @param inbound QoS 2 packet identifiers taken from the client and not yet released
     */
    public void cursor(long next, long acknowledged, long queuedBytes, Iterable<Integer> inbound) {
        if (acknowledged < 0 || next < acknowledged) {
            throw new IllegalArgumentException("next is " + next + ", the oldest unsettled index " + acknowledged);
        }
        this.next = next;
        this.acknowledged = acknowledged;
        at = acknowledged;
        fragmentFirst = acknowledged;
        window.setQueuedBytes(queuedBytes);
        for (int packetId : inbound) {
            if (packetId < 1 || packetId > IndexSpace.STANDARD.packetIds()) {
                throw new IllegalArgumentException("there is no packet identifier " + packetId);
            }
            window.addInbound(packetId);
        }
    }

    /** A subscription with its options as they are kept; that of a shared filter joins its group. */
    public void subscription(String filter, int options, int identifier) {
        intake.subscribe(number, filter, options, identifier);
    }

    /**
     * A message that the session is owed.
     *
     * @param ordinal its place among the messages of the intake
     * @param flags QoS and RETAIN of the delivery
     * @param identifiers Subscription Identifiers, null for none
     * @param origin the shared group it came through, null for none or when nobody would take it back
     */
    public void entry(long index, long ordinal, int flags, int @Nullable [] identifiers, @Nullable Source origin) {
        if (index < at || index >= next) {
            throw new IllegalArgumentException("index " + index + " is not one of " + at + " to " + (next - 1));
        }
        if ((flags & Delivery.QOS_MASK) == 0 || (flags & Delivery.QOS_MASK) == HOLE) {
            throw new IllegalArgumentException("nothing waits at QoS " + (flags & Delivery.QOS_MASK));
        }
        beginOrSettleUpTo(index);
        long id = intake.messageId(ordinal);
        intake.owed(id);
        Long group = origin == null ? null : intake.groupNumber(origin.sharedFilter());
        int[] beside = identifiers;
        int all = flags & OF_DELIVERY;
        if (group != null && origin != null) {
            beside = Origin.of(group, origin.flags(), identifiers == null ? 0 : identifiers[0]);
            all |= Delivery.GROUP;
        }
        all |= identifiers == null ? 0 : Delivery.IDENTIFIERS;
        if (inline < IndexSpace.STANDARD.inline()) {
            inline++;
            window.addWindow(index - acknowledged).addWindow(id).addWindow(all);
            if (beside != null) {
                window.addIdentifiers(identifiers(index, beside));
            }
        }
        append(id, all, beside);
        at = index + 1;
    }

    /** Where a message came from that reached a member through its group; the flags are those it had there. */
    public record Source(String sharedFilter, int flags) {}

    /** The receiver of a QoS 2 message has confirmed it, and only PUBREL is sent from here on. */
    public void released(long index) {
        released.add(index);
    }

    /** The first entry is the oldest one that is not settled. */
    private void beginOrSettleUpTo(long index) {
        if (inline == 0) {
            acknowledged = index;
            fragmentFirst = index;
            at = index;
        } else {
            settleUpTo(index);
        }
    }

    private void settleUpTo(long index) {
        for (; at < index; at++) {
            window.addSettled(at - acknowledged);
            append(lastId, HOLE, null);
        }
    }

    private void append(long id, int flags, int @Nullable [] beside) {
        boolean told = flags != lastFlags;
        fragment.addEntries((id - lastId) * 2 + (told ? 1 : 0));
        if (told) {
            fragment.addEntries(flags);
        }
        if (beside != null) {
            fragment.addIdentifiers(identifiers(fragmentFirst + fragmentEntries, beside));
        }
        lastId = id;
        lastFlags = flags;
        if (++fragmentEntries == SessionRows.FRAGMENT_ENTRIES) {
            writeFragment();
        }
    }

    private static Identifiers identifiers(long index, int[] values) {
        Identifiers.Builder row = Identifiers.newBuilder().setIndex(index);
        for (int value : values) {
            row.addValues(value);
        }
        return row.build();
    }

    private void writeFragment() {
        if (fragmentEntries > 0) {
            fragment.setAppendsThrough(intake.appendsThrough()).setCount(fragmentEntries);
            fragment.setQueuedBytes(window.getQueuedBytes());
            intake.put(
                    Table.QUEUE,
                    Keys.queue(number, fragmentFirst),
                    fragment.build().toByteArray());
        }
        fragmentFirst += fragmentEntries;
        fragment = QueueFragment.newBuilder();
        fragmentEntries = 0;
        lastId = 0;
        lastFlags = 0;
    }

    /** The will of a connection that has ended, to be published at a time, in milliseconds since 1970. */
    public void will(WillRecord will, long dueMillis) {
        record = record.toBuilder().setWillDueMillis(dueMillis).build();
        intake.put(Table.WILL, Keys.number(number), will.toByteArray());
        timer(dueMillis, TimerKind.WILL_DELAY);
    }

    private void timer(long dueMillis, TimerKind kind) {
        byte[] row = TimerRecord.newBuilder()
                .setGeneration(record.getGeneration())
                .build()
                .toByteArray();
        intake.put(Table.TIMER, Keys.timer(dueMillis, number, kind), row);
    }

    /** Everything of this session is there. */
    public void finish() {
        beginOrSettleUpTo(next);
        writeFragment();
        for (long index : released) {
            window.addReleased(index - acknowledged);
        }
        if (!record.getClientId().isEmpty() && record.getExpirySeconds() != NEVER_EXPIRES) {
            long seconds = Integer.toUnsignedLong(record.getExpirySeconds());
            if (seconds > 0) {
                timer(record.getDisconnectedMillis() + seconds * 1_000, TimerKind.SESSION_EXPIRY);
            }
        }
        window.setAppendsThrough(intake.appendsThrough())
                .setEventsThrough(intake.eventsThrough())
                .setNext(next)
                .setAcknowledged(acknowledged)
                .setQueueHead(acknowledged);
        intake.put(Table.INFLIGHT, Keys.number(number), window.build().toByteArray());
        intake.put(Table.SESSION, Keys.number(number), record.toByteArray());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import java.util.Arrays;
import org.agrona.collections.IntHashSet;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The durable half of a session: a cursor over messages. Live code and replay change it through the same methods, which
 * are idempotent over what a checkpoint row may already hold (C01): an index only moves sent, released, settled; an
 * inbound packet identifier is a bit.
 *
 * <p>Every index from 0 to {@code next} stands for one message, in the order of commits, and is never reused. Below
 * {@code acknowledged} everything is settled. Entries of unsettled indexes are in memory or in queue fragments on disk.
 *
 * <p>Owned by one thread: the session's shard, or the replay.
 */
public final class SessionState {
    private final long number;
    private final IndexSpace space;
    private final DeliveryRuns entries = new DeliveryRuns();
    private @Nullable LongHashSet settled;
    private @Nullable LongHashSet released;
    private @Nullable IntHashSet inbound;
    private @Nullable Long2ObjectHashMap<int[]> identifiers;
    private long next;
    private long acknowledged;
    private long queuedBytes;

    // What the checkpoint row this state was loaded from claims to hold.
    private long nextInRows;
    private long appendsThrough;
    private long eventsThrough;
    private long queueHead;
    private byte @Nullable [] unknownFields;

    public SessionState(long number, IndexSpace space) {
        this.number = number;
        this.space = space;
    }

    /** Appends a delivery and returns its index. */
    public long append(long delivery, int bytes, int @Nullable [] subscriptionIdentifiers) {
        long index = next++;
        entries.put(index, delivery);
        queuedBytes += bytes;
        if (subscriptionIdentifiers != null) {
            identifiers().put(index, subscriptionIdentifiers);
        }
        return index;
    }

    /** The message of this index is done with: acknowledged, completed, dropped or moved away. */
    public void settle(long index) {
        if (isSettled(index)) {
            return;
        }
        // Sizes of single messages are not kept: each takes the average with it, the last one takes the rest.
        long unsettled = unsettledCount();
        queuedBytes -= unsettled <= 1 ? queuedBytes : queuedBytes / unsettled;
        entries.remove(index);
        if (released != null) {
            released.remove(index);
        }
        if (identifiers != null) {
            identifiers.remove(index);
        }
        if (index == acknowledged) {
            acknowledged++;
            while (settled != null && settled.remove(acknowledged)) {
                acknowledged++;
            }
        } else {
            if (settled == null) {
                settled = new LongHashSet();
            }
            settled.add(index);
        }
    }

    /**
     * The receiver of a QoS 2 message owns it now (PUBREC): from here on only PUBREL is sent [MQTT-4.3.3-1]
     * [MQTT5-4.3.3-6].
     */
    public void release(long index) {
        if (!isSettled(index)) {
            if (released == null) {
                released = new LongHashSet();
            }
            released.add(index);
        }
    }

    /** A QoS 2 message with this packet identifier was taken from the client [MQTT-4.3.3-2] [MQTT5-4.3.3-10]. */
    public boolean addInbound(int packetId) {
        if (inbound == null) {
            inbound = new IntHashSet();
        }
        return inbound.add(packetId);
    }

    public boolean removeInbound(int packetId) {
        return inbound != null && inbound.remove(packetId);
    }

    public boolean holdsInbound(int packetId) {
        return inbound != null && inbound.contains(packetId);
    }

    public boolean isSettled(long index) {
        return index < acknowledged || (settled != null && settled.contains(index));
    }

    public boolean isReleased(long index) {
        return released != null && released.contains(index);
    }

    /** The delivery at an index, or {@link Delivery#NONE} when it is settled or not in memory. */
    public long delivery(long index) {
        return entries.get(index);
    }

    public int @Nullable [] identifiers(long index) {
        return identifiers == null ? null : identifiers.get(index);
    }

    /** Puts back what a fragment holds, unless it is settled or already here (C04). */
    public void restore(long index, long delivery, int @Nullable [] subscriptionIdentifiers) {
        if (index < next && !isSettled(index) && entries.get(index) == Delivery.NONE) {
            entries.put(index, delivery);
            if (subscriptionIdentifiers != null) {
                identifiers().put(index, subscriptionIdentifiers);
            }
        }
    }

    /** Lets go of an unsettled entry that a committed row or fragment holds (C10). */
    public void forget(long index) {
        entries.remove(index);
        if (identifiers != null) {
            identifiers.remove(index);
        }
    }

    public long number() {
        return number;
    }

    public IndexSpace space() {
        return space;
    }

    public long next() {
        return next;
    }

    public long acknowledged() {
        return acknowledged;
    }

    public long unsettledCount() {
        return next - acknowledged - (settled == null ? 0 : settled.size());
    }

    /** Bytes of the messages still owed; an estimate once some of them are settled out of a longer queue. */
    public long queuedBytes() {
        return queuedBytes;
    }

    public int entriesInMemory() {
        return entries.size();
    }

    public int inboundCount() {
        return inbound == null ? 0 : inbound.size();
    }

    public int releasedCount() {
        return released == null ? 0 : released.size();
    }

    /** Indexes below stand in the rows that this state was loaded from; 0 for a new session. */
    public long nextInRows() {
        return nextInRows;
    }

    public long appendsThrough() {
        return appendsThrough;
    }

    public long eventsThrough() {
        return eventsThrough;
    }

    public long queueHead() {
        return queueHead;
    }

    public int[] inboundSorted() {
        if (inbound == null) {
            return new int[0];
        }
        int[] ids = new int[inbound.size()];
        int n = 0;
        for (IntHashSet.IntIterator i = inbound.iterator(); i.hasNext(); ) {
            ids[n++] = i.nextValue();
        }
        Arrays.sort(ids);
        return ids;
    }

    public long[] settledSorted() {
        return sorted(settled);
    }

    public long[] releasedSorted() {
        return sorted(released);
    }

    private static long[] sorted(@Nullable LongHashSet set) {
        if (set == null) {
            return new long[0];
        }
        long[] values = new long[set.size()];
        int n = 0;
        for (LongHashSet.LongIterator i = set.iterator(); i.hasNext(); ) {
            values[n++] = i.nextValue();
        }
        Arrays.sort(values);
        return values;
    }

    private Long2ObjectHashMap<int[]> identifiers() {
        if (identifiers == null) {
            identifiers = new Long2ObjectHashMap<>();
        }
        return identifiers;
    }

    /** Fields of the window row that a newer version wrote; null for none. */
    byte @Nullable [] unknownFields() {
        return unknownFields;
    }

    /** The same session, which goes on by itself from here. */
    public SessionState copy() {
        SessionState copy = new SessionState(number, space);
        copy.loadCursor(next, acknowledged, queuedBytes);
        copy.loadClaims(appendsThrough, eventsThrough, queueHead);
        copy.loadUnknownFields(unknownFields);
        for (long index : settledSorted()) {
            copy.loadSettled(index);
        }
        for (long index : releasedSorted()) {
            copy.release(index);
        }
        for (int packetId : inboundSorted()) {
            copy.addInbound(packetId);
        }
        for (long index = acknowledged; index < next; index++) {
            long delivery = delivery(index);
            if (delivery != Delivery.NONE) {
                copy.restore(index, delivery, identifiers(index));
            }
        }
        return copy;
    }

    // ---- loading, for SessionRows only

    void loadCursor(long next, long acknowledged, long queuedBytes) {
        this.next = next;
        nextInRows = next;
        this.acknowledged = acknowledged;
        this.queuedBytes = queuedBytes;
    }

    void loadClaims(long appendsThrough, long eventsThrough, long queueHead) {
        this.appendsThrough = appendsThrough;
        this.eventsThrough = eventsThrough;
        this.queueHead = queueHead;
    }

    void loadUnknownFields(byte @Nullable [] fields) {
        unknownFields = fields;
    }

    void loadSettled(long index) {
        if (settled == null) {
            settled = new LongHashSet();
        }
        settled.add(index);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a session is, written down in the plainest way: one entry per unsettled index. */
public final class SessionModel {
    /** An unsettled message. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Entry(long delivery, int @Nullable [] identifiers) {
        @Override
        public String toString() {
            return Delivery.messageId(delivery) + "/" + Delivery.flags(delivery) + Arrays.toString(identifiers);
        }
    }

    public final TreeMap<Long, Entry> unsettled = new TreeMap<>();
    public final TreeSet<Long> released = new TreeSet<>();
    public final TreeSet<Integer> inbound = new TreeSet<>();
    public long next;

    public void append(long delivery, int @Nullable [] identifiers) {
        unsettled.put(next++, new Entry(delivery, identifiers));
    }

    public void settle(long index) {
        unsettled.remove(index);
        released.remove(index);
    }

    public void release(long index) {
        if (unsettled.containsKey(index)) {
            released.add(index);
        }
    }

    public long oldest() {
        return unsettled.isEmpty() ? next : unsettled.firstKey();
    }

    @Override
    public String toString() {
        return "next " + next + " unsettled " + unsettled + " released " + released + " inbound " + inbound;
    }

    /** A real session told in the same words; every unsettled entry is in memory or in {@code stored}. */
    public static String tell(SessionState state, Map<Long, Entry> stored) {
        SessionModel told = new SessionModel();
        told.next = state.next();
        for (long i = state.acknowledged(); i < state.next(); i++) {
            if (!state.isSettled(i)) {
                long delivery = state.delivery(i);
                Entry entry = delivery == Delivery.NONE ? stored.get(i) : new Entry(delivery, state.identifiers(i));
                told.unsettled.put(i, entry == null ? new Entry(Delivery.NONE, null) : entry);
            }
        }
        for (long index : state.releasedSorted()) {
            told.released.add(index);
        }
        for (int packetId : state.inboundSorted()) {
            told.inbound.add(packetId);
        }
        return told.toString();
    }
}

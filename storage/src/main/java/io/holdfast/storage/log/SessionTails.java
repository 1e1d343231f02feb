// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2LongHashMap.KeyIterator;
import org.jspecify.annotations.Nullable;

/**
 * What the tail of the log says of sessions that nobody has looked at since the start: some 20 bytes for each event, in
 * one chain for each session. A session's rows are read, and its chain folded over them, when it is needed first. So a
 * start costs what the log holds and not what its sessions hold, in time and in memory.
 *
 * <p>Folding late gives what folding at the start would have given, as long as every change of a session, in memory or in
 * its rows, begins with {@link #take}.
 *
 * <p>Owned by one thread: whoever scans the log, then the shard that owns these sessions.
 */
public final class SessionTails {
    private static final long NOBODY = -1;
    private static final int NONE = -1;

    private static final int PAGE_BITS = 12;
    private static final int PAGE_EVENTS = 1 << PAGE_BITS;
    private static final int KIND_BITS = 4;
    private static final int BYTES_MAX = -1 >>> KIND_BITS;
    private static final EventKind[] KINDS = EventKind.values();
    /** Kinds beside those of {@link EventKind}. */
    private static final int APPENDED = KINDS.length;

    private static final int MOVED_AWAY = KINDS.length + 1;

    /** Session number to its first (upper half) and last event. */
    private final Long2LongHashMap chains = new Long2LongHashMap(NOBODY);

    private final List<Page> pages = new ArrayList<>();
    private final Int2ObjectHashMap<int[]> identifiers = new Int2ObjectHashMap<>();
    private int events;
    private long firstPosition;

    /** Events by their place in order of arrival. */
    private static final class Page {
        /** Delivery or index. */
        final long[] values = new long[PAGE_EVENTS];
        /** Distance of the group's position from the first one. */
        final int[] positions = new int[PAGE_EVENTS];
        /** The message's bytes, if it is an append, and the kind. */
        final int[] kinds = new int[PAGE_EVENTS];

        final int[] next = new int[PAGE_EVENTS];
    }

    void append(long position, long number, long delivery, int bytes, int @Nullable [] subscriptionIdentifiers) {
        int event = add(position, number, delivery, Math.min(bytes, BYTES_MAX) << KIND_BITS | APPENDED);
        if (subscriptionIdentifiers != null) {
            identifiers.put(event, subscriptionIdentifiers);
        }
    }

    void movedAway(long position, long number, long index) {
        add(position, number, index, MOVED_AWAY);
    }

    void event(long position, long number, EventKind kind, long index) {
        add(position, number, index, kind.ordinal());
    }

    private int add(long position, long number, long value, int kind) {
        int event = events++;
        if (event == 0) {
            firstPosition = position;
        }
        if ((event & (PAGE_EVENTS - 1)) == 0) {
            pages.add(new Page());
        }
        Page page = pages.get(event >>> PAGE_BITS);
        int at = event & (PAGE_EVENTS - 1);
        page.values[at] = value;
        page.positions[at] = Math.toIntExact(position - firstPosition);
        page.kinds[at] = kind;
        page.next[at] = NONE;
        long chain = chains.get(number);
        if (chain == NOBODY) {
            chains.put(number, (long) event << Integer.SIZE | event);
        } else {
            int last = (int) chain;
            pages.get(last >>> PAGE_BITS).next[last & (PAGE_EVENTS - 1)] = event;
            chains.put(number, chain >>> Integer.SIZE << Integer.SIZE | event);
        }
        return event;
    }

    /** Whether a session has a tail that was not taken yet. */
    public boolean holds(long number) {
        return chains.containsKey(number);
    }

    public int sessions() {
        return chains.size();
    }

    /** Numbers of the sessions that have a tail, in no order. */
    public long[] numbers() {
        long[] numbers = new long[chains.size()];
        int n = 0;
        for (KeyIterator i = chains.keySet().iterator(); i.hasNext(); ) {
            numbers[n++] = i.nextValue();
        }
        return numbers;
    }

    /**
     * A session as its rows and its tail say; the tail is forgotten.
     *
     * @throws io.holdfast.storage.store.DamagedRowException when its rows cannot be read
     */
    public SessionState take(RowReader store, long number, IndexSpace space) {
        long chain = chains.remove(number);
        SessionState state = SessionRows.load(store, number, space);
        walk(chain, identifiers::remove, new TailFold(state));
        freeWhenEmpty();
        return state;
    }

    /** Receives what the tail says of one session, in the order of replay. */
    public interface Visitor {
        void append(long position, long delivery, int bytes, int @Nullable [] subscriptionIdentifiers);

        void movedAway(long position, long index);

        void event(long position, EventKind kind, long index);
    }

    /** Tells what the tail says of a session and keeps it, for tools that come by more than once. */
    void forEach(long number, Visitor visitor) {
        walk(chains.get(number), identifiers::get, visitor);
    }

    /** What stands beside an entry of the tail. */
    private interface Beside {
        int @Nullable [] of(int event);
    }

    private void walk(long chain, Beside beside, Visitor visitor) {
        for (int event = chain == NOBODY ? NONE : (int) (chain >>> Integer.SIZE); event != NONE; ) {
            Page page = pages.get(event >>> PAGE_BITS);
            int at = event & (PAGE_EVENTS - 1);
            long position = firstPosition + page.positions[at];
            long value = page.values[at];
            int kind = page.kinds[at] & ((1 << KIND_BITS) - 1);
            if (kind == APPENDED) {
                visitor.append(position, value, page.kinds[at] >>> KIND_BITS, beside.of(event));
            } else if (kind == MOVED_AWAY) {
                visitor.movedAway(position, value);
            } else {
                visitor.event(position, KINDS[kind], value);
            }
            event = page.next[at];
        }
    }

    /** Drops the tail of a session that has ended or cannot be read. */
    public void forget(long number) {
        chains.remove(number);
        freeWhenEmpty();
    }

    private void freeWhenEmpty() {
        if (chains.isEmpty() && events > 0) {
            pages.clear();
            identifiers.clear();
            chains.compact();
            events = 0;
        }
    }
}

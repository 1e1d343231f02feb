// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import java.util.Arrays;

/**
 * What one lookup found: one entry per matching subscription, unmerged, in no particular order. A session with
 * overlapping filters appears once per filter; merging them is the caller's choice [MQTT-3.3.5-1] [MQTT5-3.3.4-2].
 *
 * <p>Owned by one thread and reused from lookup to lookup; it keeps the capacity of its largest result.
 */
public final class Matches {
    /** An entry is two longs, as in {@link RecipientList}: session number, then options and identifier. */
    private static final int ENTRY_LONGS = 2;

    private static final int ENTRIES_AT_FIRST = 32;

    private long[] entries = new long[ENTRIES_AT_FIRST * ENTRY_LONGS];
    private int used;
    private long generation;

    /** The number of matching subscriptions. */
    public int size() {
        return used / ENTRY_LONGS;
    }

    public long sessionNumber(int entry) {
        return entries[checked(entry) * ENTRY_LONGS];
    }

    /** The packed {@link SubscriptionOptions} of an entry. */
    public int options(int entry) {
        return RecipientList.options(entries[checked(entry) * ENTRY_LONGS + 1]);
    }

    /** The Subscription Identifier of an entry; 0 is none. */
    public int identifier(int entry) {
        return RecipientList.identifier(entries[checked(entry) * ENTRY_LONGS + 1]);
    }

    /**
     * The tree's generation before the lookup began: every change up to it is in this result, later ones may or may
     * not be. This is the number that a ticket or a cache entry takes.
     */
    public long generation() {
        return generation;
    }

    void begin(long currentGeneration) {
        used = 0;
        generation = currentGeneration;
    }

    void add(long sessionNumber, long terms) {
        if (used == entries.length) {
            grow(ENTRY_LONGS);
        }
        entries[used] = sessionNumber;
        entries[used + 1] = terms;
        used += ENTRY_LONGS;
    }

    /** Adds whole entries, laid out as here. */
    void addAll(long[] others) {
        if (entries.length - used < others.length) {
            grow(others.length);
        }
        System.arraycopy(others, 0, entries, used, others.length);
        used += others.length;
    }

    private void grow(int longs) {
        entries = Arrays.copyOf(entries, Math.max(entries.length * 2, Math.addExact(used, longs)));
    }

    private int checked(int entry) {
        if (entry < 0 || entry >= size()) {
            throw new IndexOutOfBoundsException(entry);
        }
        return entry;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * An open-addressing table from 128-bit keys to ints other than 0 and -1; one writer, lock-free readers.
 *
 * <p><strong>Keys are written once.</strong> A slot gets its key before its value is released and keeps the key as long as
 * the slots live, so a reader that sees a value sees the key that belongs to it. Removing turns the value into a
 * tombstone. A slot is not given to another key in place, since a reader between value and key would take one for the
 * other; instead the slots are written anew, without tombstones, into fresh arrays when three quarters are used up. A
 * reader that still holds the old arrays finds there what was true when they were left, which no reader outlives
 * (see {@link Epochs} for what the values point to). Fresh arrays are half full, so each insertion or removal pays for
 * moving at most four slots.
 *
 * <p>The table is cut into segments by hash, so that writing anew moves some thousand entries and not a million: the
 * commit thread never stops for long.
 */
final class HashTable {
    /** What {@link #get} answers for a key that is not there. */
    static final int ABSENT = 0;

    private static final int TOMBSTONE = -1;
    private static final int SEGMENTS = 64;
    private static final int SLOTS_MIN = 8;
    private static final int SLOTS_MAX = 1 << 27;
    private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);

    /** Arrays of one size; replaced as a whole. */
    private static final class Slots {
        final long[] keys;
        final int[] values;

        Slots(int capacity) {
            keys = new long[2 * capacity];
            values = new int[capacity];
        }

        /** Multiplication instead of a mask: the size need not be a power of two, which saves a third of the memory. */
        int home(long hash) {
            return (int) (((hash >>> Integer.SIZE) * values.length) >>> Integer.SIZE);
        }

        /** The slot of the key, or minus one minus the empty slot where it would be. */
        int find(long hash, long key0, long key1) {
            int slot = home(hash);
            while (values[slot] != ABSENT) {
                if (keys[2 * slot] == key0 && keys[2 * slot + 1] == key1) {
                    return slot;
                }
                slot = slot + 1 == values.length ? 0 : slot + 1;
            }
            return -1 - slot;
        }

        void fill(int slot, long key0, long key1, int value) {
            keys[2 * slot] = key0;
            keys[2 * slot + 1] = key1;
            INT.setRelease(values, slot, value);
        }
    }

    // readable by all; array elements have volatile semantics
    private final AtomicReferenceArray<Slots> segments = new AtomicReferenceArray<>(SEGMENTS);

    // writer only: slots with a value, and slots with a value or a tombstone
    private final int[] live = new int[SEGMENTS];
    private final int[] used = new int[SEGMENTS];
    private int size;
    private long capacity;

    HashTable() {
        for (int segment = 0; segment < SEGMENTS; segment++) {
            segments.set(segment, new Slots(SLOTS_MIN));
            capacity += SLOTS_MIN;
        }
    }

    /** Any thread: the value of the key, or {@link #ABSENT}. */
    int get(long key0, long key1) {
        long hash = mix(key0, key1);
        Slots slots = segments.getAcquire(segment(hash));
        int[] values = slots.values;
        long[] keys = slots.keys;
        int slot = slots.home(hash);
        while (true) {
            int value = (int) INT.getAcquire(values, slot);
            if (value == ABSENT) {
                return ABSENT;
            }
            if (keys[2 * slot] == key0 && keys[2 * slot + 1] == key1) {
                return value == TOMBSTONE ? ABSENT : value;
            }
            slot = slot + 1 == values.length ? 0 : slot + 1;
        }
    }

    /** Writer only: adds the key or replaces its value. */
    void put(long key0, long key1, int value) {
        assert value != ABSENT && value != TOMBSTONE : value;
        long hash = mix(key0, key1);
        int segment = segment(hash);
        Slots slots = segments.getPlain(segment);
        int slot = slots.find(hash, key0, key1);
        if (slot >= 0) {
            if (slots.values[slot] == TOMBSTONE) {
                live[segment]++;
                size++;
            }
            INT.setRelease(slots.values, slot, value);
            return;
        }
        if (4L * (used[segment] + 1) > 3L * slots.values.length) {
            slots = writeAnew(segment, slots);
            slot = slots.find(hash, key0, key1);
        }
        slots.fill(-1 - slot, key0, key1, value);
        live[segment]++;
        used[segment]++;
        size++;
    }

    /** Writer only: removes a key that is there. */
    void remove(long key0, long key1) {
        long hash = mix(key0, key1);
        int segment = segment(hash);
        Slots slots = segments.getPlain(segment);
        int slot = slots.find(hash, key0, key1);
        if (slot < 0 || slots.values[slot] == TOMBSTONE) {
            throw new IllegalStateException("removed a key that is not in the table");
        }
        INT.setRelease(slots.values, slot, TOMBSTONE);
        live[segment]--;
        size--;
        if (slots.values.length > SLOTS_MIN && 6L * live[segment] < slots.values.length) {
            writeAnew(segment, slots);
        }
    }

    /** Writer only. */
    int size() {
        return size;
    }

    /** Slots that have a place in memory. */
    long capacity() {
        return capacity;
    }

    long heapBytes() {
        return capacity * (2 * Long.BYTES + Integer.BYTES) + SEGMENTS * 68L;
    }

    void save(Snapshot.Sink out) throws IOException {
        for (int segment = 0; segment < SEGMENTS; segment++) {
            Slots slots = segments.getPlain(segment);
            out.putInt(slots.values.length);
            out.putInt(live[segment]);
            out.putInt(used[segment]);
            out.putLongs(slots.keys);
            out.putInts(slots.values);
        }
    }

    /** As saved, before any reader knows the table. */
    void load(ByteBuffer in) {
        size = 0;
        capacity = 0;
        for (int segment = 0; segment < SEGMENTS; segment++) {
            Slots slots = new Slots(in.getInt());
            live[segment] = in.getInt();
            used[segment] = in.getInt();
            in.asLongBuffer().get(slots.keys);
            in.position(in.position() + slots.keys.length * Long.BYTES);
            in.asIntBuffer().get(slots.values);
            in.position(in.position() + slots.values.length * Integer.BYTES);
            segments.set(segment, slots);
            size += live[segment];
            capacity += slots.values.length;
        }
    }

    private Slots writeAnew(int segment, Slots old) {
        int slotsWanted = Math.max(SLOTS_MIN, 2 * (live[segment] + 1));
        if (slotsWanted > SLOTS_MAX) {
            throw new IllegalStateException("subscription tree is full: " + SLOTS_MAX + " slots in a segment");
        }
        Slots fresh = new Slots(slotsWanted);
        for (int slot = 0; slot < old.values.length; slot++) {
            int value = old.values[slot];
            if (value != ABSENT && value != TOMBSTONE) {
                long key0 = old.keys[2 * slot];
                long key1 = old.keys[2 * slot + 1];
                fresh.fill(-1 - fresh.find(mix(key0, key1), key0, key1), key0, key1, value);
            }
        }
        segments.setRelease(segment, fresh);
        used[segment] = live[segment];
        capacity += fresh.values.length - old.values.length;
        return fresh;
    }

    private static int segment(long hash) {
        return (int) hash & (SEGMENTS - 1);
    }

    /** Spreads keys that differ in a node number only; both halves hold secret bits already. */
    private static long mix(long key0, long key1) {
        long hash = key0 + key1 * 0x9e3779b97f4a7c15L;
        hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
        return hash ^ (hash >>> 32);
    }
}

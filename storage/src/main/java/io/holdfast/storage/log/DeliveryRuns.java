// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import java.util.ArrayList;
import java.util.List;

/**
 * A session's deliveries by index. A queue grows at one end and shrinks at the other, so neighbours stand side by side in
 * a ring: a hash table would touch a cache line of its own for each. There is one run of indexes, or two while the head of
 * a long queue is read from disk and its tail is in memory. Not thread-safe.
 */
final class DeliveryRuns {
    /** Holes up to this many indexes are bridged: what lies between was settled. */
    private static final int BRIDGED_MAX = 64;

    private static final int SLOTS_MIN = 4;

    /** A ring of at most this many slots is kept when its run is over, for the next delivery. */
    private static final int SLOTS_KEPT_MAX = 64;

    private final List<Run> runs = new ArrayList<>(1);
    private int size;

    /** The delivery at an index, or {@link Delivery#NONE}. */
    long get(long index) {
        for (int i = runs.size() - 1; i >= 0; i--) {
            Run run = runs.get(i);
            if (run.covers(index)) {
                return run.get(index);
            }
        }
        return Delivery.NONE;
    }

    /** Adds a delivery at an index that has none. */
    void put(long index, long delivery) {
        runFor(index).set(index, delivery);
        size++;
    }

    private Run runFor(long index) {
        Run spare = null;
        for (int i = runs.size() - 1; i >= 0; i--) {
            Run run = runs.get(i);
            if (run.covers(index)) {
                return run;
            }
            if (run.length == 0) {
                spare = run;
            }
        }
        for (int i = 0; i < runs.size(); i++) { // no iterator: one for each message is too many
            Run run = runs.get(i);
            if (run.length > 0 && index >= run.end() && index - run.end() <= BRIDGED_MAX && !overlaps(run, index)) {
                return run;
            }
        }
        if (spare == null) {
            spare = new Run();
            runs.add(spare);
        }
        spare.first = index;
        return spare;
    }

    /** Whether a run that reached as far as the index would run into another one. */
    private boolean overlaps(Run run, long index) {
        for (int i = 0; i < runs.size(); i++) {
            Run other = runs.get(i);
            if (other != run && other.length > 0 && other.first >= run.end() && other.first <= index) {
                return true;
            }
        }
        return false;
    }

    /** Removes a delivery, if there is one. */
    void remove(long index) {
        for (int i = runs.size() - 1; i >= 0; i--) {
            Run run = runs.get(i);
            if (run.covers(index)) {
                size -= run.remove(index) ? 1 : 0;
                if (run.length == 0 && (runs.size() > 1 || run.slots.length > SLOTS_KEPT_MAX)) {
                    runs.remove(i);
                }
                return;
            }
        }
    }

    int size() {
        return size;
    }

    /** Neighbouring indexes; the first and the last one have a delivery. */
    private static final class Run {
        private long first;
        private int length;
        private int head;
        private long[] slots = new long[SLOTS_MIN]; // always a power of two

        boolean covers(long index) {
            return index >= first && index < first + length;
        }

        long end() {
            return first + length;
        }

        long get(long index) {
            return slots[slot(index)];
        }

        private int slot(long index) {
            return (head + (int) (index - first)) & (slots.length - 1);
        }

        void set(long index, long delivery) {
            int reach = (int) (index - first) + 1;
            if (reach > slots.length) {
                grow(reach);
            }
            for (; length < reach; length++) {
                slots[slot(first + length)] = Delivery.NONE;
            }
            slots[slot(index)] = delivery;
        }

        private void grow(int reach) {
            int capacity = slots.length;
            while (capacity < reach) {
                capacity *= 2;
            }
            long[] larger = new long[capacity];
            for (int i = 0; i < length; i++) {
                larger[i] = slots[(head + i) & (slots.length - 1)];
            }
            slots = larger;
            head = 0;
        }

        boolean remove(long index) {
            int slot = slot(index);
            boolean present = slots[slot] != Delivery.NONE;
            slots[slot] = Delivery.NONE;
            while (length > 0 && slots[head] == Delivery.NONE) {
                head = (head + 1) & (slots.length - 1);
                first++;
                length--;
            }
            while (length > 0 && slots[slot(first + length - 1)] == Delivery.NONE) {
                length--;
            }
            return present;
        }
    }
}

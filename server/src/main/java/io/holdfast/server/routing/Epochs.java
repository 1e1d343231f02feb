// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Decides when memory that the writer took out of the tree may be used again, which is the moment no reader can still
 * stand on it (epoch based reclamation).
 *
 * <p>The epoch is the tree's generation. A reader pins the generation it saw before it touches the tree and unpins when
 * it has left. The writer unlinks something while the generation is g, notes it here with g, and then raises the
 * generation. A reader that pinned more than g saw the tree without it; so the thing is free once every pin is idle or
 * above g.
 *
 * <p>What makes this right is one fence on each side: a reader stores its pin, fences, then loads links; the writer
 * stores the unlink, fences, then loads pins. Whichever fence is first, either the writer sees the pin or the reader
 * does not see the link. A reader that pins an outdated generation only holds things back longer.
 *
 * <p>Waiting things are a queue in order of their generation; a reader that stays in a lookup holds back the queue, never
 * the writer.
 */
class Epochs {
    /** Something that hands out ints and takes them back. */
    interface Pool {
        void free(int index);
    }

    /** A reader's mark: the generation it pinned. Written by its reader, read by the writer. */
    static final class Pin {
        private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
        private static final long IDLE = Long.MAX_VALUE;
        /** The mark lies alone on its cache lines: readers of different threads must not slow each other down. */
        private static final int PADDING = 16;

        private final long[] padded = new long[2 * PADDING + 1];

        private Pin() {
            padded[PADDING] = IDLE;
        }

        void enter(long generation) {
            assert padded[PADDING] == IDLE : "a reader was entered twice";
            SLOT.setOpaque(padded, PADDING, generation);
            VarHandle.fullFence();
        }

        void leave() {
            SLOT.setRelease(padded, PADDING, IDLE);
        }

        private long pinned() {
            return (long) SLOT.getAcquire(padded, PADDING);
        }
    }

    /** Below this the queue is not worth a look at all pins after each change. */
    private static final int WAITING_MIN = 32;

    private volatile long generation;
    private volatile Pin[] pins = {};

    // the queue, a ring; writer only
    private long[] waitingSince = new long[2 * WAITING_MIN];
    private int[] waiting = new int[2 * WAITING_MIN];
    private Pool[] waitingFor = new Pool[2 * WAITING_MIN];
    private int first;
    private int count;

    /** Any thread. */
    final long generation() {
        return generation;
    }

    /** Any thread; a pin lives as long as the tree. */
    final synchronized Pin newPin() {
        Pin pin = new Pin();
        Pin[] more = Arrays.copyOf(pins, pins.length + 1);
        more[pins.length] = pin;
        pins = more;
        return pin;
    }

    /** Writer only: {@code index} is no longer linked, and goes back to {@code pool} when no reader stands on it. */
    final void retire(Pool pool, int index) {
        if (count == waiting.length) {
            growQueue();
        }
        int last = (first + count) & (waiting.length - 1);
        waitingSince[last] = generation;
        waiting[last] = index;
        waitingFor[last] = pool;
        count++;
    }

    /** Writer only: makes the change that was just made one that readers can rely on. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    final void advance() {
        generation++;
        if (count >= WAITING_MIN) {
            reclaim();
        }
    }

    /** Writer only: gives back what nobody can see any more. */
    final void reclaim() {
        VarHandle.fullFence();
        long oldest = oldestPinned();
        while (count > 0 && waitingSince[first] < Math.min(oldest, generation)) {
            waitingFor[first].free(waiting[first]);
            first = (first + 1) & (waiting.length - 1);
            count--;
        }
    }

    /** Open so that a test can show what happens when nobody waits for readers. */
    long oldestPinned() {
        long oldest = Long.MAX_VALUE;
        for (Pin pin : pins) {
            oldest = Math.min(oldest, pin.pinned());
        }
        return oldest;
    }

    final int waitingCount() {
        return count;
    }

    final long heapBytes() {
        return 16L * waiting.length;
    }

    private void growQueue() {
        int capacity = Math.multiplyExact(waiting.length, 2);
        long[] since = new long[capacity];
        int[] indexes = new int[capacity];
        Pool[] pools = new Pool[capacity];
        for (int i = 0; i < count; i++) {
            int from = (first + i) & (waiting.length - 1);
            since[i] = waitingSince[from];
            indexes[i] = waiting[from];
            pools[i] = waitingFor[from];
        }
        waitingSince = since;
        waiting = indexes;
        waitingFor = pools;
        first = 0;
    }
}

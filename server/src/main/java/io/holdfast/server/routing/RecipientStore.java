// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what a filter matches, behind one int so that a million filters with one subscriber each need neither an
 * object nor a pointer of their own.
 *
 * <pre>
 * reference   0   nobody
 *           > 0   one subscriber: the cell that holds session number and terms
 *          < -1   several: minus the index of a {@link RecipientList}     (-1 is a tombstone of {@link HashTable})
 * </pre>
 *
 * <p>A cell is never changed while it can be reached: other terms mean another cell. A list's place is changed in place,
 * since the lists are immutable. What a change leaves behind goes to {@link Epochs}.
 */
final class RecipientStore {
    static final int NOBODY = 0;

    private static final int SESSION_NUMBER = 0;
    private static final int TERMS = 2;

    private final Epochs epochs;
    private final CellPool singles = new CellPool();
    private final ListTable lists = new ListTable();

    RecipientStore(Epochs epochs) {
        this.epochs = epochs;
    }

    /** Any thread, pinned: adds the subscribers behind a reference. */
    void collect(int reference, Matches out) {
        if (reference > NOBODY) {
            out.add(singles.getLong(reference, SESSION_NUMBER), singles.getLong(reference, TERMS));
        } else if (reference < NOBODY) {
            lists.get(-reference).copyTo(out);
        }
    }

    /** Writer only: the terms of the session's subscription, or {@link RecipientList#NONE}. */
    long termsOf(int reference, long sessionNumber) {
        if (reference == NOBODY) {
            return RecipientList.NONE;
        }
        if (reference < NOBODY) {
            return lists.get(-reference).termsOf(sessionNumber);
        }
        return singles.getLong(reference, SESSION_NUMBER) == sessionNumber
                ? singles.getLong(reference, TERMS)
                : RecipientList.NONE;
    }

    /** Writer only: the reference to link in place of this one, with the session's subscription added or replaced. */
    int with(int reference, long sessionNumber, long terms) {
        if (reference == NOBODY) {
            return single(sessionNumber, terms);
        }
        if (reference < NOBODY) {
            lists.set(-reference, lists.get(-reference).with(sessionNumber, terms));
            return reference;
        }
        long presentSession = singles.getLong(reference, SESSION_NUMBER);
        long presentTerms = singles.getLong(reference, TERMS);
        epochs.retire(singles, reference);
        if (presentSession == sessionNumber) {
            return single(sessionNumber, terms);
        }
        return -lists.add(RecipientList.of(presentSession, presentTerms).with(sessionNumber, terms));
    }

    /** Writer only: the reference to link in place of this one, without a session that it holds. */
    int without(int reference, long sessionNumber) {
        if (reference > NOBODY) {
            epochs.retire(singles, reference);
            return NOBODY;
        }
        RecipientList remaining = lists.get(-reference).without(sessionNumber);
        if (remaining.hasOneEntry()) {
            epochs.retire(lists, -reference);
            return single(remaining.firstSessionNumber(), remaining.firstTerms());
        }
        lists.set(-reference, remaining);
        return reference;
    }

    /** Places in memory for filters with one subscriber. */
    int singleCapacity() {
        return singles.capacity();
    }

    /** Places in memory for filters with several. */
    int listCapacity() {
        return lists.capacity();
    }

    long heapBytes() {
        return singles.heapBytes() + lists.heapBytes();
    }

    void save(Snapshot.Sink out) throws IOException {
        singles.save(out);
        lists.save(out);
    }

    /** As saved, before any reader knows the store. */
    void load(ByteBuffer in) {
        singles.load(in);
        lists.load(in);
    }

    private int single(long sessionNumber, long terms) {
        int cell = singles.allocate();
        singles.setLong(cell, SESSION_NUMBER, sessionNumber);
        singles.setLong(cell, TERMS, terms);
        return cell;
    }

    /** Lists by index; 0 and 1 stay unused so that no reference is -1. Grows by copy; a reader loads it after the index. */
    private static final class ListTable implements Epochs.Pool {
        private static final int CAPACITY_MIN = 64;
        private static final int FIRST = 2;

        private volatile AtomicReferenceArray<@Nullable RecipientList> lists = new AtomicReferenceArray<>(CAPACITY_MIN);

        // writer only
        private int[] free = new int[CAPACITY_MIN];
        private int freeCount;
        private int neverUsed = FIRST;
        private long listBytes;

        RecipientList get(int index) {
            RecipientList list = lists.getAcquire(index);
            if (list == null) {
                throw new IllegalStateException("a reader met a freed list of recipients");
            }
            return list;
        }

        void set(int index, @Nullable RecipientList list) {
            RecipientList before = lists.getPlain(index);
            listBytes += (list == null ? 0 : list.heapBytes()) - (before == null ? 0 : before.heapBytes());
            lists.setRelease(index, list);
        }

        int add(RecipientList list) {
            int index = freeCount > 0 ? free[--freeCount] : neverUsed++;
            if (index == lists.length()) {
                grow();
            }
            set(index, list);
            return index;
        }

        @Override
        public void free(int index) {
            set(index, null);
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, 2 * free.length);
            }
            free[freeCount++] = index;
        }

        int capacity() {
            return lists.length();
        }

        /** Places in use and free ones in one row; a list has at least one entry, so 0 stands for a free place. */
        void save(Snapshot.Sink out) throws IOException {
            out.putInt(neverUsed);
            for (int index = FIRST; index < neverUsed; index++) {
                RecipientList list = lists.getPlain(index);
                if (list == null) {
                    out.putInt(0);
                } else {
                    list.save(out);
                }
            }
        }

        void load(ByteBuffer in) {
            int end = in.getInt();
            lists = new AtomicReferenceArray<>(Math.max(CAPACITY_MIN, end + (end >> 1)));
            for (int index = FIRST; index < end; index++) {
                int entries = in.getInt();
                if (entries == 0) {
                    free(index);
                } else {
                    set(index, RecipientList.load(entries, in));
                }
            }
            neverUsed = end;
        }

        long heapBytes() {
            return listBytes + 4L * lists.length() + 4L * free.length;
        }

        private void grow() {
            AtomicReferenceArray<@Nullable RecipientList> larger =
                    new AtomicReferenceArray<>(lists.length() + (lists.length() >> 1));
            for (int index = 0; index < neverUsed - 1; index++) {
                larger.setPlain(index, lists.getPlain(index));
            }
            lists = larger;
        }
    }
}

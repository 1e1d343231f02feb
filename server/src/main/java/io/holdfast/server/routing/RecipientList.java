// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The subscribers of a filter that has more than one: an immutable sorted list, cut into chunks.
 *
 * <p>A reader may stand on a list while the writer changes it, so every change makes a new list. It copies one chunk and
 * the table of chunks and shares the others: with 100,000 subscribers that is some ten kilobytes and not 1.6 MB.
 *
 * <p>An entry is two longs: session number, then {@link #terms}. Entries are in rising order of session number over all
 * chunks, no chunk is empty.
 */
final class RecipientList {
    /** What {@link #termsOf} answers for a session that is not in the list; no terms look like this. */
    static final long NONE = -1;

    /** Copying 8 KiB costs as much as copying the table of 100,000 subscribers' chunks (200 to 400 references). */
    static final int CHUNK_ENTRIES = 512;

    private static final int ENTRY_LONGS = 2;

    private final long[][] chunks;
    private final int entryCount;

    private RecipientList(long[][] chunks, int entryCount) {
        this.chunks = chunks;
        this.entryCount = entryCount;
    }

    static RecipientList of(long sessionNumber, long terms) {
        return new RecipientList(new long[][] {{sessionNumber, terms}}, 1);
    }

    /** Options and Subscription Identifier (0 is none) in one non-negative long. */
    static long terms(int options, int identifier) {
        return ((long) options << Integer.SIZE) | identifier;
    }

    static int options(long terms) {
        return (int) (terms >>> Integer.SIZE);
    }

    static int identifier(long terms) {
        return (int) terms;
    }

    /** The terms of the session's subscription, or {@link #NONE}. */
    long termsOf(long sessionNumber) {
        long[] chunk = chunks[chunkOf(sessionNumber)];
        int entry = find(chunk, sessionNumber);
        return entry < 0 ? NONE : chunk[entry * ENTRY_LONGS + 1];
    }

    /** The list with the session's subscription added or replaced. */
    RecipientList with(long sessionNumber, long terms) {
        int index = chunkOf(sessionNumber);
        long[] chunk = chunks[index];
        int entry = find(chunk, sessionNumber);
        if (entry >= 0) {
            long[] changed = chunk.clone();
            changed[entry * ENTRY_LONGS + 1] = terms;
            return new RecipientList(replace(index, 1, changed), entryCount);
        }
        int position = (-1 - entry) * ENTRY_LONGS;
        if (chunk.length < CHUNK_ENTRIES * ENTRY_LONGS) {
            return new RecipientList(replace(index, 1, insert(chunk, position, sessionNumber, terms)), entryCount + 1);
        }
        // Session numbers rise, so most additions are at the very end: full chunks there stay full.
        boolean atEnd = index == chunks.length - 1 && position == chunk.length;
        int cut = atEnd ? chunk.length : chunk.length / 2;
        long[] left = Arrays.copyOf(chunk, cut);
        long[] right = Arrays.copyOfRange(chunk, cut, chunk.length);
        if (position <= left.length && !atEnd) {
            left = insert(left, position, sessionNumber, terms);
        } else {
            right = insert(right, position - cut, sessionNumber, terms);
        }
        return new RecipientList(replace(index, 1, left, right), entryCount + 1);
    }

    /** The list without a session that is in it; at least one other must remain. */
    RecipientList without(long sessionNumber) {
        int index = chunkOf(sessionNumber);
        long[] chunk = chunks[index];
        int position = find(chunk, sessionNumber) * ENTRY_LONGS;
        long[] smaller = new long[chunk.length - ENTRY_LONGS];
        System.arraycopy(chunk, 0, smaller, 0, position);
        System.arraycopy(chunk, position + ENTRY_LONGS, smaller, position, smaller.length - position);
        if (smaller.length == 0) {
            return new RecipientList(replace(index, 1), entryCount - 1);
        }
        int neighbour = index > 0 ? index - 1 : index + 1;
        if (neighbour < chunks.length && chunks[neighbour].length + smaller.length <= CHUNK_ENTRIES * ENTRY_LONGS / 2) {
            long[] left = neighbour < index ? chunks[neighbour] : smaller;
            long[] right = neighbour < index ? smaller : chunks[neighbour];
            long[] merged = Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, merged, left.length, right.length);
            return new RecipientList(replace(Math.min(index, neighbour), 2, merged), entryCount - 1);
        }
        return new RecipientList(replace(index, 1, smaller), entryCount - 1);
    }

    void save(Snapshot.Sink out) throws IOException {
        out.putInt(entryCount);
        out.putInt(chunks.length);
        for (long[] chunk : chunks) {
            out.putInt(chunk.length);
            out.putLongs(chunk);
        }
    }

    static RecipientList load(int entryCount, ByteBuffer in) {
        long[][] chunks = new long[in.getInt()][];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = new long[in.getInt()];
            in.asLongBuffer().get(chunks[i]);
            in.position(in.position() + chunks[i].length * Long.BYTES);
        }
        return new RecipientList(chunks, entryCount);
    }

    boolean hasOneEntry() {
        return entryCount == 1;
    }

    long firstSessionNumber() {
        return chunks[0][0];
    }

    long firstTerms() {
        return chunks[0][1];
    }

    void copyTo(Matches out) {
        for (long[] chunk : chunks) {
            out.addAll(chunk);
        }
    }

    int chunkCount() {
        return chunks.length;
    }

    /** With object headers and the padding of 64-bit JVMs. */
    long heapBytes() {
        return 40 + 20L * chunks.length + (long) entryCount * ENTRY_LONGS * Long.BYTES;
    }

    /** The last chunk that begins at or below the session number, or the first. */
    private int chunkOf(long sessionNumber) {
        int low = 0;
        int high = chunks.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks[middle][0] <= sessionNumber) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The session's entry, or minus one minus the entry before which it would be. */
    private static int find(long[] chunk, long sessionNumber) {
        int low = 0;
        int high = chunk.length / ENTRY_LONGS - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = chunk[middle * ENTRY_LONGS];
            if (there == sessionNumber) {
                return middle;
            }
            if (there < sessionNumber) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    private static long[] insert(long[] chunk, int position, long sessionNumber, long terms) {
        long[] larger = new long[chunk.length + ENTRY_LONGS];
        System.arraycopy(chunk, 0, larger, 0, position);
        larger[position] = sessionNumber;
        larger[position + 1] = terms;
        System.arraycopy(chunk, position, larger, position + ENTRY_LONGS, chunk.length - position);
        return larger;
    }

    /** The table of chunks with {@code removed} of them replaced by others. */
    private long[][] replace(int index, int removed, long[]... added) {
        long[][] table = new long[chunks.length - removed + added.length][];
        System.arraycopy(chunks, 0, table, 0, index);
        System.arraycopy(added, 0, table, index, added.length);
        System.arraycopy(chunks, index + removed, table, index + added.length, chunks.length - index - removed);
        return table;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import java.util.Arrays;

/**
 * The sequence numbers that a receiver skipped, as ranges in rising order. There are as many ranges as there were
 * faults, so this is nearly always empty; a broker that drops every second message must not fill the memory all the
 * same, and so the oldest ranges are closed at a limit: what they miss stays missing.
 */
final class Gaps {
    static final int RANGES_MAX = 4_096;

    private static final int RANGES_FIRST = 4;

    /** Pairs of first and one past the last. */
    private int[] bounds = new int[2 * RANGES_FIRST];

    private int ranges;
    private long missing;

    /** Numbers from {@code first} to before {@code end} were skipped; all earlier ranges lie below. */
    void add(int first, int end) {
        if (ranges == RANGES_MAX) {
            removeRanges(0, RANGES_MAX / 2);
        }
        insert(ranges, first, end);
        missing += end - first;
    }

    /** A skipped number has come after all. Answers whether it was one. */
    boolean fill(int number) {
        int range = indexOf(number);
        if (range < 0) {
            return false;
        }
        int first = bounds[2 * range];
        int end = bounds[2 * range + 1];
        missing--;
        if (end - first == 1) {
            removeRanges(range, 1);
        } else if (number == first) {
            bounds[2 * range]++;
        } else if (number == end - 1) {
            bounds[2 * range + 1]--;
        } else if (ranges == RANGES_MAX) {
            bounds[2 * range + 1] = number; // No room to split: what lies behind stays missing.
        } else {
            bounds[2 * range + 1] = number;
            insert(range + 1, number + 1, end);
        }
        return true;
    }

    /** How many of the skipped numbers have not come. */
    long missing() {
        return missing;
    }

    private int indexOf(int number) {
        int low = 0;
        int high = ranges - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (number < bounds[2 * middle]) {
                high = middle - 1;
            } else if (number >= bounds[2 * middle + 1]) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    private void insert(int range, int first, int end) {
        if (2 * ranges == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        System.arraycopy(bounds, 2 * range, bounds, 2 * range + 2, 2 * (ranges - range));
        bounds[2 * range] = first;
        bounds[2 * range + 1] = end;
        ranges++;
    }

    private void removeRanges(int from, int count) {
        System.arraycopy(bounds, 2 * (from + count), bounds, 2 * from, 2 * (ranges - from - count));
        ranges -= count;
    }
}

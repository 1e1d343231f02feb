// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The few highest of many, in constant memory; of equal ones those that came first. Zero and below do not count. */
final class TopList<T> {
    private record Entry<T>(long rank, long place, T value) {}

    private final int size;
    private final PriorityQueue<Entry<T>> lowestFirst = new PriorityQueue<>(Comparator.<Entry<T>>comparingLong(
                    Entry::rank)
            .thenComparing(Comparator.<Entry<T>>comparingLong(Entry::place).reversed()));
    private long places;

    TopList(int size) {
        this.size = size;
    }

    void offer(long rank, T value) {
        if (rank <= 0 || size == 0) {
            return;
        }
        if (lowestFirst.size() == size) {
            Entry<T> lowest = lowestFirst.peek();
            if (lowest != null && rank <= lowest.rank()) {
                return;
            }
            lowestFirst.poll();
        }
        lowestFirst.add(new Entry<>(rank, places++, value));
    }

    /** Highest first. */
    List<T> values() {
        List<Entry<T>> sorted = new ArrayList<>(lowestFirst);
        sorted.sort(Comparator.<Entry<T>>comparingLong(Entry::rank).reversed().thenComparingLong(Entry::place));
        return sorted.stream().map(Entry::value).toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ranges that were deleted and may still have dead rows in table files, until somebody compacts them. Used by one thread at
 * a time.
 */
final class DeadRanges {
    /** From its first key to the one before {@code to}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record DeadRange(byte[] from, byte[] to) {
        boolean meets(DeadRange other) {
            return Arrays.compareUnsigned(from, other.to) <= 0 && Arrays.compareUnsigned(other.from, to) <= 0;
        }

        /** With one that it meets. */
        DeadRange and(DeadRange other) {
            return new DeadRange(
                    Arrays.compareUnsigned(from, other.from) <= 0 ? from : other.from,
                    Arrays.compareUnsigned(to, other.to) >= 0 ? to : other.to);
        }
    }

    private final Map<Table, List<DeadRange>> ranges = new EnumMap<>(Table.class);

    /** Ranges that meet, as deletions mostly do, become one. */
    void add(Table table, DeadRange range) {
        List<DeadRange> known = ranges.computeIfAbsent(table, none -> new ArrayList<>());
        int last = known.size() - 1;
        if (last >= 0 && known.get(last).meets(range)) {
            known.set(last, known.get(last).and(range));
        } else {
            known.add(range);
        }
    }

    List<DeadRange> of(Table table) {
        return ranges.getOrDefault(table, List.of());
    }

    /** The tables that have such ranges; the set is the caller's. */
    Set<Table> tables() {
        return Set.copyOf(ranges.keySet());
    }

    /** Their files were written anew. */
    void forget(Table table) {
        ranges.remove(table);
    }
}

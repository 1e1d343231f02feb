// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How long a broker's syncs took, as Holdfast tells it in {@code $SYS/broker/store/sync-times}: counts since its start,
 * by the first time in microseconds that is too long for a bucket.
 */
record SyncTimes(TreeMap<Long, Long> countByEndMicros) {
    /** From {@code END:COUNT END:COUNT}; what is written otherwise is left out. */
    static SyncTimes parse(@Nullable String text) {
        TreeMap<Long, Long> counts = new TreeMap<>();
        if (text != null) {
            for (String pair : text.split(" ", -1)) {
                if (pair.matches("\\d{1,18}:\\d{1,18}")) {
                    int colon = pair.indexOf(':');
                    counts.put(Long.valueOf(pair.substring(0, colon)), Long.valueOf(pair.substring(colon + 1)));
                }
            }
        }
        return new SyncTimes(counts);
    }

    /** What 99 percent of the syncs since {@code before} kept to, in microseconds; null when there were none. */
    @Nullable
    Double p99MicrosSince(SyncTimes before) {
        TreeMap<Long, Long> between = new TreeMap<>();
        countByEndMicros.forEach(
                (end, count) -> between.put(end, count - before.countByEndMicros.getOrDefault(end, 0L)));
        long all = between.values().stream().mapToLong(Long::longValue).sum();
        long below = 0;
        for (var bucket : between.entrySet()) {
            below += bucket.getValue();
            if (all > 0 && below * 100 >= all * 99) {
                return bucket.getKey().doubleValue();
            }
        }
        return null;
    }
}

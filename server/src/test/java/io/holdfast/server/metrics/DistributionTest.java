// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DistributionTest {
    @Test
    @DisplayName("every value lies below the end of its bucket, by an eighth at most, and buckets rise with it")
    void bucket_anyValue_withinAnEighth() {
        int last = -1;
        for (long value = 0; value < 5_000_000; value += 1 + value / 50) {
            int bucket = Distribution.bucket(value);
            assertThat(bucket).as("bucket of %d", value).isGreaterThanOrEqualTo(last);
            assertThat(Distribution.end(bucket)).isBetween(value + 1, value + 1 + value / 8);
            last = bucket;
        }
    }

    @Test
    @DisplayName("only buckets with values are told, the lowest first, and their sum is exact")
    void text_someValues_counted() {
        Distribution times = new Distribution();
        assertThat(times.text()).isEmpty();
        times.record(130);
        times.record(2);
        times.record(131, 3);
        assertThat(times.text()).isEqualTo("3:1 144:4");
        assertThat(times.sum()).isEqualTo(130 + 2 + 3 * 131);
    }

    @Test
    @DisplayName("powers of two are counted exactly: what is below one and what is at it are kept apart")
    void addTo_powersOfTwo_exact() {
        Distribution values = new Distribution();
        values.record(0);
        values.record(63);
        values.record(64);
        values.record(127);
        values.record(128, 5);
        values.record(1L << 40);
        long[] coarse = new long[3];
        values.addTo(coarse, 6);
        assertThat(coarse).containsExactly(2, 2, 6);
    }

    @Test
    @DisplayName("recording allocates nothing: it happens for each hand-over of messages")
    void record_often_allocatesNothing() {
        Distribution values = new Distribution();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        values.record(1, 1);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            values.record(i, 2);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SyncTimesTest {
    @Test
    @DisplayName("every time lies below the end of its bucket, by an eighth at most, and buckets rise with it")
    void bucket_anyTime_withinAnEighth() {
        int last = -1;
        for (long micros = 0; micros < 5_000_000; micros += 1 + micros / 50) {
            int bucket = SyncTimes.bucket(micros);
            assertThat(bucket).as("bucket of %d us", micros).isGreaterThanOrEqualTo(last);
            assertThat(SyncTimes.endMicros(bucket)).isBetween(micros + 1, micros + 1 + micros / 8);
            last = bucket;
        }
    }

    @Test
    @DisplayName("only buckets with syncs are told, the shortest first")
    void text_someSyncs_counted() {
        SyncTimes times = new SyncTimes();
        assertThat(times.text()).isEmpty();
        times.record(130_000);
        times.record(2_000);
        times.record(131_999);
        assertThat(times.text()).isEqualTo("3:1 144:2");
    }
}

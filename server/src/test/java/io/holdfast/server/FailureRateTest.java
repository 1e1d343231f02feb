// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailureRateTest {
    private static final long SECOND = 1_000_000_000L;

    private final FailureRate rate = new FailureRate();

    @Test
    @DisplayName("T43 rare failures are answered at once; a loop of them ever more slowly, half a minute at most")
    void failed_soonAfterEachOther_waitsLonger() {
        for (int i = 0; i < FailureRate.FREE; i++) {
            assertThat(rate.failed(i * SECOND)).isZero();
        }
        assertThat(rate.failed(5 * SECOND)).isEqualTo(2);
        assertThat(rate.failed(8 * SECOND)).isEqualTo(4);
        assertThat(rate.failed(12 * SECOND)).isEqualTo(8);
        assertThat(rate.failed(20 * SECOND)).isEqualTo(16);
        for (int i = 1; i < 20; i++) {
            assertThat(rate.failed((40 + i) * SECOND)).isEqualTo(FailureRate.DELAY_SECONDS_MAX);
        }
        assertThat(rate.recent()).isEqualTo(27);
        assertThat(rate.failed(400 * SECOND)).as("long ago is forgotten").isZero();
    }
}

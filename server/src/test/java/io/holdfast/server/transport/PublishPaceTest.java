// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PublishPaceTest {
    private static TransportLimits limits(int messages, long bytes) {
        return new TransportLimits(1, 0, Duration.ofSeconds(1), 1, 1, Duration.ofSeconds(1), messages, bytes);
    }

    @Test
    @DisplayName("one second's worth comes at once, the next waits for its share of a second")
    void take_burst_thenWaits() {
        PublishPace pace = new PublishPace();
        TransportLimits five = limits(5, 0);
        for (int i = 0; i < 5; i++) {
            assertThat(pace.take(1_000_000, five, 0)).isZero();
        }
        assertThat(pace.take(1, five, 0)).isEqualTo(200);
        assertThat(pace.take(1, five, TimeUnit.MILLISECONDS.toNanos(200))).isEqualTo(200);
        assertThat(pace.take(1, five, TimeUnit.SECONDS.toNanos(100)))
                .as("no more is saved up")
                .isZero();
        for (int i = 0; i < 4; i++) {
            assertThat(pace.take(1, five, TimeUnit.SECONDS.toNanos(100))).isZero();
        }
        assertThat(pace.take(1, five, TimeUnit.SECONDS.toNanos(100))).isPositive();
    }

    @Test
    @DisplayName("a single message larger than a second's worth is taken, and waited for")
    void take_largeMessage_waitsLonger() {
        PublishPace pace = new PublishPace();
        TransportLimits kilo = limits(0, 1_000);
        assertThat(pace.take(3_000, kilo, 0)).isEqualTo(2_000);
        assertThat(pace.take(1, kilo, TimeUnit.SECONDS.toNanos(2))).isPositive();
        assertThat(pace.take(500, kilo, TimeUnit.SECONDS.toNanos(9))).isZero();
    }
}

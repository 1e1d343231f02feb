// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Control of the kill test's rule for the delay of wills. */
final class WillDelaysTest {
    private static final long NOW = 1_700_000_000_000L;

    private final WillDelays delays = new WillDelays();

    @Test
    @DisplayName("control: a will that comes before its delay has passed is reported, a later one is not")
    void judge_early_reported() {
        delays.cut("will-a-1", NOW, 1);
        assertThat(delays.judge("will-a-1", NOW + 999)).get().asString().contains("1 ms before its delay");
        assertThat(delays.judge("will-a-1", NOW + 1_000)).isEmpty();
        delays.forget();
        assertThat(delays.judge("will-a-1", NOW + 999)).isEmpty();
    }

    @Test
    @DisplayName("what nobody saw the end of may come at any time")
    void judge_unknown_nothing() {
        assertThat(delays.judge("will-a-1", NOW)).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CodecLimitsTest {
    @Test
    @DisplayName("T04 T05 T11 T18 the defaults are those of the list of hostile behaviour")
    void defaults_always_asListed() {
        assertThat(CodecLimits.DEFAULTS)
                .isEqualTo(new CodecLimits(2_097_152, 65_536, 128, 1_024, 64, 8_192, 1_024, 65_536));
    }

    @Test
    void with_oneValue_keepsTheOthers() {
        assertThat(CodecLimits.DEFAULTS
                        .withTopicLevelsMax(5)
                        .withFiltersPerPacketMax(6)
                        .withConnectBytesMax(70)
                        .withPacketBytesMax(80))
                .isEqualTo(new CodecLimits(80, 70, 5, 6, 64, 8_192, 1_024, 65_536));
        assertThat(CodecLimits.DEFAULTS.withPacketBytesMax(1_000).connectBytesMax())
                .isEqualTo(1_000);
    }

    @Test
    void construct_nonsense_refused() {
        assertThatThrownBy(() -> CodecLimits.DEFAULTS.withPacketBytesMax(10))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CodecLimits.DEFAULTS.withConnectBytesMax(3_000_000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CodecLimits.DEFAULTS.withTopicLevelsMax(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CodecLimits.DEFAULTS.withFiltersPerPacketMax(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CodecLimits(64, 64, 1, 1, 0, 0, -1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IndexSpaceTest {
    private static final IndexSpace SPACE = IndexSpace.STANDARD;

    @Test
    @DisplayName("packet identifiers are 1 to 65,535 and come round")
    void packetId_wraps_neverZero() {
        assertThat(SPACE.packetId(0)).isEqualTo(1);
        assertThat(SPACE.packetId(65_534)).isEqualTo(65_535);
        assertThat(SPACE.packetId(65_535)).isEqualTo(1);
    }

    @Seeded(runs = 50)
    @DisplayName("C17 within the span a packet identifier means one index")
    void index_withinSpan_invertsPacketId(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long oldest = random.nextLong(1L << 40);
        long index = oldest + random.nextInt(SPACE.span());
        assertThat(SPACE.index(SPACE.packetId(index), oldest)).isEqualTo(index);
    }

    @Test
    @DisplayName("C17 a span of more than half the identifiers is refused")
    void construct_ambiguousSpan_throws() {
        assertThatThrownBy(() -> new IndexSpace(9, 5, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new IndexSpace(10, 5, 1).span()).isEqualTo(5);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.RecentSpans.Span;
import org.junit.jupiter.api.Test;

class RecentSpansTest {
    private static final int SPAN_BYTES = 100;

    private final RecentSpans spans = new RecentSpans(3 * SPAN_BYTES);

    private static Span span(long number, int bytes) {
        return new Span(number * MessageSpans.SPAN_IDS, new byte[MessageSpans.SPAN_IDS][], bytes);
    }

    private void put(long number) {
        spans.put(number, span(number, SPAN_BYTES));
    }

    @Test
    void spanAskedForOftenLongAgo_goesBeforeOneJustRead() {
        put(1);
        for (int i = 0; i < 100; i++) {
            assertThat(spans.get(1)).isNotNull();
        }
        put(2);
        put(3);
        put(4);

        assertThat(spans.get(1)).isNull();
        assertThat(spans.get(2)).isNotNull();
        assertThat(spans.get(4)).isNotNull();
    }

    @Test
    void spanAskedForLast_stays() {
        put(1);
        put(2);
        put(3);
        assertThat(spans.get(1)).isNotNull();
        put(4);

        assertThat(spans.get(1)).isNotNull();
        assertThat(spans.get(2)).isNull();
    }

    @Test
    void spanReadTwice_isCountedOnce() {
        for (int i = 0; i < 10; i++) {
            put(1);
        }
        put(2);
        put(3);

        assertThat(spans.get(1)).isNotNull();
    }

    @Test
    void spanLargerThanAll_isKeptAlone() {
        put(1);
        spans.put(2, span(2, 4 * SPAN_BYTES));

        assertThat(spans.get(1)).isNull();
        assertThat(spans.get(2)).isNotNull();
    }
}

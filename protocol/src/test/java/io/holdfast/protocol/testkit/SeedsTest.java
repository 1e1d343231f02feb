// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

class SeedsTest {
    /** Not found by the build, as it is neither top level nor named like a test; run by hand below. */
    static final class Failing {
        @Seeded(runs = 3)
        void anything(long seed) {
            throw new IllegalStateException("planted");
        }
    }

    @Test
    @DisplayName("a failing seeded test names its seed and the option that replays it")
    void seeded_failing_namesSeed() {
        List<String> payloads =
                EngineTestKit.engine("junit-jupiter")
                        .selectors(selectClass(Failing.class))
                        .execute()
                        .testEvents()
                        .failed()
                        .stream()
                        .map(event -> event.getPayload().orElseThrow().toString())
                        .toList();
        assertThat(payloads)
                .isNotEmpty()
                .allSatisfy(
                        payload -> assertThat(payload).containsPattern("replay with -Dseed=-?[0-9]+\\): .*planted"));
    }

    @Test
    @DisplayName("several seeds are all different, so a loop over them is not one run repeated")
    void many_withoutOption_distinct() {
        assertThat(Seeds.many(50).distinct().count()).isEqualTo(Long.getLong("seed") == null ? 50 : 1);
    }
}

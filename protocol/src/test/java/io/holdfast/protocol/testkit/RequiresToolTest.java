// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

class RequiresToolTest {
    /** Run by hand below; the build does not look into nested classes. */
    static final class Planted {
        @Test
        @RequiresTool("sh")
        void present() {}

        @Test
        @RequiresTool({"sh", "holdfast-no-such-tool"})
        void missing() {}
    }

    @Test
    @DisplayName("a test whose tool is missing is skipped, except in continuous integration")
    void requiresTool_missing_skipsOnlyOutsideCi() {
        long expected = System.getenv("HOLDFAST_CI") == null ? 1 : 0;
        var events = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Planted.class))
                .execute()
                .testEvents();
        assertThat(events.skipped().count()).isEqualTo(expected);
        assertThat(events.succeeded().count()).isEqualTo(2 - expected);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.history.Violation.Kind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hand-made histories of messages that expire, which may be left out and come back. */
final class DeliveryRuleTest {
    /** The second message of a stream has come on one connection; on the next one the first comes. */
    private static Story late(boolean dup) {
        return new Story()
                .connect("p")
                .connect("s")
                .subscribe("s", "x/#", 1)
                .publish("p", "a", "x/1", 1, 1)
                .publish("p", "b", "x/1", 1, 2)
                .receiveFully("s", "b", 1, 2)
                .reconnect("s")
                .receive("s", "a", 1, 1, dup)
                .ack("s", 1);
    }

    @Test
    @DisplayName("a message that was left out as expired may be sent again by a broker that forgot so in a crash")
    void check_expiringOutOfOrderAgain_isClean() {
        assertThat(late(true).drained()).isEmpty();
    }

    @Test
    @DisplayName("control: a message that expires is in order like any other when it is sent for the first time")
    void check_expiringOutOfOrder_isReported() {
        assertThat(late(false).drained()).extracting(Violation::kind).containsExactly(Kind.ORDER);
    }
}

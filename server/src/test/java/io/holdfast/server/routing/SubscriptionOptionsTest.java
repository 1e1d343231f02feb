// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionOptionsTest {
    @Test
    @DisplayName("the low six bits are the Subscription Options byte of the wire")
    void of_wireOptions_isTheWireByte() {
        int options = SubscriptionOptions.of(2, 1, SubscriptionOptions.NO_LOCAL | SubscriptionOptions.VOLATILE);

        assertThat(options & 0x3f).isEqualTo(0b0001_0110);
        assertThat(SubscriptionOptions.qos(options)).isEqualTo(2);
        assertThat(SubscriptionOptions.retainHandling(options)).isEqualTo(1);
        assertThat(SubscriptionOptions.isNoLocal(options)).isTrue();
        assertThat(SubscriptionOptions.isRetainAsPublished(options)).isFalse();
        assertThat(SubscriptionOptions.isVolatile(options)).isTrue();
        assertThat(SubscriptionOptions.isShared(options)).isFalse();
        assertThat(SubscriptionOptions.isRetainAsPublished(0b1000)).isTrue();
        assertThat(SubscriptionOptions.isShared(SubscriptionOptions.SHARED)).isTrue();
    }

    @Test
    @DisplayName("a granted QoS replaces the requested one and nothing else")
    void withQos_lower_keepsTheRest() {
        int requested = SubscriptionOptions.of(2, 2, SubscriptionOptions.RETAIN_AS_PUBLISHED);

        assertThat(SubscriptionOptions.withQos(requested, 1))
                .isEqualTo(SubscriptionOptions.of(1, 2, SubscriptionOptions.RETAIN_AS_PUBLISHED));
    }

    @ParameterizedTest
    @ValueSource(ints = {0b11, 0b11_0000, 0x100, -1})
    @DisplayName("unknown bits, QoS 3 and retain handling 3 are refused")
    void checked_outOfRange_refused(int options) {
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.checked(options));
    }

    @Test
    @DisplayName("a value that would spill into its neighbours is refused")
    void of_outOfRange_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.of(4, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.of(-1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.of(0, 4, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.of(0, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SubscriptionOptions.withQos(0, 3));
    }
}

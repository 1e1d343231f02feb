// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    @ParameterizedTest(name = "{1} to {2} with {0}: {3}")
    @CsvSource({
        "same-address, http://localhost:3000, localhost:8083, true",
        "same-address, http://127.0.0.1, 127.0.0.1:8083, true",
        "same-address, https://[::1]:3000, [::1]:8083, true",
        "same-address, http://127.0.0.1, 127.0.0.2:8083, false",
        "same-address, http://localhost, 127.0.0.1:8083, false",
        "same-address, http://evil.example, 127.0.0.1:8083, false",
        "same-address, http://evil.example, evil.example:8083, false",
        "same-address, http://127.0.0.1.evil.example, 127.0.0.1.evil.example, false",
        "same-address, http://127.1, 127.1, false",
        "same-address, null, '', false",
        "same-address, http://, :80, false",
        "https://shop.example, https://shop.example, broker.example, true",
        "https://shop.example, HTTPS://SHOP.example, broker.example, true",
        "https://shop.example, http://shop.example, broker.example, false",
        "https://shop.example, https://shop.example:8443, broker.example, false",
        "https://shop.example, https://shop.example.evil.example, broker.example, false",
        "https://shop.example, http://localhost, localhost, false",
        "'https://shop.example, same-address', http://localhost, localhost, true",
        "same-address, file://, localhost, false",
        "null, null, localhost, true",
        "*, http://evil.example, 127.0.0.1, true"
    })
    @DisplayName("T37 pages of listed origins may connect, and those of the same address where it is no name")
    void allow_origin_asListed(String list, String origin, String host, boolean allowed) {
        assertThat(Origins.parse(list).allow(origin, host)).isEqualTo(allowed);
    }

    @Test
    @DisplayName("T37 a program that is no browser names no page, and may connect")
    void allow_noOrigin_allowed() {
        assertThat(Origins.parse("https://shop.example").allow(null, "")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "shop.example",
                "https://shop.example/",
                "https://a,",
                "https://a/b",
                "https://u@a",
                "https://a?b",
                "https:// a"
            })
    @DisplayName("what is no origin is refused by name")
    void parse_noOrigin_refused(String list) {
        assertThatThrownBy(() -> Origins.parse(list)).isInstanceOf(IllegalArgumentException.class);
    }
}

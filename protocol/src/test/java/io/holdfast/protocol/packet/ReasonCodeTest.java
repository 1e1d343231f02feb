// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonCodeTest {
    @ParameterizedTest
    @CsvSource({
        "SUCCESS,0",
        "UNSUPPORTED_PROTOCOL_VERSION,1",
        "CLIENT_IDENTIFIER_NOT_VALID,2",
        "SERVER_UNAVAILABLE,3",
        "SERVER_BUSY,3",
        "QUOTA_EXCEEDED,3",
        "BAD_USER_NAME_OR_PASSWORD,4",
        "NOT_AUTHORIZED,5",
        "BANNED,5",
        "MALFORMED_PACKET,-1",
        "PACKET_TOO_LARGE,-1",
        "TOPIC_NAME_INVALID,-1"
    })
    @DisplayName("older clients get the nearest return code, or none [MQTT-3.2.2-6]")
    void connAckReturnCode_reason_nearest(ReasonCode reasonCode, int returnCode) {
        assertThat(reasonCode.connAckReturnCode()).isEqualTo(returnCode);
    }

    @Test
    void ofConnAckReturnCode_back_sameCode() {
        for (int code = 0; code <= 5; code++) {
            ReasonCode reasonCode = ReasonCode.ofConnAckReturnCode(code);
            assertThat(reasonCode).isNotNull();
            assertThat(reasonCode.connAckReturnCode()).isEqualTo(code);
        }
        assertThat(ReasonCode.ofConnAckReturnCode(6)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void of_value_onlyInItsPackets(ReasonCode reasonCode) {
        boolean somewhere = false;
        for (PacketType type : PacketType.values()) {
            boolean allowed = reasonCode.isAllowedIn(type);
            assertThat(ReasonCode.of(reasonCode.value(), type)).isEqualTo(allowed ? reasonCode : null);
            somewhere |= allowed;
        }
        assertThat(somewhere).isTrue();
        assertThat(reasonCode.isFailure()).isEqualTo(reasonCode.value() >= 0x80);
    }

    @Test
    void of_unknown_null() {
        assertThat(ReasonCode.of(3, PacketType.SUBACK)).isNull();
        assertThat(ReasonCode.of(-1, PacketType.SUBACK)).isNull();
        assertThat(ReasonCode.of(256, PacketType.SUBACK)).isNull();
    }

    @Test
    void granted_qos_itsCode() {
        for (QoS qos : QoS.values()) {
            assertThat(ReasonCode.granted(qos).value()).isEqualTo(qos.level());
            assertThat(QoS.of(qos.level())).isEqualTo(qos);
        }
        assertThatThrownBy(() -> QoS.of(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> QoS.of(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(QoS.EXACTLY_ONCE.min(QoS.AT_LEAST_ONCE)).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(QoS.AT_MOST_ONCE.min(QoS.AT_LEAST_ONCE)).isEqualTo(QoS.AT_MOST_ONCE);
    }
}

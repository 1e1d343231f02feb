// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows on keep alive. Silence is a poll that brings nothing. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class KeepAliveRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    KeepAliveRowsIT(Dialect dialect) {
        dialect.speak();
    }

    private static WireClient connected(int keepAliveSeconds) throws Exception {
        return BROKER.connected(WireConnect.clean(BROKER.uniqueName("keep")).withKeepAlive(keepAliveSeconds));
    }

    private static void assertAlive(WireClient client) throws Exception {
        assertThat(client.packetsUntilPingResp()).isEmpty();
    }

    private static void assertSilentAndOpen(WireClient client, Duration time) throws Exception {
        assertThat(client.poll(time)).isEmpty();
        assertAlive(client);
    }

    @Test
    @DisplayName("S27 keep alive counts seconds in 16 bits: 256 is not 0 or 1, every value is accepted")
    void keepAlive_16Bits_understood() throws Exception {
        for (int seconds : List.of(0, 1, 60, 255, 32_768, 65_535)) {
            try (WireClient client = connected(seconds)) {
                assertAlive(client);
            }
        }
        try (WireClient client = connected(256)) {
            assertSilentAndOpen(client, Duration.ofMillis(2_700));
        }
    }

    @Test
    @DisplayName("[MQTT-3.12.4-1] [MQTT5-3.12.4-1] S29 PINGREQ is answered at any time, with keep alive 0 too")
    void pingReq_anyTime_answered() throws Exception {
        for (int seconds : List.of(0, 100)) {
            try (WireClient client = connected(seconds)) {
                for (int i = 0; i < 3; i++) {
                    client.send(new byte[] {(byte) 0xC0, 0});
                    assertThat(client.read(WirePacket.PINGRESP).bodyBytes()).isZero();
                }
            }
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-24] [MQTT5-3.1.2-22] S30 without a packet for 1.5 x keep alive the server "
            + "disconnects, within a second after")
    void silence_15TimesKeepAlive_closed() throws Exception {
        try (WireClient client = connected(2)) {
            long start = System.nanoTime();
            assertThat(client.awaitClosed(Duration.ofSeconds(10))).isTrue();
            Duration silent = Duration.ofNanos(System.nanoTime() - start);
            // The clock starts when the broker has read the CONNECT, a little before the CONNACK is read here; a busy
            // machine may show the close late.
            assertThat(silent).isBetween(Duration.ofMillis(2_900), Duration.ofMillis(5_000));
        }
    }

    @Test
    @DisplayName("S30 any packet starts the time anew")
    void packets_withinKeepAlive_stayOpen() throws Exception {
        try (WireClient pinging = connected(1);
                WireClient publishing = connected(1)) {
            for (int i = 0; i < 4; i++) {
                assertThat(pinging.poll(Duration.ofMillis(450))).isEmpty();
                assertAlive(pinging);
                publishing.publish("s30", "x", 0, false);
                assertThat(publishing.poll(Duration.ofMillis(450))).isEmpty();
            }
            assertAlive(publishing);
        }
    }

    @Test
    @DisplayName("S32 keep alive 0 turns it off")
    void silence_keepAlive0_staysOpen() throws Exception {
        try (WireClient client = connected(0)) {
            assertSilentAndOpen(client, Duration.ofMillis(2_500));
        }
    }

    @Test
    @DisplayName("S33 the largest keep alive, 18 h 12 min 15 s, does not overflow the deadline")
    void silence_largestKeepAlive_staysOpen() throws Exception {
        try (WireClient client = connected(65_535)) {
            assertSilentAndOpen(client, Duration.ofMillis(2_500));
        }
    }
}

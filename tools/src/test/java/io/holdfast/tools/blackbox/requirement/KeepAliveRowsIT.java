// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
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
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

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
            try (WireClient client = BROKER.open()) {
                // In one write: a second may pass here at any time.
                WireConnect connect =
                        WireConnect.clean(BROKER.uniqueName("keep")).withKeepAlive(seconds);
                client.send(PacketBytes.joined(connect.bytes(), PacketBytes.pingReq()));
                assertThat(client.read(WirePacket.CONNACK).returnCode()).isZero();
                client.read(WirePacket.PINGRESP);
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
            + "disconnects, and not before")
    void silence_15TimesKeepAlive_closed() throws Exception {
        // Before the broker can have read anything: its clock starts later. That it is not long after, the simulation
        // shows.
        long start = System.nanoTime();
        try (WireClient client = connected(2)) {
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        }
    }

    @Test
    @DisplayName("S30 any packet starts the time anew")
    void packets_withinKeepAlive_stayOpen() throws Exception {
        awaitJudged(KeepAliveRowsIT::assertAlive);
        awaitJudged(client -> client.publish("s30", "x", 1, false));
    }

    /** A packet with its answer. */
    private interface Packet {
        void exchange(WireClient client) throws Exception;
    }

    private static void awaitJudged(Packet packet) throws Exception {
        boolean judged = false;
        while (!judged) {
            judged = staysOpen(packet);
        }
    }

    /**
     * Whether a connection with a keep alive of one second stayed open for longer than that by the packets sent on it; fails
     * when it was closed early. False when this machine stood still meanwhile, so that the broker was right to close it.
     */
    private static boolean staysOpen(Packet packet) throws Exception {
        long before = System.nanoTime(); // The broker has read the latest packet after this.
        try (WireClient client = connected(1)) {
            for (int i = 0; i < 6; i++) {
                assertThat(client.poll(Duration.ofMillis(450))).isEmpty();
                long sent = System.nanoTime();
                packet.exchange(client);
                before = sent;
            }
            return true;
        } catch (IOException | AssertionError e) {
            if (System.nanoTime() - before < 1_500_000_000L) {
                throw e;
            }
            return false;
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

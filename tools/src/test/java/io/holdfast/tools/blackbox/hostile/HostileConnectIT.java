// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.ConnectionClosedException;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile input before and in CONNECT. */
final class HostileConnectIT {
    /** The default connect timeout is 10 s. */
    private static final Duration CONNECT_TIMEOUT_MIN = Duration.ofSeconds(5);

    /** How often a test that has to be quick begins anew on a machine that stood still. */
    private static final int TRIES_MAX = 5;

    @Order(1)
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @Order(2)
    @RegisterExtension
    static final Canary CANARY = new Canary(BROKER);

    private static void assertClosedUnanswered(byte[] bytes) throws Exception {
        try (WireClient client = BROKER.open()) {
            client.send(bytes);
            assertClosedUnanswered(client);
        }
    }

    private static void assertClosedUnanswered(WireClient client) throws Exception {
        try {
            Optional<WirePacket> answer = client.poll(WireClient.PATIENCE);
            assertThat(answer).as("answer").isEmpty();
            throw new AssertionError("the connection is still open");
        } catch (ConnectionClosedException e) {
            assertThat(e).isNotNull();
        }
    }

    @Test
    @DisplayName("T01 T02 silence and one byte a second are closed by the same connect timeout")
    void connect_silentOrSlow_closedByTimeout() throws Exception {
        byte[] connect =
                WireConnect.clean("t02-a-client-id-long-enough-to-last").bytes();
        long start = System.nanoTime();
        try (WireClient silent = BROKER.open();
                WireClient slow = BROKER.open()) {
            Duration slowClosed = Duration.ZERO;
            for (int i = 0; slowClosed.isZero() && i < connect.length - 1; i++) {
                try {
                    slow.send(Arrays.copyOfRange(connect, i, i + 1));
                    assertThat(slow.poll(Duration.ofSeconds(1))).isEmpty();
                } catch (ConnectionClosedException e) {
                    slowClosed = Duration.ofNanos(System.nanoTime() - start);
                }
            }
            assertThat(slowClosed).as("closed before it is whole").isGreaterThan(CONNECT_TIMEOUT_MIN);
            assertThat(silent.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    static Stream<Arguments> firstPackets() {
        return IntStream.range(0, 16)
                .filter(type -> type != 1)
                .boxed()
                .flatMap(type -> Stream.of("0200 01", "00", "05 0001 61 0001")
                        .map(body ->
                                Arguments.of(String.format("%x%s", type, type == 6 || type == 8 ? "2" : "0") + body)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("firstPackets")
    @DisplayName("[MQTT-3.1.0-1] T03 a first packet of each other type is closed without an answer")
    void firstPacket_notConnect_closedUnanswered(String packet) throws Exception {
        assertClosedUnanswered(PacketBytes.hex(packet));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"10 ffffff7f", "10 808080 01", "10 8180 04"})
    @DisplayName("K02 T04 a CONNECT that claims too many bytes is closed from its fixed header alone")
    void connect_hugeClaim_closedAtOnce(String header) throws Exception {
        boolean atOnce = false;
        for (int i = 0; i < TRIES_MAX && !atOnce; i++) {
            long start = System.nanoTime();
            assertClosedUnanswered(PacketBytes.hex(header));
            atOnce = System.nanoTime() - start < CONNECT_TIMEOUT_MIN.toNanos();
        }
        assertThat(atOnce).as("not by the connect timeout").isTrue();
    }

    static Stream<Arguments> badConnects() {
        WireConnect plain = WireConnect.clean("t12");
        WireConnect will = plain.withWill("t12/will", "w", 3, false);
        WireConnect password = plain.withUser(Optional.empty(), Optional.of("secret"));
        return Stream.of(
                Arguments.of("will QoS 3", will),
                Arguments.of("will QoS without will", plain.withFlagsXor(0x08)),
                Arguments.of("will retain without will", plain.withFlagsXor(0x20)),
                Arguments.of("password without user name", password),
                Arguments.of("reserved flag", plain.withFlagsXor(0x01)),
                Arguments.of("will without its fields", plain.withFlagsXor(0x04)),
                Arguments.of("user name without its field", plain.withFlagsXor(0x80)),
                Arguments.of("wildcard in the will topic", plain.withWill("t12/#", "w", 1, false)),
                Arguments.of("empty will topic", plain.withWill("", "w", 1, false)),
                Arguments.of("protocol name in small letters", plain.withProtocol("mqtt", 4)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badConnects")
    @DisplayName("[MQTT-3.1.2-1] [MQTT-3.1.2-3] [MQTT-3.1.2-9] [MQTT-3.1.2-11] [MQTT-3.1.2-13] "
            + "[MQTT-3.1.2-14] [MQTT-3.1.2-15] [MQTT-3.1.2-22] [MQTT-3.1.4-1] T12 a CONNECT with "
            + "impossible flags is refused without CONNACK")
    void connect_badFlags_closedUnanswered(String name, WireConnect connect) throws Exception {
        assertThat(name).isNotEmpty();
        assertClosedUnanswered(connect.bytes());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"61ff", "c080", "eda080", "610062"})
    @DisplayName("[MQTT-3.1.3-4] [MQTT-1.5.3-1] [MQTT-1.5.3-2] T10 bad UTF-8 in the client id is closed "
            + "without CONNACK")
    void connect_badClientId_closedUnanswered(String id) throws Exception {
        byte[] raw = PacketBytes.hex(id);
        byte[] body =
                PacketBytes.joined(PacketBytes.hex("0004 4d515454 04 02 0000"), new byte[] {0, (byte) raw.length}, raw);
        assertClosedUnanswered(PacketBytes.packet(0x10, body));
    }

    @Test
    @DisplayName("[MQTT-3.1.3-1] [MQTT-3.1.3-3] [MQTT-3.1.2-18] [MQTT-3.1.2-20] [MQTT-3.1.4-1] T08 T09 a "
            + "CONNECT whose fields are longer or shorter than its remaining length is closed")
    void connect_lengthsDisagree_closedUnanswered() throws Exception {
        assertClosedUnanswered(PacketBytes.hex("10 0d 0004 4d515454 04 02 0000 ffff 61"));
        assertClosedUnanswered(PacketBytes.hex("10 0e 0004 4d515454 04 02 0000 0001 61 62"));
        assertClosedUnanswered(PacketBytes.hex("10 0a 0004 4d515454 04 02 0000"));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on CONNECT and on who is connected. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class ConnectionRowsIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    ConnectionRowsIT(Dialect dialect) {
        dialect.speak();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"300500016162 78", "c000", "82060001000161 00", "e000", "40020001"})
    @DisplayName("[MQTT-3.1.0-1] [MQTT5-3.1.0-1] S06 a first packet other than CONNECT closes the "
            + "connection without an answer")
    void firstPacket_notConnect_closed(String packet) throws Exception {
        try (WireClient client = BROKER.open()) {
            client.send(PacketBytes.hex(packet));
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.0-2] [MQTT5-3.1.0-2] [MQTT-4.8.0-1] [MQTT5-4.13.1-1] S07 a second CONNECT "
            + "closes the connection, and the will fires")
    void connect_twice_closedWithWill() throws Exception {
        try (WireClient watcher = BROKER.anyClient();
                WireClient client = BROKER.connected(WireConnect.clean("s07").withWill("s07/will", "gone", 1, false))) {
            watcher.subscribe(1, "s07/will");
            client.send(WireConnect.clean("s07").bytes());
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
            assertThat(watcher.read(WirePacket.PUBLISH).text()).isEqualTo("gone");
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.3-6] [MQTT5-3.1.3-6] [MQTT-3.1.4-4] [MQTT5-3.1.4-5] S08 an empty client id is "
            + "accepted with clean session 1")
    void connect_emptyIdClean_accepted() throws Exception {
        try (WireClient first = BROKER.connected(WireConnect.clean(""));
                WireClient second = BROKER.connected(WireConnect.clean(""))) {
            // Two of them are two clients: the second must not have taken over the first.
            first.subscribe(0, "s08");
            second.publish("s08", "hello", 0, false);
            assertThat(first.read(WirePacket.PUBLISH).text()).isEqualTo("hello");
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.3-8] [MQTT-3.1.3-9] [MQTT-3.2.2-4] [MQTT-3.2.2-5] S08 an empty client id is "
            + "rejected with 0x02 with clean session 0")
    void connect_emptyIdDurable_rejected() throws Exception {
        try (WireClient client = BROKER.open()) {
            WirePacket connack = client.connect(WireConnect.plain(Dialect.MQTT_3_1_1, "", false));
            assertThat(connack.returnCode()).isEqualTo(2);
            assertThat(connack.sessionPresent()).isFalse();
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "7",
                "0123456789abcdefghijklm",
                "nopqrstuvwxyzABCDEFGHIJ",
                "KLMNOPQRSTUVWXYZ",
                "longer than 23, with / and #"
            })
    @DisplayName("[MQTT-3.1.3-5] [MQTT5-3.1.3-5] [MQTT5-3.1.3-8] any client id of 1 to 23 letters and digits is "
            + "accepted, and so is any other that is not empty")
    void connect_anyId_accepted(String id) throws Exception {
        try (WireClient client = BROKER.open()) {
            assertThat(client.connect(WireConnect.clean(id)).returnCode()).isZero();
            assertThat(client.packetsUntilPingResp()).isEmpty();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.4-5] [MQTT5-3.1.4-6] [MQTT5-3.1.4-2] what follows a refused CONNECT is not processed")
    void connect_refused_restIgnored() throws Exception {
        try (WireClient watcher = BROKER.anyClient();
                WireClient client = BROKER.open()) {
            String fence = Exchange.subscribeWithFence(BROKER, watcher, 1, "refused/t");
            // A will on a topic of the broker's own is refused in both versions.
            WireConnect refused = WireConnect.clean("refused").withWill("$SYS/fake", "gone", 1, false);
            client.send(PacketBytes.joined(
                    refused.bytes(),
                    PacketBytes.subscribe(1, 1, "refused/t"),
                    Exchange.publish("refused/t", "not processed", 1, 2, false)));
            assertThat(client.read(WirePacket.CONNACK).returnCode()).isIn(0x05, 0x87);
            assertThat(client.packetsUntilClosed()).isEmpty();
            try (WireClient publisher = BROKER.anyClient()) {
                publisher.publish(fence, "", 1, false);
            }
            assertThat(Exchange.untilFence(watcher, fence)).isEmpty();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.4-2] [MQTT-4.1.0-1] [MQTT-4.1.0-2] [MQTT5-4.1.0-1] S09 a second "
            + "connection with the id takes over; the first is closed and the session is kept")
    void connect_sameId_takesOver() throws Exception {
        try (WireClient first = BROKER.connected(WireConnect.durable("s09"))) {
            String fence = Exchange.subscribeWithFence(BROKER, first, 1, "s09/t");
            try (WireClient second = BROKER.open();
                    WireClient publisher = BROKER.anyClient()) {
                assertThat(second.connect(WireConnect.durable("s09")).sessionPresent())
                        .isTrue();
                assertThat(first.awaitClosed(WireClient.PATIENCE)).isTrue();
                publisher.publish("s09/t", "hello", 1, false);
                publisher.publish(fence, "", 1, false);
                assertThat(Exchange.untilFence(second, fence))
                        .extracting(WirePacket::text)
                        .containsExactly("hello");
            }
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.3-2] [MQTT5-3.1.3-2] S10 the session state is found by its client id after a "
            + "kill, and by no other id")
    void connect_afterKill_stateFoundById() throws Exception {
        String fence = Exchange.offlineSubscriber(BROKER, "s10", 1, "s10/t");
        try (WireClient publisher = BROKER.anyClient()) {
            publisher.publish("s10/t", "kept", 1, false);
        }
        BROKER.killAndRestart();
        try (WireClient same = BROKER.open();
                WireClient other = BROKER.open();
                WireClient publisher = BROKER.anyClient()) {
            assertThat(other.connect(WireConnect.durable("s10x")).sessionPresent())
                    .isFalse();
            assertThat(same.connect(WireConnect.durable("s10")).sessionPresent())
                    .isTrue();
            publisher.publish(fence, "", 1, false);
            assertThat(Exchange.untilFence(same, fence))
                    .extracting(WirePacket::text)
                    .containsExactly("kept");
        }
    }

    @ParameterizedTest(name = "user {0}, password {1}")
    @CsvSource({"false, false", "true, false", "true, true"})
    @DisplayName("[MQTT-3.1.2-18] [MQTT5-3.1.2-16] [MQTT-3.1.2-19] [MQTT5-3.1.2-17] [MQTT-3.1.2-20] "
            + "[MQTT5-3.1.2-18] [MQTT-3.1.2-21] [MQTT5-3.1.2-19] S12 user name and password are optional")
    void connect_userAndPassword_optional(boolean user, boolean password) throws Exception {
        WireConnect connect = WireConnect.clean("s12")
                .withUser(user ? Optional.of("u") : Optional.empty(), password ? Optional.of("p") : Optional.empty());
        try (WireClient client = BROKER.open()) {
            assertThat(client.connect(connect).returnCode()).isZero();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-22] S12 a password without user name is refused in 3.1.1")
    void connect_passwordWithoutUser_closed() throws Exception {
        try (WireClient client = BROKER.open()) {
            client.send(WireConnect.plain(Dialect.MQTT_3_1_1, "s12", true)
                    .withUser(Optional.empty(), Optional.of("p"))
                    .bytes());
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @ParameterizedTest(name = "{0} level {1}")
    @CsvSource({"MQIsdp, 3", "MQTT, 4", "MQTT, 5"})
    @DisplayName("[MQTT-3.1.4-4] [MQTT5-3.1.4-5] [MQTT-3.2.0-1] [MQTT5-3.2.0-1] S13 protocol levels 3, 4 "
            + "and 5 are accepted")
    void connect_knownLevel_accepted(String protocol, int level) throws Exception {
        try (WireClient client = BROKER.open()) {
            WireConnect connect = WireConnect.clean("s13").withProtocol(protocol, level);
            assertThat(client.connect(connect).returnCode()).isZero();
        }
    }

    @ParameterizedTest(name = "level {0}")
    @ValueSource(ints = {0, 2, 6, 127})
    @DisplayName("[MQTT-3.1.2-2] [MQTT5-3.1.2-2] S13 another protocol level is answered with 0x01 or 0x84 and closed")
    void connect_unknownLevel_refused(int level) throws Exception {
        try (WireClient client = BROKER.open()) {
            WireConnect connect = WireConnect.clean("s13").withProtocol("MQTT", level);
            assertThat(client.connect(connect).returnCode()).isIn(0x01, 0x84);
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-4] [MQTT5-3.1.2-5] [MQTT-3.2.2-2] [MQTT5-3.2.2-3] [MQTT-3.2.2-3] "
            + "[MQTT-3.1.4-3] [MQTT5-3.1.4-4] S14 the "
            + "clean session flag decides: 0 keeps the session, 1 does not")
    void connect_cleanFlag_decides() throws Exception {
        BROKER.connected(WireConnect.durable("s14")).disconnect();
        try (WireClient again = BROKER.open()) {
            assertThat(again.connect(WireConnect.durable("s14")).sessionPresent())
                    .isTrue();
        }
        BROKER.connected(WireConnect.clean("s14")).disconnect();
        try (WireClient again = BROKER.open()) {
            assertThat(again.connect(WireConnect.durable("s14")).sessionPresent())
                    .isFalse();
        }
    }
}

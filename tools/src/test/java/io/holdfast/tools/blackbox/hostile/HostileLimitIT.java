// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that are off, or far away, in the standard settings: each test has a broker of its own with a narrow one. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class HostileLimitIT {
    private static final int FAILURE = 0x80;
    private static final int QUOTA_EXCEEDED = 0x97;

    HostileLimitIT(Dialect dialect) {
        dialect.speak();
    }

    private static WireClient connected(BrokerProcess broker, String id, boolean clean) throws IOException {
        return WireClient.connected(broker.port(), WireConnect.plain(Dialect.current(), id, clean));
    }

    private static byte[] publish(String topic, String text, int id, boolean retain) {
        return PacketBytes.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, retain, id, false);
    }

    /** Publishes and returns the reason code of the PUBACK if it is a failure, else 0, as before MQTT 5. */
    private static int publish(WireClient publisher, String topic, String text, boolean retain) throws IOException {
        int id = publisher.nextPacketId();
        publisher.send(publish(topic, text, id, retain));
        int code = publisher.expectAck(WirePacket.PUBACK, id).reasonCode();
        return code < FAILURE ? 0 : code;
    }

    /** The next messages, as many as there should be, and nothing behind them. */
    private static List<WirePacket> received(WireClient client, int count) throws IOException {
        List<WirePacket> packets = new ArrayList<>();
        while (packets.size() < count) {
            WirePacket packet = client.read(WirePacket.PUBLISH);
            packets.add(packet);
            client.complete(packet);
        }
        assertThat(client.poll(Duration.ofMillis(300)).map(WirePacket::toString))
                .isEmpty();
        return packets;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"drop-oldest, 5, 14", "drop-newest, 0, 9", "refuse, 0, 9"})
    @DisplayName(
            "T23 an offline queue beyond its limit keeps what the policy says, says so once in the log, and nobody "
                    + "else loses anything")
    void queue_beyondLimit_policy(String policy, int first, int last) throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(
                HoldfastBroker.sound(), "session.queue-messages-max=10", "session.queue-overflow=" + policy)) {
            try (WireClient sleeper = connected(broker, "t23\nsleeper", false)) {
                sleeper.subscribe(1, "t23");
                sleeper.disconnect();
            }
            List<String> expected = new ArrayList<>();
            try (WireClient publisher = connected(broker, "publisher", true)) {
                for (int i = 0; i < 15; i++) {
                    int code = publish(publisher, "t23", "m" + i, false);
                    boolean told = policy.equals("refuse")
                            && i >= 10
                            && Dialect.current().isMqtt5();
                    assertThat(code).isEqualTo(told ? QUOTA_EXCEEDED : 0);
                    if (i >= first && i <= last) {
                        expected.add("m" + i);
                    }
                }
                try (WireClient other = connected(broker, "other", true)) {
                    other.subscribe(1, "t23");
                    publish(publisher, "t23", "all", false);
                    assertThat(other.read(WirePacket.PUBLISH).text()).isEqualTo("all");
                }
            }
            Canary.assertServed(broker);
            if (policy.equals("drop-oldest")) {
                expected.remove(0);
                expected.add("all");
            }
            try (WireClient sleeper = connected(broker, "t23\nsleeper", false)) {
                assertThat(received(sleeper, expected.size()))
                        .extracting(WirePacket::text)
                        .isEqualTo(expected);
            }
            assertThat(broker.wholeOutput().lines().filter(line -> line.contains("queue of client")))
                    .as("lines in the log")
                    .hasSize(1)
                    .allMatch(line -> line.contains("'t23\\u000asleeper'"));
        }
    }

    @Test
    @DisplayName("T19 all sessions together get as many subscriptions as are allowed")
    void subscriptions_ofAll_bounded() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound(), "subscriptions-max=25")) {
            List<WireClient> clients = new ArrayList<>();
            int granted = 0;
            for (int i = 0; i < 5; i++) {
                WireClient client = connected(broker, "t19-" + i, i % 2 == 0);
                clients.add(client);
                for (int f = 0; f < 10; f++) {
                    granted += client.subscribe(1, "t19/" + i + "/" + f)[0] == 1 ? 1 : 0;
                }
            }
            assertThat(granted).isEqualTo(25);
            assertThat(clients.get(4).subscribe(1, "t19/more"))
                    .containsExactly(Dialect.current().isMqtt5() ? QUOTA_EXCEEDED : 0x80);
            clients.get(0).unsubscribe("t19/0/0", "t19/0/1", "t19/0/2");
            Canary.assertServed(broker); // It needs one itself, and keeps it.
            assertThat(clients.get(4).subscribe(1, "t19/more")).containsExactly(1);
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    @DisplayName(
            "T48 retained messages are bounded in number and bytes: one more is not kept, but delivered; replacing and "
                    + "deleting go on")
    void retained_beyondLimit_notKept() throws Exception {
        try (BrokerProcess broker =
                BrokerProcess.start(HoldfastBroker.sound(), "retained-messages-max=20", "retained-bytes-max=10KiB")) {
            try (WireClient publisher = connected(broker, "publisher", true);
                    WireClient live = connected(broker, "live", true)) {
                live.subscribe(1, "t48/19", "t48/20");
                for (int i = 0; i < 40; i++) {
                    int code = publish(publisher, "t48/" + i, "v" + i, true);
                    assertThat(code).isEqualTo(i >= 20 && Dialect.current().isMqtt5() ? QUOTA_EXCEEDED : 0);
                }
                assertThat(live.read(WirePacket.PUBLISH).text()).isEqualTo("v19");
                if (!Dialect.current().isMqtt5()) {
                    assertThat(live.read(WirePacket.PUBLISH).text()).isEqualTo("v20");
                }
                assertThat(publish(publisher, "t48/3", "again", true)).isZero();
                assertThat(publish(publisher, "t48/4", "", true)).isZero();
                assertThat(publish(publisher, "t48/new", "room", true)).isZero();
            }
            broker.kill();
            broker.restart();
            try (WireClient publisher = connected(broker, "publisher", true)) {
                int code = publish(publisher, "t48/again", "none", true);
                assertThat(code).isEqualTo(Dialect.current().isMqtt5() ? QUOTA_EXCEEDED : 0);
                assertThat(publish(publisher, "t48/5", "", true)).isZero();
                assertThat(publish(publisher, "t48/6", "", true)).isZero();
                String much = "x".repeat(12 << 10);
                int tooMuch = publish(publisher, "t48/large", much, true);
                assertThat(tooMuch).isEqualTo(Dialect.current().isMqtt5() ? QUOTA_EXCEEDED : 0);
            }
            Canary.assertServed(broker);
            try (WireClient late = connected(broker, "late", true)) {
                late.subscribe(1, "t48/#");
                List<String> topics =
                        received(late, 18).stream().map(WirePacket::topic).toList();
                assertThat(topics).contains("t48/3", "t48/new").doesNotContain("t48/4", "t48/5", "t48/large");
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.mqtt5;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a shared group promises across a SIGKILL, for members of either version. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class SharedGroupKillIT {
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final Duration GLANCE = Duration.ofMillis(10);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final String name = BROKER.uniqueName("g");
    private final String topic = name + "/topic";
    private final String shared = "$share/" + name + "/" + topic;

    SharedGroupKillIT(Dialect dialect) {
        dialect.speak();
    }

    private WireClient member(String suffix) throws IOException {
        return BROKER.connected(WireConnect.durable(name + suffix));
    }

    private void publish(int from, int to, int qos) throws IOException {
        try (WireClient publisher = BROKER.anyClient()) {
            for (int i = from; i < to; i++) {
                publisher.publish(topic, "m" + i, qos, false);
            }
        }
    }

    private static Set<String> texts(int from, int to) {
        Set<String> texts = new HashSet<>();
        for (int i = from; i < to; i++) {
            texts.add("m" + i);
        }
        return texts;
    }

    /**
     * Completes what comes to the members until there are so many messages and nothing more comes; returns the messages in
     * their order.
     */
    private static List<String> drain(int expected, WireClient... members) throws IOException {
        List<String> texts = new ArrayList<>();
        long from = System.nanoTime();
        boolean more = true;
        while (more || texts.size() < expected && System.nanoTime() - from < WireClient.PATIENCE.toNanos()) {
            more = false;
            for (WireClient member : members) {
                Optional<WirePacket> packet = member.poll(texts.size() < expected ? GLANCE : QUIET);
                more |= packet.isPresent();
                if (packet.isPresent()) {
                    complete(member, packet.get(), texts);
                }
            }
        }
        return texts;
    }

    private static void complete(WireClient member, WirePacket packet, List<String> texts) throws IOException {
        switch (packet.type()) {
            case WirePacket.PUBLISH -> {
                texts.add(packet.text());
                member.ack(packet.qos() == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, packet.packetId());
            }
            case WirePacket.PUBREL -> member.ack(WirePacket.PUBCOMP, packet.packetId());
            default -> throw new AssertionError("unexpected " + packet);
        }
    }

    /** All that the member has acknowledged is on disk: its own message is behind that, another client's need not be. */
    private void settle(WireClient member) throws IOException {
        member.publish(name + "/fence", "x", 1, true); // Nobody receives it: only a retained one is written.
    }

    /** Reads messages without any answer. */
    private static List<String> hold(WireClient member, int count) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(member.read(WirePacket.PUBLISH).text());
        }
        return texts;
    }

    /** Ends a session without any of its messages being sent again. */
    private void endSession(String suffix) throws IOException {
        BROKER.connected(WireConnect.clean(name + suffix)).disconnect();
    }

    @Test
    @DisplayName("C27 [MQTT5-4.8.2-4] a group without connected members queues, over kills too, and gives each once")
    void kill_nobodyConnected_queued() throws IOException {
        for (String suffix : List.of("a", "b")) {
            WireClient member = member(suffix);
            assertThat(member.subscribe(2, shared)).containsExactly(2);
            member.disconnect();
        }
        publish(0, 20, 1);
        BROKER.killAndRestart();
        publish(20, 40, 2);
        BROKER.killAndRestart();
        try (WireClient a = member("a");
                WireClient b = member("b")) {
            assertThat(drain(40, a, b)).containsExactlyInAnyOrderElementsOf(texts(0, 40));
        }
    }

    @Test
    @DisplayName("C27 [MQTT5-4.8.2-4] what a member was sent stays its own across a kill, and comes again with DUP")
    void kill_memberHolds_staysItsOwn() throws IOException {
        WireClient a = member("a");
        a.subscribe(2, shared);
        publish(0, 5, 2);
        assertThat(hold(a, 5)).containsExactlyInAnyOrderElementsOf(texts(0, 5));
        BROKER.process().kill();
        a.close();
        BROKER.process().restart();
        try (WireClient b = member("b")) {
            b.subscribe(2, shared);
            assertThat(drain(0, b)).isEmpty();
        }
        try (WireClient again = member("a")) {
            for (int i = 0; i < 5; i++) {
                assertThat(again.read(WirePacket.PUBLISH).dup()).isTrue();
            }
        }
    }

    @Test
    @DisplayName("C28 [MQTT5-4.8.2-5] a member's session ends after a kill: its unsettled QoS 1 messages go to another,"
            + " its QoS 2 messages to nobody")
    void kill_sessionEnds_qos1GoesOnQos2Not() throws IOException {
        WireClient a = member("a");
        a.subscribe(2, shared);
        publish(0, 6, 1);
        publish(6, 12, 2);
        hold(a, 12);
        BROKER.process().kill();
        a.close();
        BROKER.process().restart();
        try (WireClient b = member("b")) {
            b.subscribe(2, shared);
            assertThat(drain(0, b)).isEmpty();
            endSession("a");
            assertThat(drain(6, b)).containsExactlyInAnyOrderElementsOf(texts(0, 6));
            publish(12, 13, 1);
            assertThat(drain(1, b)).containsExactly("m12");
            settle(b);
            publish(13, 14, 1);
            BROKER.process().kill();
        }
        BROKER.process().restart();
        try (WireClient b = member("b")) {
            assertThat(drain(1, b)).containsExactly("m13");
        }
    }

    @Test
    @DisplayName("C28 [MQTT5-4.8.2-6] a message that a member refuses goes to nobody else, after a kill neither")
    void kill_memberRefused_dropped() throws IOException {
        Dialect.MQTT_5.speak(); // Only there a receiver can refuse.
        WireClient a = member("a");
        a.subscribe(2, shared);
        publish(0, 1, 1);
        publish(1, 2, 2);
        for (int answer : new int[] {WirePacket.PUBACK, WirePacket.PUBREC}) {
            int id = a.read(WirePacket.PUBLISH).packetId();
            a.send(PacketBytes.packet(answer << 4, new byte[] {(byte) (id >> 8), (byte) id, (byte) 0x83}));
        }
        settle(a);
        publish(2, 3, 1);
        assertThat(hold(a, 1)).containsExactly("m2");
        BROKER.process().kill();
        a.close();
        BROKER.process().restart();
        try (WireClient b = member("b")) {
            b.subscribe(2, shared);
            endSession("a");
            assertThat(drain(1, b)).containsExactly("m2");
        }
    }

    @Test
    @DisplayName("C27 killed right after a member's session ended: what it left is with the group, once")
    void kill_rightAfterSessionEnd_goesOn() throws IOException {
        WireClient a = member("a");
        a.subscribe(1, shared);
        WireClient b = member("b");
        b.subscribe(1, shared);
        b.disconnect();
        publish(0, 30, 1);
        hold(a, 30);
        a.close();
        endSession("a");
        BROKER.killAndRestart();
        try (WireClient again = member("b")) {
            assertThat(drain(30, again)).containsExactlyInAnyOrderElementsOf(texts(0, 30));
        }
    }

    @Test
    @DisplayName("C28 a clean member dies with the broker: its unsettled QoS 1 messages go to another member")
    void kill_cleanMember_qos1GoesOn() throws IOException {
        WireClient keeper = member("keeper");
        keeper.subscribe(1, shared);
        keeper.disconnect();
        WireClient volatileMember = BROKER.connected(WireConnect.clean(name + "volatile"));
        volatileMember.subscribe(1, shared);
        publish(0, 10, 1);
        hold(volatileMember, 10);
        BROKER.process().kill();
        volatileMember.close();
        BROKER.process().restart();
        try (WireClient again = member("keeper")) {
            assertThat(drain(10, again)).containsExactlyInAnyOrderElementsOf(texts(0, 10));
        }
    }

    @Test
    @DisplayName("C28 [MQTT5-4.1.0-2] a member's session expires while the broker is down: its QoS 1 messages go on")
    void kill_sessionExpiresMeanwhile_goesOn() throws IOException {
        WireClient b = member("b");
        b.subscribe(1, shared);
        b.disconnect(); // Known to be away before the first message is given to a member.
        // Only MQTT 5 knows sessions that expire.
        WireConnect brief = WireConnect.plain(Dialect.MQTT_5, name + "brief", false)
                .withProperties(WireProperties.none().number(WireProperties.SESSION_EXPIRY, 1), WireProperties.none());
        WireClient a = BROKER.connected(brief);
        a.send(PacketBytes.subscribe5(1, 1, WireProperties.none(), shared));
        a.expectAck(WirePacket.SUBACK, 1);
        publish(0, 10, 1);
        hold(a, 10);
        a.close();
        BROKER.process().kill();
        long from = System.nanoTime();
        Awaitility.await()
                .until(() -> System.nanoTime() - from > Duration.ofMillis(1_500).toNanos());
        BROKER.process().restart();
        try (WireClient again = member("b")) {
            assertThat(drain(10, again)).containsExactlyInAnyOrderElementsOf(texts(0, 10));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static io.holdfast.server.testkit.WireClient.publish;
import static io.holdfast.server.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared subscriptions: one member for each message, and none lost while a member lives. */
class SharedSubscriptionIT {
    private static final String SHARED = "$share/g/jobs/#";

    @TempDir
    private Path folder;

    private RunningBroker broker;
    private WireClient publisher;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder);
        publisher = broker.connect("publisher", true);
    }

    @AfterEach
    void stop() throws IOException {
        publisher.close();
        broker.close();
    }

    private void restart() throws IOException, ConfigurationException {
        stop();
        start();
    }

    private static Properties wishes(int receiveMaximum) {
        return Properties.builder()
                .sessionExpiryIntervalSeconds(3_600)
                .receiveMaximum(receiveMaximum)
                .build();
    }

    private WireClient online(String id, int receiveMaximum) throws IOException {
        WireClient client = broker.open5();
        client.connect(connect5(id, false, wishes(receiveMaximum)));
        return client;
    }

    private WireClient member(String id, int receiveMaximum, QoS qos) throws IOException {
        WireClient client = online(id, receiveMaximum);
        SubAck subAck = client.subscribe(SHARED, qos);
        assertThat(subAck.reasonCodes()).containsExactly(ReasonCode.granted(qos));
        return client;
    }

    private void send(QoS qos, String... payloads) throws IOException {
        int packetId = 0;
        for (String payload : payloads) {
            publisher.send(publish("jobs/a", payload, qos, qos == QoS.AT_MOST_ONCE ? 0 : ++packetId));
        }
        for (int i = 0; i < packetId; i++) {
            Packet answer = publisher.next();
            if (answer instanceof PubRec pubRec) {
                publisher.send(new PubRel(pubRec.packetId()));
            } else {
                assertThat(answer).isInstanceOf(PubAck.class);
            }
        }
        for (int i = 0; i < packetId && qos == QoS.EXACTLY_ONCE; i++) {
            publisher.expect(PubComp.class);
        }
    }

    /** Nothing comes before the answer to a PINGREQ, and nothing more a moment later. */
    private static void hearsNothing(WireClient client) throws IOException {
        for (int i = 0; i < 3; i++) {
            client.send(PingReq.INSTANCE);
            client.expect(PingResp.class);
        }
    }

    private static void acknowledge(WireClient client, Publish publish) throws IOException {
        client.send(new PubAck(publish.packetId()));
    }

    private static List<String> take(WireClient client, int count) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(client.expect(Publish.class)));
        }
        return texts;
    }

    /** Returns when the broker knows that the client is away. */
    private static void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
        client.close();
    }

    private void endSession(String id) throws IOException {
        broker.connect(id, true).close();
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-1] [MQTT5-4.9.0-2] each message goes to one member, as far as its window reaches")
    void publish_twoMembers_shareByTheirWindows() throws IOException {
        try (WireClient narrow = member("narrow", 1, QoS.AT_LEAST_ONCE);
                WireClient wide = member("wide", 3, QoS.AT_LEAST_ONCE)) {
            send(QoS.AT_LEAST_ONCE, "1", "2", "3", "4", "5");
            Publish first = narrow.expect(Publish.class);
            Set<String> all = new TreeSet<>(take(wide, 3));
            all.add(text(first));
            assertThat(all).hasSize(4);
            hearsNothing(narrow);
            hearsNothing(wide);
            acknowledge(narrow, first);
            all.add(text(narrow.expect(Publish.class)));
            assertThat(all).containsExactly("1", "2", "3", "4", "5");
        }
    }

    @Test
    @DisplayName("3.1.1 clients, with and without a stored session, may be members; one member sees the group's order")
    void publish_membersOf311_order() throws IOException {
        try (WireClient clean = broker.connect("clean", true)) {
            clean.subscribe(SHARED, QoS.AT_LEAST_ONCE);
            send(QoS.AT_LEAST_ONCE, "1", "2", "3");
            assertThat(take(clean, 3)).containsExactly("1", "2", "3");
        }
        try (WireClient stored = broker.connect("stored", false)) {
            stored.subscribe(SHARED, QoS.EXACTLY_ONCE);
            send(QoS.EXACTLY_ONCE, "4", "5", "6");
            assertThat(take(stored, 3)).containsExactly("4", "5", "6");
        }
    }

    @Test
    @DisplayName("a group without connected members queues, over a restart too, for whichever member comes")
    void publish_nobodyConnected_waits() throws IOException, ConfigurationException {
        leave(member("a", 10, QoS.AT_LEAST_ONCE));
        leave(member("b", 10, QoS.AT_LEAST_ONCE));
        send(QoS.AT_LEAST_ONCE, "1", "2");
        restart();
        send(QoS.AT_LEAST_ONCE, "3");
        try (WireClient b = online("b", 10)) {
            assertThat(take(b, 3)).containsExactly("1", "2", "3");
        }
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-4] what a member was sent stays its own while it is away, over a restart too")
    void disconnect_begunDelivery_goesOnWithTheSameClient() throws IOException, ConfigurationException {
        WireClient first = member("first", 10, QoS.EXACTLY_ONCE);
        send(QoS.EXACTLY_ONCE, "begun");
        send(QoS.AT_LEAST_ONCE, "sent");
        int packetId = first.expect(Publish.class).packetId();
        take(first, 1);
        first.close();
        try (WireClient second = member("second", 10, QoS.EXACTLY_ONCE)) {
            hearsNothing(second);
        }
        restart();
        try (WireClient second = online("second", 10);
                WireClient again = online("first", 10)) {
            Publish resent = again.expect(Publish.class);
            assertThat(resent.packetId()).isEqualTo(packetId);
            assertThat(resent.dup()).isTrue();
            assertThat(take(again, 1)).containsExactly("sent");
            hearsNothing(second);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-5] a session ends: its QoS 1 messages go to another member, its begun QoS 2 to nobody")
    void end_unsettledMessages_onlyQos1GoesOn() throws IOException {
        WireClient first = member("first", 10, QoS.EXACTLY_ONCE);
        send(QoS.EXACTLY_ONCE, "begun");
        send(QoS.AT_LEAST_ONCE, "repeated");
        take(first, 2);
        try (WireClient second = member("second", 10, QoS.EXACTLY_ONCE)) {
            endSession("first");
            assertThat(take(second, 1)).containsExactly("repeated");
            hearsNothing(second);
        }
        first.close();
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-5] the same when the member has no stored session")
    void end_volatileMember_onlyQos1GoesOn() throws IOException {
        WireClient first = broker.connect("first", true);
        first.subscribe(SHARED, QoS.EXACTLY_ONCE);
        try (WireClient second = member("second", 1, QoS.EXACTLY_ONCE)) {
            send(QoS.AT_LEAST_ONCE, "1", "2", "3", "4");
            Publish held = second.expect(Publish.class);
            take(first, 3);
            first.reset();
            Set<String> all = new TreeSet<>();
            for (Publish publish = held; all.size() < 4; publish = second.expect(Publish.class)) {
                all.add(text(publish));
                acknowledge(second, publish);
                if (all.size() == 4) {
                    break;
                }
            }
            assertThat(all).containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-3] the granted QoS of the chosen member counts")
    void publish_membersOfDifferentQos_eachItsOwn() throws IOException {
        try (WireClient atMostOnce = member("zero", 10, QoS.AT_MOST_ONCE)) {
            send(QoS.EXACTLY_ONCE, "x");
            assertThat(atMostOnce.expect(Publish.class).qos()).isEqualTo(QoS.AT_MOST_ONCE);
            atMostOnce.send(new Unsubscribe(7, List.of(TopicFilter.parse(SHARED)), Properties.NONE));
            atMostOnce.expect(UnsubAck.class);
        }
        try (WireClient atLeastOnce = member("one", 10, QoS.AT_LEAST_ONCE)) {
            send(QoS.EXACTLY_ONCE, "y");
            assertThat(atLeastOnce.expect(Publish.class).qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-6] a member's PUBACK or PUBREC with a failure drops the message for all")
    void acknowledge_withFailure_isOfferedToNobody() throws IOException {
        try (WireClient first = member("first", 10, QoS.EXACTLY_ONCE)) {
            send(QoS.AT_LEAST_ONCE, "one");
            send(QoS.EXACTLY_ONCE, "two");
            int one = first.expect(Publish.class).packetId();
            int two = first.expect(Publish.class).packetId();
            first.send(new PubAck(one, ReasonCode.QUOTA_EXCEEDED, Properties.NONE));
            first.send(new PubRec(two, ReasonCode.QUOTA_EXCEEDED, Properties.NONE));
            hearsNothing(first);
            try (WireClient second = member("second", 10, QoS.EXACTLY_ONCE)) {
                endSession("first");
                hearsNothing(second);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.10.4-3] UNSUBSCRIBE: begun deliveries are finished, what was not sent goes to the others")
    void unsubscribe_begunIsFinished() throws IOException {
        try (WireClient first = member("first", 2, QoS.AT_LEAST_ONCE)) {
            send(QoS.AT_LEAST_ONCE, "1", "2", "3", "4");
            List<Publish> begun = List.of(first.expect(Publish.class), first.expect(Publish.class));
            try (WireClient second = member("second", 10, QoS.AT_LEAST_ONCE)) {
                assertThat(take(second, 2)).containsExactly("3", "4");
                first.send(new Unsubscribe(9, List.of(TopicFilter.parse(SHARED)), Properties.NONE));
                first.expect(UnsubAck.class);
                for (Publish publish : begun) {
                    acknowledge(first, publish);
                }
                send(QoS.AT_LEAST_ONCE, "5");
                assertThat(take(second, 1)).containsExactly("5");
                hearsNothing(first);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.4-5] a member's own subscription brings a copy of its own, each with its own identifier")
    void publish_memberWithPlainSubscription_twoCopies() throws IOException {
        try (WireClient client = online("both", 10)) {
            client.send(subscribe(1, SHARED, 11), subscribe(2, "jobs/a", 12));
            client.expect(SubAck.class);
            client.expect(SubAck.class);
            send(QoS.AT_LEAST_ONCE, "twice");
            Set<Integer> identifiers = new TreeSet<>();
            for (int i = 0; i < 2; i++) {
                for (int identifier : client.expect(Publish.class).properties().subscriptionIdentifiers()) {
                    identifiers.add(identifier);
                }
            }
            assertThat(identifiers).containsExactly(11, 12);
        }
    }

    @Test
    @DisplayName("a member that subscribes again is given what comes next by its new options")
    void subscribe_again_newIdentifier() throws IOException {
        try (WireClient client = online("again", 10)) {
            client.send(subscribe(1, SHARED, 11));
            client.expect(SubAck.class);
            client.send(subscribe(2, SHARED, 12));
            client.expect(SubAck.class);
            send(QoS.AT_LEAST_ONCE, "next");
            assertThat(client.expect(Publish.class).properties().subscriptionIdentifiers())
                    .containsExactly(12);
        }
    }

    private static Subscribe subscribe(int packetId, String filter, int identifier) {
        return new Subscribe(
                packetId,
                List.of(new Subscribe.Request(TopicFilter.parse(filter), QoS.AT_LEAST_ONCE)),
                Properties.builder().subscriptionIdentifier(identifier).build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share",
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//a",
                "$share/+/a",
                "$share/#",
                "$share/g+h/a",
                "$share/#/a"
            })
    @DisplayName(
            "[MQTT5-4.8.2-1] [MQTT5-4.8.2-2] a share name is not empty and has no wildcard, and a filter follows it")
    void subscribe_badShareName_isRefused(String filter) throws IOException {
        byte[] text = filter.getBytes(StandardCharsets.UTF_8);
        byte[] packet = new byte[text.length + 8];
        byte[] head = {(byte) 0x82, (byte) (text.length + 6), 0, 3, 0, 0, (byte) text.length};
        System.arraycopy(head, 0, packet, 0, head.length);
        System.arraycopy(text, 0, packet, head.length, text.length);
        packet[packet.length - 1] = 1;
        try (WireClient client = online("bad", 10)) {
            client.send(packet);
            assertThat(client.expect(SubAck.class).reasonCodes()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
        }
    }

    @Test
    @DisplayName("[MQTT5-4.8.2-1] no retained message is sent because of a shared subscription")
    void subscribe_retainedMessage_isNotSent() throws IOException {
        publisher.send(new Publish(
                1,
                QoS.AT_LEAST_ONCE,
                false,
                true,
                io.holdfast.protocol.topic.TopicName.of("jobs/a"),
                new byte[] {1},
                Properties.NONE));
        publisher.expect(PubAck.class);
        try (WireClient client = member("late", 10, QoS.AT_LEAST_ONCE)) {
            hearsNothing(client);
        }
    }

    @Test
    @DisplayName("QoS 0 goes to one connected member, and to nobody when there is none")
    void publishAtMostOnce_oneMember() throws IOException {
        try (WireClient first = member("first", 10, QoS.AT_LEAST_ONCE)) {
            send(QoS.AT_MOST_ONCE, "only");
            assertThat(take(first, 1)).containsExactly("only");
        }
        send(QoS.AT_MOST_ONCE, "lost");
        send(QoS.AT_LEAST_ONCE, "kept");
        try (WireClient again = online("first", 10)) {
            assertThat(take(again, 1)).containsExactly("kept");
        }
    }

    @Test
    @DisplayName("[MQTT5-3.8.3-4] T17 No Local on a shared subscription: DISCONNECT with protocol error")
    void subscribe_noLocal_isAProtocolError() throws IOException {
        try (WireClient client = online("local", 10)) {
            client.send(new Subscribe(
                    1,
                    List.of(new Subscribe.Request(TopicFilter.parse(SHARED), QoS.AT_LEAST_ONCE, true, false, 0)),
                    Properties.NONE));
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(client.isClosedNext()).isTrue();
        }
    }
}

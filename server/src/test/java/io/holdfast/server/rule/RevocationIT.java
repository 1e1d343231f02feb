// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import static io.holdfast.server.testkit.Passwords.connect;
import static io.holdfast.server.testkit.Passwords.connected;
import static io.holdfast.server.testkit.WireClient.publish;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.account.AccountEditor;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules and accounts that change while somebody uses them. */
class RevocationIT {
    private static final String OPEN = "allow all all #";
    private static final String WITHOUT_ADA = "allow user bob all #\nallow user ada all mine/#";

    @TempDir
    private Path folder;

    private Path rules;
    private Path passwords;
    private RunningBroker broker;
    private WireClient bob;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        rules = folder.resolve("rules");
        Files.writeString(rules, OPEN);
        passwords = Passwords.write(folder.resolve("passwords"), "ada", "bob");
        restart();
        bob = connected(broker, "bob", "bob");
    }

    private void restart() throws IOException, ConfigurationException {
        broker = RunningBroker.start(
                folder.resolve("data"), "access.password-file=" + passwords, "access.rules-file=" + rules);
    }

    @AfterEach
    void stop() throws IOException {
        bob.close();
        broker.close();
    }

    private void change(String text) throws IOException {
        Files.writeString(rules, text);
        broker.broker().reloadAccess();
    }

    private void send(int packetId, String topic, String payload) throws IOException {
        bob.send(publish(topic, payload, QoS.AT_LEAST_ONCE, packetId));
        assertThat(bob.expect(PubAck.class).packetId()).isEqualTo(packetId);
    }

    private static Will will(long delaySeconds) {
        return new Will(
                TopicName.of("w/ada"),
                "will".getBytes(UTF_8),
                QoS.AT_LEAST_ONCE,
                false,
                Properties.builder().willDelayIntervalSeconds(delaySeconds).build());
    }

    private WireClient adaWithWill(long delaySeconds) throws IOException {
        WireClient ada = broker.open5();
        Connect connect = connect(ProtocolVersion.MQTT_5, "ada", false, will(delaySeconds), "ada", "ada-secret");
        assertThat(ada.connect(connect).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        return ada;
    }

    @Test
    @DisplayName(
            "K20 T32 rules change while connected: what was subscribed is not sent any more, what is published refused")
    void connected_rulesTaken_nothingMore() throws IOException {
        try (WireClient ada = connected(broker, "ada", "ada")) {
            ada.subscribe("t/#", QoS.AT_LEAST_ONCE);
            ada.subscribe("mine/#", QoS.AT_LEAST_ONCE);
            send(1, "t/1", "before");
            Publish before = ada.expect(Publish.class);
            assertThat(WireClient.text(before)).isEqualTo("before");
            ada.send(new PubAck(before.packetId()));
            change(WITHOUT_ADA);
            send(2, "t/1", "hidden"); // The topic that was allowed a moment ago.
            send(6, "t/2", "hidden");
            bob.send(publish("t/2", "hidden", QoS.AT_MOST_ONCE, 0));
            ada.send(publish("t/4", "refused", QoS.AT_LEAST_ONCE, 5));
            assertThat(ada.expect(PubAck.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            send(3, "mine/1", "shown");
            assertThat(WireClient.text(ada.expect(Publish.class))).isEqualTo("shown");
            change(OPEN);
            send(4, "t/2", "again");
            assertThat(WireClient.text(ada.expect(Publish.class))).isEqualTo("again");
        }
    }

    @Test
    @DisplayName("K20 T32 rules change while a durable session is away: its queue is judged when it comes back")
    void offlineDurable_rulesTaken_queueHeldBack() throws IOException, ConfigurationException {
        try (WireClient ada = connected(broker, "ada", "ada")) {
            ada.subscribe("t/#", QoS.EXACTLY_ONCE);
            ada.subscribe("mine/#", QoS.AT_LEAST_ONCE);
            bob.send(publish("t/sent", "half", QoS.EXACTLY_ONCE, 1));
            assertThat(bob.expect(PubRec.class).packetId()).isEqualTo(1);
            assertThat(WireClient.text(ada.expect(Publish.class))).isEqualTo("half"); // And no PUBREC.
            ada.reset();
        }
        await().until(() -> broker.broker().openConnections() == 1); // What comes now is for later.
        send(2, "t/1", "hidden");
        send(3, "mine/1", "shown");
        change(WITHOUT_ADA);
        bob.close();
        broker.close();
        restart();
        bob = connected(broker, "bob", "bob");
        try (WireClient ada = connected(broker, "ada", "ada")) {
            // The packet identifier of the QoS 2 message it knows is freed; the message itself is not sent again.
            assertThat(WireClient.text(ada.expect(Publish.class))).isEqualTo("shown");
            PubRel freed = ada.expect(PubRel.class);
            ada.send(new PubComp(freed.packetId()));
            assertThat(broker.broker().counters().sum(ShardEvent.DROPPED_DENIED))
                    .isEqualTo(2);
            assertThat(ada.subscribe("t/#", QoS.AT_LEAST_ONCE).reasonCodes())
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
        }
        change(OPEN);
        try (WireClient ada = connected(broker, "ada", "ada")) {
            send(4, "t/2", "nobody's");
            send(5, "mine/2", "last");
            Publish publish = ada.expect(Publish.class);
            while (!WireClient.text(publish).equals("last")) {
                assertThat(publish.topic()).as("the refused filter is gone").isEqualTo(TopicName.of("mine/1"));
                publish = ada.expect(Publish.class);
            }
        }
    }

    @Test
    @DisplayName("T32 rules change with retained messages stored: who may not read them does not get them")
    void retained_rulesTaken_notFound() throws IOException {
        bob.send(new Publish(
                1, QoS.AT_LEAST_ONCE, false, true, TopicName.of("t/r"), "kept".getBytes(UTF_8), Properties.NONE));
        bob.expect(PubAck.class);
        try (WireClient ada = connected(broker, "ada", "ada")) {
            change("deny user ada subscribe t/r\n" + OPEN);
            ada.subscribe("t/+", QoS.AT_LEAST_ONCE);
            send(2, "t/1", "live");
            assertThat(WireClient.text(ada.expect(Publish.class))).isEqualTo("live");
        }
    }

    @Test
    @DisplayName(
            "K21 T32 rules change with QoS 2 half done: the first half was delivered, PUBREL ends it, no other goes through")
    void qos2HalfDone_rulesTaken_onceAndNoMore() throws IOException {
        bob.subscribe("#", QoS.AT_LEAST_ONCE);
        try (WireClient ada = connected(broker, "ada", "ada")) {
            ada.send(publish("t/1", "first", QoS.EXACTLY_ONCE, 7));
            assertThat(ada.expect(PubRec.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(WireClient.text(bob.expect(Publish.class))).isEqualTo("first");
            change(WITHOUT_ADA);
            ada.send(publish("t/1", "first", QoS.EXACTLY_ONCE, 7)); // Again: the same message, known already.
            assertThat(ada.expect(PubRec.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            ada.send(new PubRel(7));
            assertThat(ada.expect(PubComp.class).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            ada.send(publish("t/1", "second", QoS.EXACTLY_ONCE, 7));
            assertThat(ada.expect(PubRec.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            ada.send(publish("mine/1", "third", QoS.AT_LEAST_ONCE, 8));
            ada.expect(PubAck.class);
            assertThat(WireClient.text(bob.expect(Publish.class))).isEqualTo("third");
        }
    }

    @Test
    @DisplayName(
            "K21 what a publisher retained before its right was taken stays until it is cleared; it can neither replace nor "
                    + "clear it any more")
    void retained_publisherRulesTaken_staysAsItIs() throws IOException {
        try (WireClient ada = connected(broker, "ada", "ada")) {
            ada.send(retained(1, "before"));
            assertThat(ada.expect(PubAck.class).reasonCode().isFailure()).isFalse();
            change(WITHOUT_ADA);
            for (String payload : new String[] {"after", ""}) {
                ada.send(retained(2, payload));
                assertThat(ada.expect(PubAck.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
        }
        bob.subscribe("t/r", QoS.AT_LEAST_ONCE);
        assertThat(WireClient.text(bob.expect(Publish.class))).isEqualTo("before");
    }

    private static Publish retained(int packetId, String payload) {
        return new Publish(
                packetId,
                QoS.AT_LEAST_ONCE,
                false,
                true,
                TopicName.of("t/r"),
                payload.getBytes(UTF_8),
                Properties.NONE);
    }

    @Test
    @DisplayName(
            "T32 rules change with a will armed or waiting: it is not published, also not by the broker's next life")
    void will_rulesTaken_notPublished() throws IOException, ConfigurationException {
        bob.subscribe("w/#", QoS.AT_LEAST_ONCE);
        WireClient armed = adaWithWill(0);
        change(WITHOUT_ADA);
        armed.reset();
        await().until(() -> broker.broker().counters().sum(ShardEvent.WILL_DENIED) == 1);
        change(OPEN);
        adaWithWill(3_600).reset();
        await().until(() -> broker.broker().openConnections() == 1);
        change(WITHOUT_ADA);
        bob.close();
        broker.close();
        restart();
        try (WireClient anew = broker.open5()) { // The old session ends, and does not wait for the will's delay.
            Connect clean = connect(ProtocolVersion.MQTT_5, "ada", true, null, "ada", "ada-secret");
            assertThat(anew.connect(clean).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        }
        await().until(() -> broker.broker().counters().sum(ShardEvent.WILL_DENIED) == 1);
        bob = connected(broker, "bob", "bob");
        bob.send(publish("w/end", "end", QoS.AT_MOST_ONCE, 0));
        assertThat(WireClient.text(bob.expect(Publish.class))).isEqualTo("end");
    }

    @Test
    @DisplayName("T32 an account or its password is taken while connected: the client must go, without a will")
    void account_taken_disconnected() throws IOException {
        bob.subscribe("w/#", QoS.AT_LEAST_ONCE);
        AccountEditor editor = new AccountEditor(passwords);
        try (WireClient ada = adaWithWill(0)) {
            broker.broker().reloadAccess(); // Nothing has changed: nothing happens.
            ada.send(PingReq.INSTANCE);
            ada.expect(PingResp.class);
            editor.put("ada", "other".getBytes(UTF_8), Set.of(), 1_000);
            broker.broker().reloadAccess();
            assertThat(ada.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(ada.isClosedNext()).isTrue();
        }
        try (WireClient ada = broker.open5()) {
            Connect old = connect(ProtocolVersion.MQTT_5, "ada", false, null, "ada", "ada-secret");
            assertThat(ada.connect(old).reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
        int late = 0;
        while (!adaIsGoneInTime(editor)) { // On a machine that does much else.
            assertThat(WireClient.text(bob.expect(Publish.class))).isEqualTo("will");
            late++;
        }
        await().until(() -> broker.broker().counters().sum(ShardEvent.WILL_DENIED) == 1);
        assertThat(broker.broker().counters().sum(ShardEvent.WILL_PUBLISHED)).isEqualTo(late);
        bob.send(publish("w/end", "end", QoS.AT_MOST_ONCE, 0));
        assertThat(WireClient.text(bob.expect(Publish.class))).isEqualTo("end");
    }

    /** She loses her connection, and her account before the second has passed that her will waits; false if it came before. */
    private boolean adaIsGoneInTime(AccountEditor editor) throws IOException {
        editor.put("ada", "other".getBytes(UTF_8), Set.of(), 1_000);
        broker.broker().reloadAccess();
        long before = broker.broker().counters().sum(ShardEvent.WILL_PUBLISHED);
        try (WireClient ada = broker.open5()) {
            Connect right = connect(ProtocolVersion.MQTT_5, "ada", false, will(1), "ada", "other");
            assertThat(ada.connect(right).sessionPresent())
                    .as("the session is ada's still")
                    .isTrue();
            ada.reset();
        }
        await().until(() -> broker.broker().openConnections() == 1);
        editor.remove("ada");
        broker.broker().reloadAccess();
        await().until(() -> broker.broker().counters().sum(ShardEvent.WILL_PUBLISHED) > before
                || broker.broker().counters().sum(ShardEvent.WILL_DENIED) == 1);
        return broker.broker().counters().sum(ShardEvent.WILL_PUBLISHED) == before;
    }

    @Test
    @DisplayName("T33 a reload with a broken password file changes neither accounts nor rules")
    void reload_brokenPasswords_nothingChanged() throws IOException {
        try (WireClient ada = connected(broker, "ada", "ada")) {
            Files.writeString(rules, WITHOUT_ADA);
            Files.writeString(passwords, "ada:\n");
            assertThatThrownBy(() -> broker.broker().reloadAccess())
                    .isInstanceOf(AccessFileException.class)
                    .hasMessageContaining("passwords:1: ");
            ada.send(publish("t/1", "x", QoS.AT_LEAST_ONCE, 1));
            assertThat(ada.expect(PubAck.class).reasonCode().isFailure()).isFalse();
        }
        connected(broker, "ada", "ada").close();
    }
}

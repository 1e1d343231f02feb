// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import static io.holdfast.server.testkit.Passwords.connect;
import static io.holdfast.server.testkit.Passwords.connected;
import static io.holdfast.server.testkit.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker with access rules. */
class RulesIT {
    @TempDir
    private Path folder;

    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        Path rules = folder.resolve("rules");
        Files.writeString(rules, """
                allow group ops all #
                allow group ops subscribe $SYS/#
                deny user ada subscribe a/secret/#
                allow user ada publish,subscribe a/#
                allow user ada publish,will,retain status/%u
                allow user ada publish,subscribe d/%c/#
                allow user ada will last-words/#
                allow user * subscribe public/# qos<=1
                """);
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada", "bob", "root:ops", "+", "a/b");
        broker = RunningBroker.start(
                folder.resolve("data"), "access.password-file=" + passwords, "access.rules-file=" + rules);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private WireClient ada() throws IOException {
        return connected(broker, "ada", "c-ada");
    }

    private static List<ReasonCode> subscribe(WireClient client, String... filters) throws IOException {
        List<Subscribe.Request> requests = List.of(filters).stream()
                .map(filter -> new Subscribe.Request(TopicFilter.parse(filter), QoS.EXACTLY_ONCE))
                .toList();
        client.send(new Subscribe(7, requests, Properties.NONE));
        return client.expect(SubAck.class).reasonCodes();
    }

    private ConnAck answer(Connect connect) throws IOException {
        try (WireClient client = new WireClient(broker.port(), connect.version())) {
            return client.connect(connect);
        }
    }

    private static Will will(String topic, boolean retain) {
        return new Will(TopicName.of(topic), new byte[] {'w'}, QoS.AT_LEAST_ONCE, retain, Properties.NONE);
    }

    @Test
    @DisplayName("K25 K26 T30 T29 each filter of a SUBSCRIBE is judged alone, by all that it matches")
    void subscribe_manyFilters_eachJudged() throws IOException {
        try (WireClient ada = ada()) {
            assertThat(subscribe(ada, "a/b", "#", "a/+/x", "+/b", "$share/g/a/#", "$share/g/#", "public/x", "$SYS/#"))
                    .containsExactly(
                            ReasonCode.granted(QoS.EXACTLY_ONCE),
                            ReasonCode.NOT_AUTHORIZED,
                            ReasonCode.granted(QoS.EXACTLY_ONCE),
                            ReasonCode.NOT_AUTHORIZED,
                            ReasonCode.granted(QoS.EXACTLY_ONCE),
                            ReasonCode.NOT_AUTHORIZED,
                            ReasonCode.granted(QoS.AT_LEAST_ONCE),
                            ReasonCode.NOT_AUTHORIZED);
            try (WireClient root = connected(broker, "root", "c-root")) {
                root.send(publish("b", "1", QoS.AT_MOST_ONCE, 0), publish("z/b", "2", QoS.AT_MOST_ONCE, 0));
                root.send(publish("a/b", "3", QoS.AT_MOST_ONCE, 0));
                // The refused filters are not active: the first that comes is the third.
                assertThat(WireClient.text(ada.expect(Publish.class))).isEqualTo("3");
            }
        }
        try (WireClient old = broker.open()) {
            old.connect(connect(ProtocolVersion.MQTT_3_1_1, "old", true, null, "bob", "bob-secret"));
            assertThat(old.subscribe("a/b", QoS.AT_LEAST_ONCE).reasonCodes())
                    .singleElement()
                    .satisfies(code -> assertThat(code.isFailure()).isTrue());
        }
    }

    @Test
    @DisplayName(
            "K26 T30 what a deny rule takes out of an allowed filter is not sent: live, stored, retained, QoS 0, 1 and 2")
    void deliver_deniedPart_heldBack() throws IOException {
        try (WireClient ada = ada();
                WireClient root = connected(broker, "root", "c-root")) {
            root.send(new Publish(
                    1, QoS.AT_LEAST_ONCE, false, true, TopicName.of("a/secret/r"), new byte[] {'r'}, Properties.NONE));
            root.expect(PubAck.class);
            ada.subscribe("a/#", QoS.EXACTLY_ONCE);
            for (QoS qos : QoS.values()) {
                root.send(publish("a/secret/1", "no", qos, qos == QoS.AT_MOST_ONCE ? 0 : 2 + qos.level()));
            }
            root.send(publish("a/b", "yes", QoS.AT_LEAST_ONCE, 9));
            Publish first = ada.expect(Publish.class);
            assertThat(WireClient.text(first)).isEqualTo("yes");
            ada.send(new PubAck(first.packetId()));
            ada.reset();
            root.send(publish("a/secret/2", "no", QoS.AT_LEAST_ONCE, 10));
            root.send(publish("a/c", "later", QoS.AT_LEAST_ONCE, 11));
            for (int acks = 0; acks < 5; acks++) {
                root.next();
            }
        }
        try (WireClient again = ada()) {
            Publish next = again.expect(Publish.class);
            assertThat(WireClient.text(next)).isEqualTo("later");
            assertThat(broker.broker().counters().sum(ShardEvent.DROPPED_DENIED))
                    .isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName("T28 a PUBLISH, retained or not, goes where rules allow; nothing else of it is done")
    void publish_denied_refused(ProtocolVersion version) throws IOException {
        try (WireClient root = connected(broker, "root", "c-root");
                WireClient ada = new WireClient(broker.port(), version)) {
            root.subscribe("#", QoS.AT_MOST_ONCE);
            ada.connect(connect(version, "c-ada", true, null, "ada", "ada-secret"));
            ada.send(publish("b", "no", QoS.AT_LEAST_ONCE, 1), publish("b", "no", QoS.EXACTLY_ONCE, 2));
            ada.send(publish("d/other/x", "no", QoS.AT_MOST_ONCE, 0));
            ada.send(new Publish(
                    3, QoS.AT_LEAST_ONCE, false, true, TopicName.of("a/r"), new byte[] {'r'}, Properties.NONE));
            boolean told = version == ProtocolVersion.MQTT_5;
            ReasonCode expected = told ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SUCCESS;
            assertThat(ada.expect(PubAck.class).reasonCode()).isEqualTo(expected);
            assertThat(ada.expect(PubRec.class).reasonCode()).isEqualTo(expected);
            assertThat(ada.expect(PubAck.class).reasonCode()).isEqualTo(expected);
            ada.send(publish("d/c-ada/x", "yes", QoS.AT_LEAST_ONCE, 4));
            assertThat(ada.expect(PubAck.class).reasonCode().isFailure()).isFalse();
            assertThat(WireClient.text(root.expect(Publish.class))).isEqualTo("yes");
            assertThat(broker.broker().counters().sum(ShardEvent.PUBLISH_DENIED))
                    .isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName("K22 T27 T28 a CONNECT with a will that rules do not allow is refused; its will is never published")
    void connect_deniedWill_refused(ProtocolVersion version) throws IOException {
        try (WireClient root = connected(broker, "root", "c-root")) {
            root.subscribe("#", QoS.AT_LEAST_ONCE);
            for (Will will : new Will[] {
                will("b", false),
                will("last-words/x", false),
                will("a/b", false),
                will("status/bob", true),
                will("$SYS/x", false)
            }) {
                ConnAck answer = answer(connect(version, "x", true, will, "ada", "ada-secret"));
                assertThat(answer.reasonCode()).as(will.topic().toString()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
            try (WireClient ada = new WireClient(broker.port(), version)) {
                assertThat(ada.connect(connect(version, "x", true, will("status/ada", true), "ada", "ada-secret"))
                                .reasonCode())
                        .isEqualTo(ReasonCode.SUCCESS);
                ada.reset();
            }
            assertThat(root.expect(Publish.class).topic()).isEqualTo(TopicName.of("status/ada"));
        }
    }

    @Test
    @DisplayName(
            "K17 T31 users and client identifiers with wildcards and slashes get nothing through rules with names in topics")
    void names_hostile_nothing() throws IOException {
        for (String name : new String[] {"+", "a/b"}) {
            try (WireClient hostile = connected(broker, name, "c-" + name)) {
                assertThat(subscribe(hostile, "status/#", "status/" + name, "status/ada"))
                        .containsOnly(ReasonCode.NOT_AUTHORIZED);
            }
        }
        for (String clientId : new String[] {"+", "#", "x/y"}) {
            try (WireClient ada = connected(broker, "ada", clientId)) {
                assertThat(subscribe(ada, "d/" + clientId + (clientId.equals("#") ? "" : "/#"), "d/x/y", "d/#"))
                        .containsOnly(ReasonCode.NOT_AUTHORIZED);
            }
        }
    }

    @Test
    @DisplayName("T28 $SYS is for those whom a rule lets read it")
    void sys_rules_readByRuleOnly() throws IOException {
        try (WireClient root = connected(broker, "root", "c-root");
                WireClient ada = ada()) {
            root.subscribe("$SYS/broker/version", QoS.AT_MOST_ONCE);
            assertThat(root.expect(Publish.class).topic()).isEqualTo(TopicName.of("$SYS/broker/version"));
            assertThat(subscribe(ada, "$SYS/broker/version")).containsExactly(ReasonCode.NOT_AUTHORIZED);
            ada.send(PingReq.INSTANCE);
            ada.expect(PingResp.class);
        }
    }

    @Test
    @DisplayName("K18 T33 a broker does not start with rules that it cannot read, and keeps the old ones at a reload")
    void rules_broken_neverOpen() throws IOException {
        Path rules = folder.resolve("rules");
        try (WireClient ada = ada()) {
            Files.writeString(rules, "allow everybody all #\n");
            assertThatThrownBy(() -> broker.broker().reloadAccess())
                    .isInstanceOf(AccessFileException.class)
                    .hasMessageContaining("rules:1: ");
            assertThat(subscribe(ada, "a/b", "b"))
                    .containsExactly(ReasonCode.granted(QoS.EXACTLY_ONCE), ReasonCode.NOT_AUTHORIZED);
        }
        assertThatThrownBy(() -> RunningBroker.start(folder.resolve("other"), "access.rules-file=" + rules))
                .isInstanceOf(AccessFileException.class);
        Files.writeString(rules, "");
        assertThatThrownBy(() -> broker.broker().reloadAccess()).hasMessageContaining("holds no rule");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.mqtt5;

import static io.holdfast.server.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions of MQTT 5 clients, their names and wills, before and after a SIGKILL. */
final class SessionKillIT {
    private static final Properties HOUR =
            Properties.builder().sessionExpiryIntervalSeconds(3_600).build();

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final String name = BROKER.uniqueName("s");

    private static WireClient open() throws IOException {
        return new WireClient(BROKER.port(), ProtocolVersion.MQTT_5);
    }

    private static ConnAck connect(WireClient client, String id, Properties wishes, @Nullable Will will)
            throws IOException {
        ConnAck connAck = client.connect(WireClient.connect5(id, false, wishes, will));
        assertThat(connAck.reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        return connAck;
    }

    private static boolean isPresent(String id) throws IOException {
        try (WireClient client = open()) {
            return connect(client, id, HOUR, null).sessionPresent();
        }
    }

    private static void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
    }

    @Test
    @DisplayName("[MQTT5-3.2.2-16] an assigned name is nobody else's after a SIGKILL, and leads to its session")
    void kill_assignedName_staysItsSessions() throws IOException {
        String assigned;
        try (WireClient client = open()) {
            assigned = connect(client, "", HOUR, null).properties().assignedClientIdentifier();
        }
        BROKER.killAndRestart();
        try (WireClient client = open()) {
            assertThat(connect(client, "", HOUR, null).properties().assignedClientIdentifier())
                    .isNotEmpty()
                    .isNotEqualTo(assigned);
        }
        assertThat(isPresent(String.valueOf(assigned))).isTrue();
    }

    @Test
    @DisplayName(
            "[MQTT5-4.1.0-2] [MQTT5-3.1.2-23] a session whose time passes while the broker is down is gone, one that"
                    + " has time left is not")
    void kill_expiryMeanwhile_sessionGone() throws IOException {
        for (int seconds : new int[] {1, 600}) {
            try (WireClient client = open()) {
                connect(
                        client,
                        name + seconds,
                        Properties.builder()
                                .sessionExpiryIntervalSeconds(seconds)
                                .build(),
                        null);
                leave(client);
            }
        }
        BROKER.process().kill();
        long since = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - since > TimeUnit.SECONDS.toNanos(2));
        BROKER.process().restart();
        assertThat(isPresent(name + 1)).isFalse();
        assertThat(isPresent(name + 600)).isTrue();
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.3-10] [MQTT5-3.1.2-7] a will that is published after a SIGKILL has its properties in order")
    void kill_will_propertiesInOrder() throws IOException {
        Properties properties = Properties.builder()
                .contentType("text/plain")
                .userProperty("b", "1")
                .userProperty("a", "2")
                .userProperty("b", "3")
                .build();
        Will will = new Will(TopicName.of(name + "/will"), new byte[] {'w'}, QoS.AT_LEAST_ONCE, false, properties);
        try (WireClient watcher = open();
                WireClient client = open()) {
            connect(watcher, name + "w", HOUR, null);
            watcher.subscribe(name + "/will", QoS.AT_LEAST_ONCE);
            leave(watcher);
            connect(client, name, Properties.NONE, will);
            BROKER.process().kill();
        }
        BROKER.process().restart();
        try (WireClient watcher = open()) {
            connect(watcher, name + "w", HOUR, null);
            Publish publish = watcher.expect(Publish.class);
            assertThat(text(publish)).isEqualTo("w");
            assertThat(publish.properties()).isEqualTo(properties);
        }
    }

    @Test
    @DisplayName("[MQTT5-3.3.2-7] topic aliases end with the connection, also when the session outlasts a SIGKILL")
    void kill_alias_forgotten() throws IOException {
        Properties alias = Properties.builder().topicAlias(1).build();
        try (WireClient client = open()) {
            connect(client, name, HOUR, null);
            client.subscribe(name, QoS.AT_MOST_ONCE);
            client.send(new Publish(0, QoS.AT_MOST_ONCE, false, false, TopicName.of(name), new byte[] {'x'}, alias));
            assertThat(text(client.expect(Publish.class))).isEqualTo("x");
            BROKER.process().kill();
        }
        BROKER.process().restart();
        try (WireClient client = open()) {
            assertThat(connect(client, name, HOUR, null).sessionPresent()).isTrue();
            client.send(new byte[] {0x30, 7, 0, 0, 3, 0x23, 0, 1, 'x'}); // no topic, alias 1
            assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        }
    }
}

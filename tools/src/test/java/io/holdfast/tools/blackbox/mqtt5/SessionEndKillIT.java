// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static io.holdfast.server.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When sessions end and wills are due whose connection ended with the broker: counted from its death, not from its start. */
final class SessionEndKillIT {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    /** How often a test that has to be quick begins anew on a machine that stood still. */
    private static final int TRIES_MAX = 5;

    private final String name = BROKER.uniqueName("e");

    private static Properties expiry(long seconds) {
        return Properties.builder().sessionExpiryIntervalSeconds(seconds).build();
    }

    private static WireClient open() throws IOException {
        return new WireClient(BROKER.port(), ProtocolVersion.MQTT_5);
    }

    private static boolean connect(WireClient client, String id, long expirySeconds, @Nullable Will will)
            throws IOException {
        return client.connect(connect5(id, false, expiry(expirySeconds), will)).sessionPresent();
    }

    private static void awaitMillis(long millis) {
        long from = System.nanoTime();
        Awaitility.await()
                .until(() ->
                        System.nanoTime() - from > Duration.ofMillis(millis).toNanos());
    }

    @Test
    @DisplayName("[MQTT5-4.1.0-2] C03 a session whose time ran out while the broker was dead is gone at its start")
    void kill_expiredMeanwhile_goneAtStart() throws IOException {
        try (WireClient client = open()) {
            assertThat(connect(client, name, 4, null)).isFalse();
            BROKER.process().kill();
        }
        awaitMillis(7_000);
        BROKER.process().restart();
        try (WireClient client = open()) {
            assertThat(connect(client, name, 4, null)).isFalse();
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.2-23] C03 a session whose connection was quiet until the broker died has all its time left")
    void kill_quietConnection_expiresNotEarly() throws IOException {
        boolean inTime = false;
        for (int i = 0; i < TRIES_MAX && !inTime; i++) {
            try (WireClient client = open()) {
                assertThat(connect(client, name + i, 5, null)).isFalse();
                awaitMillis(7_000); // Nothing is written meanwhile.
                BROKER.process().kill();
            }
            long aliveMillis = Files.getLastModifiedTime(BROKER.process().data().resolve("pulse"))
                    .toMillis();
            BROKER.process().restart();
            try (WireClient client = open()) {
                boolean present = connect(client, name + i, 5, null);
                // The connection ended when the broker was alive last, or later.
                inTime = System.currentTimeMillis() - aliveMillis < 5_000;
                assertThat(present || !inTime).as("has its session").isTrue();
            }
        }
        assertThat(inTime).as("the broker was started in time once").isTrue();
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-8] C03 a will whose delay ran out while the broker was dead comes at its start")
    void kill_willDueMeanwhile_comesAtStart() throws IOException {
        boolean atOnce = false;
        for (int i = 0; i < TRIES_MAX && !atOnce; i++) {
            atOnce = millisFromStartToWill(name + i) < 10_000; // Counted from the start it would come later.
        }
        assertThat(atOnce).isTrue();
    }

    /** A delay of 10 s passes while the broker is dead. */
    private static long millisFromStartToWill(String name) throws IOException {
        String topic = name + "/will";
        try (WireClient watcher = open();
                WireClient client = open()) {
            connect(watcher, name + "w", 3_600, null);
            watcher.subscribe(topic, QoS.AT_LEAST_ONCE);
            Properties delay = Properties.builder().willDelayIntervalSeconds(10).build();
            Will will = new Will(TopicName.of(topic), new byte[] {'w'}, QoS.AT_LEAST_ONCE, false, delay);
            connect(client, name, 3_600, will);
            BROKER.process().kill();
        }
        awaitMillis(13_000);
        long from = System.nanoTime();
        BROKER.process().restart();
        try (WireClient watcher = open()) {
            assertThat(connect(watcher, name + "w", 3_600, null)).isTrue();
            assertThat(text(watcher.expect(Publish.class))).isEqualTo("w");
        }
        return Duration.ofNanos(System.nanoTime() - from).toMillis();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.mqtt5;

import static io.holdfast.server.testkit.WireClient.connect5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long sessions and wills outlive their connection. */
class SessionEndIT {
    private static final long HOUR = 3_600;

    @TempDir
    private Path folder;

    private RunningBroker broker;
    private WireClient watcher;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder);
        watch();
    }

    private void watch() throws IOException {
        watcher = broker.open5();
        watcher.connect(connect5("watcher", false, expiry(HOUR)));
        watcher.subscribe("will/#", QoS.AT_LEAST_ONCE);
    }

    @AfterEach
    void stop() throws IOException {
        watcher.close();
        broker.close();
    }

    private static Properties expiry(long seconds) {
        return Properties.builder().sessionExpiryIntervalSeconds(seconds).build();
    }

    private static Will will(String topic, long delaySeconds) {
        Properties properties = Properties.builder()
                .willDelayIntervalSeconds(delaySeconds)
                .contentType("text/plain")
                .userProperty("b", "1")
                .userProperty("a", "2")
                .userProperty("b", "3")
                .build();
        byte[] payload = topic.getBytes(StandardCharsets.UTF_8);
        return new Will(TopicName.of(topic), payload, QoS.AT_LEAST_ONCE, false, properties);
    }

    private WireClient connected(String id, long expirySeconds, Will will) throws IOException {
        WireClient client = broker.open5();
        client.connect(connect5(id, false, expiry(expirySeconds), will));
        return client;
    }

    private boolean isPresent(String id, long expirySeconds) throws IOException {
        try (WireClient client = broker.open5()) {
            boolean present =
                    client.connect(connect5(id, false, expiry(expirySeconds))).sessionPresent();
            client.send(Disconnect.NORMAL);
            assertThat(client.isClosedNext()).isTrue();
            return present;
        }
    }

    /** A message that is published now; a will that came before it would be in front. */
    private void assertNoWillYet() throws IOException {
        try (WireClient marker = broker.open5()) {
            marker.connect("", true);
            marker.send(WireClient.publish("will/marker", "marker", QoS.AT_LEAST_ONCE, 1));
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("marker");
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-8] [MQTT5-3.1.2-7] [MQTT5-3.1.3-10] a will comes after its delay, properties in order")
    void will_delay_comesWhenItHasPassed() throws IOException {
        WireClient client = connected("w", HOUR, will("will/w", 2));
        long cut = System.nanoTime();
        client.reset();
        Publish publish = watcher.expect(Publish.class);
        assertThat(Duration.ofNanos(System.nanoTime() - cut)).isGreaterThan(Duration.ofMillis(1_900));
        assertThat(WireClient.text(publish)).isEqualTo("will/w");
        assertThat(publish.properties().contentType()).isEqualTo("text/plain");
        assertThat(publish.properties().userProperties().toString()).matches(".*b.*1.*a.*2.*b.*3.*");
        assertThat(publish.properties().willDelayIntervalSeconds()).isZero();
        assertThat(isPresent("w", HOUR)).as("the session goes on").isTrue();
        assertNoWillYet(); // [MQTT5-3.1.2-10]: it came once.
    }

    @Test
    @DisplayName("[MQTT5-3.1.3-9] a will is not sent when its client is back before the delay has passed")
    void will_clientBackInTime_neverComes() throws IOException {
        String id = backWithinASecond();
        Duration longer = Duration.ofMillis(2_500);
        long since = System.nanoTime();
        await().until(() -> System.nanoTime() - since > longer.toNanos());
        try (WireClient marker = broker.open5()) {
            marker.connect("", true);
            marker.send(WireClient.publish("will/marker", "marker", QoS.AT_LEAST_ONCE, 1));
            String came = WireClient.text(watcher.expect(Publish.class));
            while (!came.equals("marker")) { // Wills of those who were not back in time.
                assertThat(came).isNotEqualTo("will/" + id);
                came = WireClient.text(watcher.expect(Publish.class));
            }
        }
    }

    /** A client that has lost its connection and is back before its will's delay of a second has passed; its identifier. */
    private String backWithinASecond() throws IOException {
        for (int i = 0; ; i++) {
            String id = "back-" + i;
            WireClient client = connected(id, HOUR, will("will/" + id, 1));
            long cut = System.nanoTime();
            client.reset();
            assertThat(isPresent(id, HOUR)).isTrue();
            if (System.nanoTime() - cut < 1_000_000_000L) { // A busy machine takes longer now and then.
                return id;
            }
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.3-9] a take-over with Clean Start 0 is in time for a will with a delay, not for one without")
    void will_takenOver_onlyWithoutDelay() throws IOException {
        WireClient delayed = connected("t1", HOUR, will("will/t1", 60));
        WireClient prompt = connected("t2", HOUR, will("will/t2", 0));
        try (WireClient first = connected("t1", HOUR, null);
                WireClient second = connected("t2", HOUR, null)) {
            assertThat(delayed.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(prompt.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/t2");
            assertNoWillYet();
            first.send(Disconnect.NORMAL);
            second.send(Disconnect.NORMAL);
        }
    }

    @Test
    @DisplayName("K13 [MQTT5-3.1.2-8] the end of the session does not wait for the will's delay")
    void will_sessionEndsFirst_comesThen() throws IOException {
        connected("e1", 1, will("will/e1", 3_000)).reset();
        assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/e1");
        assertThat(isPresent("e1", 0)).isFalse();
        connected("e2", HOUR, will("will/e2", 3_000)).reset();
        try (WireClient anew = broker.open5()) {
            assertThat(anew.connect(connect5("e2", true, expiry(HOUR))).sessionPresent())
                    .isFalse();
            assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/e2");
        }
        connected("e3", 0, will("will/e3", 3_000)).reset();
        assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/e3");
    }

    @Test
    @DisplayName("[MQTT5-3.14.4-3] [MQTT5-3.1.2-10] DISCONNECT 0x00 drops the will, 0x04 and failures do not")
    void will_disconnect_byReason() throws IOException {
        for (ReasonCode reason : new ReasonCode[] {
            ReasonCode.SUCCESS, ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, ReasonCode.UNSPECIFIED_ERROR
        }) {
            WireClient client = connected("d", HOUR, will("will/" + reason, 0));
            client.send(new Disconnect(reason));
            assertThat(client.isClosedNext())
                    .as("[MQTT5-3.14.4-1] nothing is sent")
                    .isTrue();
            if (reason == ReasonCode.SUCCESS) {
                assertNoWillYet();
            } else {
                assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/" + reason);
            }
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.2-23] [MQTT5-4.1.0-2] a session lasts as long as DISCONNECT says, if that says something")
    void disconnect_expiry_replacesTheOneOfConnect() throws IOException {
        WireClient longer = connected("x", 1, null);
        longer.send(new Disconnect(ReasonCode.SUCCESS, expiry(HOUR)));
        assertThat(longer.isClosedNext()).isTrue();
        WireClient shorter = connected("y", HOUR, null);
        shorter.send(new Disconnect(ReasonCode.SUCCESS, expiry(0)));
        assertThat(shorter.isClosedNext()).isTrue();
        assertThat(isPresent("y", HOUR)).isFalse();
        WireClient silent = connected("z", 1, null);
        silent.send(Disconnect.NORMAL);
        assertThat(silent.isClosedNext()).isTrue();
        long since = System.nanoTime();
        await().until(() -> System.nanoTime() - since > 2_000_000_000L);
        assertThat(isPresent("z", HOUR)).isFalse();
        assertThat(isPresent("x", HOUR)).isTrue();
    }

    @Test
    @DisplayName("[MQTT5-4.1.0-2] [MQTT5-3.1.2-8] C34 what became due while the broker was down happens at its start")
    void restart_dueMeanwhile_happens() throws IOException, ConfigurationException {
        connected("late", 1, null).reset();
        connected("kept", HOUR, will("will/kept", 2)).reset();
        connected("soon", HOUR, will("will/soon", 300)).reset();
        watcher.close();
        broker.close();
        long since = System.nanoTime();
        await().until(() -> System.nanoTime() - since > 2_000_000_000L);
        broker = RunningBroker.start(folder);
        assertThat(isPresent("late", HOUR)).isFalse();
        assertThat(isPresent("soon", HOUR))
                .as("back in time: its will never comes")
                .isTrue();
        watcher = broker.open5();
        watcher.connect(connect5("watcher", false, expiry(HOUR)));
        assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/kept");
        assertThat(isPresent("kept", HOUR)).isTrue();
    }

    @Test
    @DisplayName(
            "T17 [MQTT5-3.14.2-1] a session expiry raised from 0 at DISCONNECT is a protocol error; the will comes")
    void disconnect_expiryRaisedFromZero_protocolError() throws IOException {
        WireClient client = connected("raised", 0, will("will/raised", 0));
        client.send(new Disconnect(ReasonCode.SUCCESS, expiry(60)));
        assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(client.isClosedNext()).isTrue();
        assertThat(WireClient.text(watcher.expect(Publish.class))).isEqualTo("will/raised");
    }
}

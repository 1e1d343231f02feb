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
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Wills with a delay, over a SIGKILL of the broker. */
final class WillKillIT {
    private static final int DELAY_SECONDS = 2;
    /** A sweep a second, a busy machine, and the moment between the kill and the start count too. */
    private static final Duration LATE_MAX = Duration.ofSeconds(DELAY_SECONDS + 10);

    /** Longer than the delay and a sweep. */
    private static final Duration NEVER = Duration.ofMillis(DELAY_SECONDS * 1_000L + 1_500);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private final String name = BROKER.uniqueName("will");

    @BeforeEach
    void speak() throws IOException {
        Dialect.MQTT_5.speak();
        try (WireClient watcher = watcher()) {
            watcher.subscribe(2, name);
            watcher.disconnect();
        }
    }

    @AfterEach
    void forget() throws IOException {
        BROKER.connected(WireConnect.clean(name + "-watcher")).disconnect();
        BROKER.connected(WireConnect.clean(name)).disconnect();
    }

    private WireClient watcher() throws IOException {
        return BROKER.connected(WireConnect.durable(name + "-watcher"));
    }

    private WireClient mortal() throws IOException {
        WireConnect connect = WireConnect.durable(name).withWill(name, "gone", 2, false);
        return BROKER.connected(connect.withProperties(
                connect.properties(), WireProperties.none().number(WireProperties.WILL_DELAY, DELAY_SECONDS)));
    }

    /** The will came once, and neither a wait nor another SIGKILL brings it again. */
    private void assertFiresOnce() throws IOException {
        try (WireClient watcher = watcher()) {
            Optional<WirePacket> will = watcher.poll(LATE_MAX);
            assertThat(will.map(WirePacket::text)).contains("gone");
            watcher.complete(will.orElseThrow());
            assertThat(watcher.poll(NEVER).map(WirePacket::toString)).isEmpty();
            watcher.disconnect();
        }
        BROKER.killAndRestart();
        assertNeverFires();
    }

    private void assertNeverFires() throws IOException {
        try (WireClient watcher = watcher()) {
            Optional<WirePacket> packet = watcher.poll(NEVER);
            if (packet.isPresent() && packet.get().type() == WirePacket.PUBREL) { // Its PUBCOMP went with the broker.
                watcher.ack(WirePacket.PUBCOMP, packet.get().packetId());
                packet = watcher.poll(NEVER);
            }
            assertThat(packet.map(WirePacket::toString)).isEmpty();
            watcher.disconnect();
        }
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.2-8] [MQTT5-3.1.3-9] C03 a delayed will of a client that was connected when the broker was killed "
                    + "fires once")
    void kill_connected_firesOnceAfterDelay() throws Exception {
        try (WireClient mortal = mortal()) {
            assertThat(mortal.packetsUntilPingResp()).isEmpty();
            BROKER.killAndRestart();
        }
        long from = System.nanoTime();
        try (WireClient watcher = watcher()) {
            assertThat(watcher.poll(Duration.ofMillis(DELAY_SECONDS * 1_000L - 1_200))
                            .map(WirePacket::toString))
                    .as("before its delay")
                    .isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(DELAY_SECONDS));
        }
        assertFiresOnce();
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.2-8] a delayed will whose connection had ended, and whose delay ends while the broker is down, "
                    + "fires once at its start")
    void kill_waiting_firesOnceAtStart() throws Exception {
        try (WireClient mortal = mortal();
                WireClient canary = BROKER.anyClient()) {
            mortal.reset();
            // The end of the connection is on disk before the answer to what comes later.
            assertThat(canary.packetsUntilPingResp()).isEmpty();
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(500))
                    .untilAsserted(() -> canary.publish(name + "/sync", "", 1, true));
        }
        BROKER.process().kill();
        long killed = System.nanoTime();
        Awaitility.await()
                .atMost(LATE_MAX)
                .until(() -> System.nanoTime() - killed
                        > Duration.ofSeconds(DELAY_SECONDS).toNanos());
        BROKER.process().restart();
        assertFiresOnce();
    }

    @Test
    @DisplayName("[MQTT5-3.1.3-9] a delayed will never fires when the session comes back in time, over a SIGKILL")
    void kill_sessionBackInTime_neverFires() throws Exception {
        try (WireClient mortal = mortal()) {
            assertThat(mortal.packetsUntilPingResp()).isEmpty();
            BROKER.killAndRestart();
        }
        try (WireClient back = BROKER.open()) {
            assertThat(back.connect(WireConnect.durable(name)).sessionPresent()).isTrue();
            assertNeverFires();
            BROKER.killAndRestart();
        }
        assertNeverFires();
        try (WireClient watcher = watcher()) {
            watcher.send(PacketBytes.publish(name, new byte[] {'!'}, 1, false, 1, false));
            assertThat(watcher.read().type()).isIn(WirePacket.PUBACK, WirePacket.PUBLISH); // It would have come.
        }
    }
}

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

    /** Longer than a broker that is killed needs to be back. */
    private static final int LONG_DELAY_SECONDS = 4;

    /** How often a test that has to be quick begins anew on a machine that stood still. */
    private static final int TRIES_MAX = 10;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    private final String name = BROKER.uniqueName("will");

    @BeforeEach
    void speak() throws IOException {
        Dialect.MQTT_5.speak();
        watch();
    }

    private void watch() throws IOException {
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

    private WireClient mortal(int delaySeconds) throws IOException {
        WireConnect connect = WireConnect.durable(name).withWill(name, "gone", 2, false);
        return BROKER.connected(connect.withProperties(
                connect.properties(), WireProperties.none().number(WireProperties.WILL_DELAY, delaySeconds)));
    }

    /**
     * The will came once, and neither a wait nor another SIGKILL brings it again.
     *
     * @return when it came, on the clock of {@link System#nanoTime}
     */
    private long assertFiresOnce(int delaySeconds) throws IOException {
        long came;
        try (WireClient watcher = watcher()) {
            WirePacket will = watcher.read();
            came = System.nanoTime();
            assertThat(will.text()).isEqualTo("gone");
            watcher.complete(will);
            assertThat(watcher.poll(never(delaySeconds)).map(WirePacket::toString))
                    .isEmpty();
            watcher.disconnect();
        }
        BROKER.killAndRestart();
        assertNeverFires(delaySeconds);
        return came;
    }

    /** Longer than the delay and a sweep. */
    private static Duration never(int delaySeconds) {
        return Duration.ofMillis(delaySeconds * 1_000L + 1_500);
    }

    private void assertNeverFires(int delaySeconds) throws IOException {
        Duration never = never(delaySeconds);
        try (WireClient watcher = watcher()) {
            Optional<WirePacket> packet = watcher.poll(never);
            if (packet.isPresent() && packet.get().type() == WirePacket.PUBREL) { // Its PUBCOMP went with the broker.
                watcher.ack(WirePacket.PUBCOMP, packet.get().packetId());
                packet = watcher.poll(never);
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
        long from = System.nanoTime(); // The connection ends later, by however little.
        try (WireClient mortal = mortal(LONG_DELAY_SECONDS)) {
            assertThat(mortal.packetsUntilPingResp()).isEmpty();
            BROKER.killAndRestart();
        }
        long came = assertFiresOnce(LONG_DELAY_SECONDS);
        assertThat(Duration.ofNanos(came - from))
                .as("not before its delay")
                .isGreaterThanOrEqualTo(Duration.ofSeconds(LONG_DELAY_SECONDS));
    }

    @Test
    @DisplayName(
            "[MQTT5-3.1.2-8] a delayed will whose connection had ended, and whose delay ends while the broker is down, "
                    + "fires once at its start")
    void kill_waiting_firesOnceAtStart() throws Exception {
        try (WireClient mortal = mortal(DELAY_SECONDS);
                WireClient canary = BROKER.anyClient()) {
            mortal.reset();
            // The end of the connection is on disk before this, or the kill ends it: the will is due in either case.
            assertThat(canary.packetsUntilPingResp()).isEmpty();
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(500))
                    .untilAsserted(() -> canary.publish(name + "/sync", "", 1, true));
        }
        BROKER.process().kill();
        long killed = System.nanoTime();
        Awaitility.await()
                .until(() -> System.nanoTime() - killed
                        > Duration.ofSeconds(DELAY_SECONDS).toNanos());
        BROKER.process().restart();
        assertFiresOnce(DELAY_SECONDS);
    }

    /** A client is back after a SIGKILL, and its will does not come if that was soon enough; then there is another SIGKILL. */
    private boolean comesBackInTime() throws IOException {
        long from = System.nanoTime(); // The delay begins later, by however little.
        try (WireClient mortal = mortal(LONG_DELAY_SECONDS)) {
            assertThat(mortal.packetsUntilPingResp()).isEmpty();
            BROKER.killAndRestart();
        }
        try (WireClient back = BROKER.open()) {
            assertThat(back.connect(WireConnect.durable(name)).sessionPresent()).isTrue();
            boolean inTime = System.nanoTime() - from
                    < Duration.ofSeconds(LONG_DELAY_SECONDS).toNanos();
            if (inTime) {
                assertNeverFires(LONG_DELAY_SECONDS);
                BROKER.killAndRestart();
            }
            return inTime;
        }
    }

    @Test
    @DisplayName("[MQTT5-3.1.3-9] a delayed will never fires when the session comes back in time, over a SIGKILL")
    void kill_sessionBackInTime_neverFires() throws Exception {
        boolean inTime = false;
        for (int i = 0; i < TRIES_MAX && !inTime; i++) {
            forget(); // The will of a client that came too late.
            watch();
            inTime = comesBackInTime();
        }
        assertThat(inTime).as("back in time once").isTrue();
        assertNeverFires(LONG_DELAY_SECONDS);
        try (WireClient watcher = watcher()) {
            watcher.send(PacketBytes.publish(name, new byte[] {'!'}, 1, false, 1, false));
            assertThat(watcher.read().type()).isIn(WirePacket.PUBACK, WirePacket.PUBLISH); // It would have come.
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A backlog that is larger than the heap: the broker takes it, starts with it and delivers it from disk. Three times the heap
 * in a normal build, 5 GB and twenty times with {@code -Dholdfast.faults=full}.
 */
final class BacklogIT {
    private static final System.Logger LOG = System.getLogger(BacklogIT.class.getName());
    private static final boolean FULL =
            System.getProperty("holdfast.faults", "quick").equals("full");
    private static final int HEAP_MIB = FULL ? 256 : 40;
    private static final int BACKLOG_MIB = FULL ? 5_120 : 120;
    private static final int PAYLOAD_BYTES = 64 << 10;
    private static final int MESSAGES = BACKLOG_MIB * 16;
    private static final int BURST = 64;
    /** Of processor time, which does not pass while the machine stands still. */
    private static final Duration START_MAX = Duration.ofSeconds(20);

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String TOPIC = "backlog";

    @Test
    @DisplayName(
            "T47 a backlog larger than the heap survives a kill, starts in seconds and is delivered whole, in order")
    void kill_backlogLargerThanHeap_servedFromDisk() throws Exception {
        HoldfastBroker small = HoldfastBroker.with("-Xmx" + HEAP_MIB + "m", "-XX:MaxDirectMemorySize=64m");
        try (BrokerProcess broker = BrokerProcess.start(small, "session.queue-bytes-max=0", "connect-timeout=5m")) {
            try (WireClient sleeper = WireClient.connected(broker.port(), WireConnect.durable("sleeper"))) {
                sleeper.subscribe(1, TOPIC);
                sleeper.disconnect();
            }
            publishAll(broker);
            broker.kill();
            broker.restartWithoutWaiting();
            Awaitility.await()
                    .pollInSameThread()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> {
                        WireClient.connected(broker.port(), WireConnect.clean("first"))
                                .close();
                        return true;
                    });
            Duration start = broker.cpuTime();
            LOG.log(
                    System.Logger.Level.INFO,
                    BACKLOG_MIB + " MiB queued, first CONNACK after " + start.toMillis() + " ms of CPU");
            assertThat(start).isLessThan(START_MAX);
            drain(broker);
            assertThat(broker.terminate()).as("exit code of a clean stop").isZero();
        }
    }

    private static byte[] payload(int number) {
        byte[] bytes = new byte[PAYLOAD_BYTES];
        new SplittableRandom(number).nextBytes(bytes);
        ByteBuffer.wrap(bytes).putInt(number);
        return bytes;
    }

    private static void publishAll(BrokerProcess broker) throws IOException {
        try (WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("publisher"))) {
            for (int from = 0; from < MESSAGES; from += BURST) {
                ByteArrayOutputStream burst = new ByteArrayOutputStream();
                for (int i = 0; i < BURST; i++) {
                    burst.writeBytes(PacketBytes.publish(TOPIC, payload(from + i), 1, false, 1 + i, false));
                }
                publisher.send(burst.toByteArray());
                for (int i = 0; i < BURST; i++) {
                    publisher.expectAck(WirePacket.PUBACK, 1 + i);
                }
            }
        }
    }

    private static void drain(BrokerProcess broker) throws IOException {
        try (WireClient sleeper = WireClient.open(broker.port())) {
            assertThat(sleeper.connect(WireConnect.durable("sleeper")).sessionPresent())
                    .isTrue();
            for (int number = 0; number < MESSAGES; number++) {
                WirePacket packet = sleeper.read(WirePacket.PUBLISH);
                assertThat(ByteBuffer.wrap(packet.payload()).getInt())
                        .as("order")
                        .isEqualTo(number);
                if (number % 97 == 0) {
                    assertThat(packet.payload()).isEqualTo(payload(number));
                }
                sleeper.ack(WirePacket.PUBACK, packet.packetId());
            }
            assertThat(sleeper.packetsUntilPingResp()).isEmpty();
        }
    }
}

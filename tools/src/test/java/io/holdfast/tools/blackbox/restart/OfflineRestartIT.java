// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A fleet of devices is offline, its messages pile up, the broker is killed: how long until the first device is served
 * again, does each get all of its messages once and in order, and does the disk come back.
 */
final class OfflineRestartIT {
    private static final System.Logger LOG = System.getLogger(OfflineRestartIT.class.getName());
    private static final int SESSIONS = 1_000;
    private static final int MESSAGES_PER_SESSION = 100;
    private static final int PAYLOAD_BYTES = 100;
    private static final int THREADS = 4;
    /** The promise is 3 s; a slow machine gets more before the build turns red, and one that stands still all its time. */
    private static final Duration FIRST_CONNACK_CPU_MAX = Duration.ofSeconds(15);

    private static final Duration SHRINK_PATIENCE = Duration.ofMinutes(3);

    @Test
    @DisplayName("[MQTT-4.5.0-1] [MQTT-3.1.2-5] S16 S17 S18 T47 100,000 messages over 1,000 offline "
            + "sessions survive a kill, and the disk comes back")
    void kill_largeBacklog_servedSoonCompleteAndFreed() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerCommand.underTest(), "connect-timeout=5m")) {
            long begin = System.nanoTime();
            inParallel(session -> subscribe(broker, session));
            publishAll(broker);
            broker.kill();
            long full = broker.dataBytes();
            report("queued, " + full / 1024 + " KiB on disk", begin);

            long restart = System.nanoTime();
            broker.restartWithoutWaiting();
            Duration firstConnack = awaitFirstConnack(broker, restart);
            LOG.log(System.Logger.Level.INFO, "first CONNACK " + firstConnack.toMillis() + " ms after the command");
            assertThat(broker.cpuTime()).as("processor time until then").isLessThan(FIRST_CONNACK_CPU_MAX);

            long drain = System.nanoTime();
            try {
                inParallel(session -> drain(broker, session));
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause() + "\n" + broker.output(), e);
            }
            report("drained", drain);

            long shrink = System.nanoTime();
            Awaitility.await("the data folder shrinks below the half of " + full + " bytes")
                    .pollInterval(Duration.ofMillis(500))
                    .atMost(SHRINK_PATIENCE)
                    .until(() -> broker.dataBytes() < full / 2);
            report("shrunk to " + broker.dataBytes() / 1024 + " KiB", shrink);
        }
    }

    private static void report(String what, long sinceNanos) {
        long millis = Duration.ofNanos(System.nanoTime() - sinceNanos).toMillis();
        LOG.log(System.Logger.Level.INFO, what + ", " + millis + " ms");
    }

    /** A step for one session. */
    private interface Step {
        void run(int session) throws IOException;
    }

    private static void inParallel(Step step) throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int first = i;
                futures.add(pool.submit(() -> {
                    for (int session = first; session < SESSIONS; session += THREADS) {
                        step.run(session);
                    }
                    return null;
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static String topic(int session) {
        return "fleet/" + session + "/commands";
    }

    private static void subscribe(BrokerProcess broker, int session) throws IOException {
        try (WireClient client = WireClient.open(broker.port())) {
            client.send(PacketBytes.joined(
                    WireConnect.durable("device" + session).bytes(),
                    PacketBytes.subscribe(1, 1 + session % 2, topic(session)),
                    PacketBytes.disconnect()));
            assertThat(client.read(WirePacket.CONNACK).sessionPresent()).isFalse();
            client.expectAck(WirePacket.SUBACK, 1);
            assertThat(client.awaitClosed(WireClient.PATIENCE)).isTrue();
        }
    }

    private static byte[] payload(int session, int number) {
        byte[] text = (session + ":" + number + ":").getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(text, PAYLOAD_BYTES);
    }

    /** Each round sends one message to every session and then reads every answer; odd sessions get QoS 2. */
    private static void publishAll(BrokerProcess broker) throws IOException {
        try (WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("fleet"))) {
            for (int number = 0; number < MESSAGES_PER_SESSION; number++) {
                ByteArrayOutputStream burst = new ByteArrayOutputStream();
                for (int session = 0; session < SESSIONS; session++) {
                    int qos = 1 + session % 2;
                    burst.writeBytes(PacketBytes.publish(
                            topic(session), payload(session, number), qos, false, session + 1, false));
                }
                publisher.send(burst.toByteArray());
                ByteArrayOutputStream releases = new ByteArrayOutputStream();
                for (int session = 0; session < SESSIONS; session++) {
                    boolean qos2 = session % 2 == 1;
                    publisher.expectAck(qos2 ? WirePacket.PUBREC : WirePacket.PUBACK, session + 1);
                    if (qos2) {
                        releases.writeBytes(PacketBytes.ack(WirePacket.PUBREL, session + 1));
                    }
                }
                publisher.send(releases.toByteArray());
                for (int session = 1; session < SESSIONS; session += 2) {
                    publisher.expectAck(WirePacket.PUBCOMP, session + 1);
                }
            }
        }
    }

    private static Duration awaitFirstConnack(BrokerProcess broker, long startNanos) {
        Awaitility.await("first CONNACK")
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofMinutes(3))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    if (!broker.alive()) {
                        throw new IllegalStateException(broker.output());
                    }
                    try (WireClient client = WireClient.open(broker.port())) {
                        return client.connect(WireConnect.clean("first")).returnCode() == 0;
                    }
                });
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** Resumes, receives all messages in order, completes them, and sees that nothing follows. */
    private static void drain(BrokerProcess broker, int session) throws IOException {
        int qos = 1 + session % 2;
        try (WireClient client = WireClient.open(broker.port())) {
            WirePacket connack = client.connect(WireConnect.durable("device" + session));
            assertThat(connack.sessionPresent()).isTrue();
            List<byte[]> received = new ArrayList<>();
            int completed = 0;
            while (completed < MESSAGES_PER_SESSION) {
                WirePacket packet = client.read();
                if (packet.type() == WirePacket.PUBREL) {
                    client.ack(WirePacket.PUBCOMP, packet.packetId());
                    completed++;
                    continue;
                }
                assertThat(packet.type()).as("%s", packet).isEqualTo(WirePacket.PUBLISH);
                assertThat(packet.qos()).isEqualTo(qos);
                received.add(packet.payload());
                client.ack(qos == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, packet.packetId());
                completed += qos == 1 ? 1 : 0;
            }
            assertThat(received)
                    .usingElementComparator(Arrays::compare)
                    .containsExactlyElementsOf(IntStream.range(0, MESSAGES_PER_SESSION)
                            .mapToObj(number -> payload(session, number))
                            .toList());
            assertThat(client.packetsUntilPingResp()).isEmpty();
            client.disconnect();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.storage.testkit.FailIo;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T43 and the rule that a store error stops the instance, never the truth. */
class StoreErrorIT {
    private static final String TOPIC = "fault/t";
    private static final String PATIENT = "connect-timeout=5m";
    private static final Duration BACK = Duration.ofMinutes(3);

    @TempDir
    private Path work;

    @ParameterizedTest(name = "{0} {1}, call {2}")
    @CsvSource({"SYNC, EIO, 1", "WRITE, ENOSPC, 1", "WRITE, EIO, 3", "ANY, EIO, 5"})
    @DisplayName("T43 a failing write or sync: no acknowledgement for what is lost, and back when the disk heals")
    @RequiresTool("gcc")
    void publish_failingDisk_noAckAndBack(FailIo.Operation operation, FailIo.Fault fault, int nth) throws Exception {
        FailIo disk = FailIo.build(work, work.resolve("elsewhere"));
        WrappedBroker command = new WrappedBroker(data -> environment(disk, data));
        try (BrokerProcess broker = BrokerProcess.start(command, PATIENT)) {
            sleeper(broker);
            List<String> acknowledged = new ArrayList<>(publishUntilClosed(broker, "before", 20, 1));
            assertThat(acknowledged).hasSize(20);
            disk.failOnce(operation, fault, nth);
            acknowledged.addAll(publishUntilClosed(broker, "during", 1_000, 1));
            assertThat(acknowledged).as("the fault ended the stream").hasSizeLessThan(1_020);
            disk.heal();
            awaitServing(broker);
            acknowledged.addAll(publishUntilClosed(broker, "after", 20, 1));
            assertThat(receivedUntil(broker, acknowledged.get(acknowledged.size() - 1)))
                    .containsSubsequence(acknowledged);
        }
    }

    @Test
    @DisplayName("T43 a full disk: no acknowledgement for what is lost, and back when there is space")
    @RequiresTool("mount")
    void publish_fullDisk_noAckAndBack() throws Exception {
        WrappedBroker command = new WrappedBroker(StoreErrorIT::onSmallDisk);
        Path[] data = new Path[1];
        // Without the reserve, which would stop the publisher before: what is tested here is the disk's own refusal.
        try (BrokerProcess broker = BrokerProcess.start(command, PATIENT, "store.disk-reserve-bytes=0")) {
            data[0] = broker.data();
            sleeper(broker);
            Path filler = broker.data().resolve("filler");
            Files.write(filler, new byte[60 << 20]);
            List<String> acknowledged = new ArrayList<>(publishUntilClosed(broker, "during", 100_000, 16 << 10));
            assertThat(acknowledged).isNotEmpty().hasSizeLessThan(100_000);
            Files.delete(filler);
            awaitServing(broker);
            acknowledged.addAll(publishUntilClosed(broker, "after", 20, 1));
            assertThat(receivedUntil(broker, acknowledged.get(acknowledged.size() - 1)))
                    .containsSubsequence(acknowledged);
            assertThat(broker.terminate()).as("exit code of a clean stop").isZero();
        } finally {
            if (data[0] != null) {
                new ProcessBuilder("umount", "-l", data[0].toString()).start().waitFor();
            }
        }
    }

    private static List<String> environment(FailIo disk, Path data) {
        List<String> line = new ArrayList<>(List.of("env"));
        disk.environment().forEach((name, value) -> line.add(name + "=" + value));
        line.add("FAILIO_FOLDER=" + data.toAbsolutePath());
        return line;
    }

    private static List<String> onSmallDisk(Path data) {
        String script =
                "mkdir -p \"$1\" && { mountpoint -q \"$1\" || mount -t tmpfs -o size=160m,mode=0700 tmpfs \"$1\"; }"
                        + " && shift && exec \"$@\"";
        return List.of("sh", "-c", script, "sh", data.toString());
    }

    /** A kept session that is away: all messages wait for it. */
    private static void sleeper(BrokerProcess broker) throws IOException {
        try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("sleeper"))) {
            client.subscribe(1, TOPIC);
            client.disconnect();
        }
    }

    /** Publishes one after the other at QoS 1; the messages whose PUBACK came before the broker closed the connection. */
    private static List<String> publishUntilClosed(BrokerProcess broker, String name, int messages, int payloadBytes)
            throws IOException {
        List<String> acknowledged = new ArrayList<>();
        try (WireClient client = WireClient.open(broker.port())) {
            if (client.connect(WireConnect.durable("publisher")).returnCode() != 0) {
                return acknowledged; // What the broker does for itself has met the fault already.
            }
            for (int i = 0; i < messages; i++) {
                String payload = name + "-" + i + " " + incompressible(i, payloadBytes);
                byte[] publish = PacketBytes.publish(
                        TOPIC, payload.getBytes(StandardCharsets.UTF_8), 1, false, 1 + i % 60_000, false);
                client.send(publish);
                Optional<WirePacket> reply = client.poll(WireClient.PATIENCE);
                if (reply.isEmpty()) {
                    break;
                }
                acknowledged.add(payload);
            }
        } catch (IOException e) {
            return acknowledged; // The broker closed: what it had acknowledged until then counts.
        }
        return acknowledged;
    }

    private static String incompressible(int seed, int bytes) {
        byte[] random = new byte[bytes / 2];
        new SplittableRandom(seed).nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void awaitServing(BrokerProcess broker) {
        Awaitility.await().atMost(BACK).ignoreExceptions().until(() -> {
            try (WireClient client = WireClient.connected(broker.port(), WireConnect.clean("canary"))) {
                client.publish("canary", "x", 1, true);
                return true;
            }
        });
    }

    /** What the sleeper finds, to the message given, which stands behind all others. */
    private static List<String> receivedUntil(BrokerProcess broker, String last) throws IOException {
        List<String> payloads = new ArrayList<>();
        try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("sleeper"))) {
            while (!payloads.contains(last)) {
                WirePacket packet = client.read(WirePacket.PUBLISH);
                payloads.add(packet.text());
                client.complete(packet);
            }
        }
        return payloads;
    }
}

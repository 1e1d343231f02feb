// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.Broker;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import io.holdfast.storage.store.WalScan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A log that is damaged in its middle: never served shortened in silence, and told from the torn tail of a power cut. */
class DamagedLogIT {
    private static final int MESSAGES = 400;

    @TempDir
    Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    /** The folder of a broker that dies in its work: client "meter" is owed {@value #MESSAGES} messages. */
    private void brokerDies() throws Exception {
        Path living = folder.resolve("living");
        try (RunningBroker broker = RunningBroker.start(living)) {
            try (WireClient meter = broker.connect("meter", false)) {
                meter.subscribe("a/b", QoS.AT_LEAST_ONCE);
                leave(meter);
            }
            try (WireClient publisher = broker.connect("publisher", true)) {
                for (int i = 0; i < MESSAGES; i++) {
                    publisher.send(WireClient.publish("a/b", "m" + i, QoS.AT_LEAST_ONCE, 1));
                    publisher.expect(PubAck.class);
                }
                leave(publisher);
            }
            // All of it is on disk and nothing more is written; the watermark says so within 100 ms of rest.
            Awaitility.await().until(() -> {
                StoreFacts facts = StoreFacts.of(living);
                return facts.watermarkSequence() == facts.log().sequence();
            });
            copy(living, data());
        }
    }

    private static void leave(WireClient client) throws IOException {
        client.send(Disconnect.NORMAL);
        assertThat(client.isClosedNext()).isTrue();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private Path log() throws IOException {
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(StoreFolder.logFiles(data()), "*.log")) {
            return logs.iterator().next();
        }
    }

    private void flipBitAtAThird() throws IOException {
        byte[] bytes = Files.readAllBytes(log());
        bytes[bytes.length / 3] ^= 4;
        Files.write(log(), bytes);
    }

    private Broker start(StoreOptions.Loss loss) throws Exception {
        ConfigReader config = new ConfigReader()
                .set("store.folder", data().toString(), "test")
                .set("listeners.tcp.port=0")
                .set("admin.enabled=false");
        return Broker.start(config.read(), loss);
    }

    private static long queued(Broker broker) {
        var report = broker.recovery();
        return report == null ? -1 : report.queued();
    }

    @Test
    @DisplayName(
            "T41 a flipped bit in the log: refused with exit code 4, whom it is about, and a folder left as it was")
    void run_bitFlippedInLog_refusedWithReport() throws Exception {
        brokerDies();
        flipBitAtAThird();
        byte[] found = Files.readAllBytes(log());
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new RunVerb()).setErr(new PrintWriter(err));
        assertThat(line.execute("--data", data().toString(), "--port", "0")).isEqualTo(RunVerb.EXIT_STORE_DAMAGED);
        List<String> lines = err.toString().strip().lines().toList();
        assertThat(lines.get(0))
                .startsWith("holdfast: the log in " + data().toRealPath() + " ends ")
                .contains("rows before what was on disk", "is damaged at byte", "holdfast run --accept-loss")
                .contains("holdfast store salvage");
        assertThat(lines.get(1)).matches("behind the damage [0-9]+ batches can still be read: [0-9]+ messages and .*");
        assertThat(lines)
                .anyMatch(text -> text.matches("  client \"meter\": [1-9][0-9]* messages, 0 acknowledgements"));
        assertThat(lines).last().isEqualTo("what stood in the damaged place itself cannot be known");
        assertThat(Files.readAllBytes(log())).isEqualTo(found);
    }

    @Test
    @DisplayName("T41 an accepted loss: served without what is gone, which is told and kept aside, and only once")
    void start_lossAccepted_keepsFilesAside() throws Exception {
        brokerDies();
        flipBitAtAThird();
        byte[] found = Files.readAllBytes(log());
        String name = log().getFileName().toString();
        long kept;
        try (Broker broker = start(StoreOptions.Loss.ACCEPT)) {
            kept = queued(broker);
            assertThat(kept).isBetween(1L, MESSAGES - 1L);
        }
        try (DirectoryStream<Path> aside = Files.newDirectoryStream(data(), "set-aside-*")) {
            Path only = aside.iterator().next();
            assertThat(Files.readAllBytes(StoreFolder.logFiles(only).resolve(name)))
                    .isEqualTo(found);
            assertThat(only.resolve("watermark")).exists();
            assertThat(Files.readString(only.resolve("given-up.txt")))
                    .contains("given up: ", " rows that were on disk", "client \"meter\": ");
        }
        try (Broker broker = start(StoreOptions.Loss.REFUSE)) {
            assertThat(queued(broker)).isEqualTo(kept);
        }
    }

    @Test
    @DisplayName("T41 a torn tail behind the watermark is no damage: it starts with all that was acknowledged")
    void start_tornTail_startsWithEverything() throws Exception {
        brokerDies();
        byte[] whole = Files.readAllBytes(log());
        byte[] torn = Arrays.copyOf(whole, whole.length + 700);
        Arrays.fill(torn, whole.length, torn.length, (byte) 0x5a);
        Files.write(log(), torn);
        assertThat(WalScan.scan(StoreFolder.logFiles(data())).damagedFile()).isNotNull();
        try (Broker broker = start(StoreOptions.Loss.REFUSE)) {
            assertThat(queued(broker)).isEqualTo(MESSAGES);
        }
    }
}

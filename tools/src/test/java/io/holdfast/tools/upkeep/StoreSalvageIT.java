// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.CopyListener;
import io.holdfast.storage.store.StoreCopy;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.store.DumpRun;
import io.holdfast.tools.store.RawRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** Stores that something has happened to, and what is saved of them. */
class StoreSalvageIT {
    private static final int SESSIONS = 40;

    @TempDir
    Path temp;

    /** What happens to a data folder. */
    private interface Accident {
        void happen(Path data) throws IOException;
    }

    private static DumpRun salvage(Path damaged, Path to) {
        return DumpRun.of(List.of("salvage", damaged.toString(), "--to", to.toString()));
    }

    /** As a kill leaves it: rows in table files of two generations, some in the log. */
    private Path killedStore() throws Exception {
        Path data = temp.resolve("data");
        try (RunningBroker broker = RunningBroker.start(data)) {
            for (int i = 0; i < SESSIONS; i++) {
                WireClient client = WireClient.connected(broker.port(), WireConnect.durable("client-" + i));
                client.subscribe(2, "t/#");
                client.disconnect();
            }
            publish(broker, "first");
        }
        Path killed = temp.resolve("killed");
        try (RunningBroker broker = RunningBroker.start(data)) {
            publish(broker, "second");
            // Once the watermark has caught up a copy is what a kill at this moment leaves.
            Awaitility.await().until(() -> {
                StoreFacts facts = StoreFacts.of(data);
                return facts.watermarkSequence() == facts.log().sequence();
            });
            StoreCopy.of(data, killed, StoreCopy.TableFiles.COPIED, CopyListener.NONE);
        }
        return killed;
    }

    private static void publish(RunningBroker broker, String text) throws IOException {
        WireClient publisher = WireClient.connected(broker.port(), WireConnect.durable("publisher"));
        for (int i = 0; i < 4; i++) {
            publisher.publish("t/" + i, text + i, 1 + i % 2, true);
        }
        publisher.disconnect(); // Nothing is written any more.
    }

    @Test
    @DisplayName("a store that is whole is salvaged whole")
    void salvage_undamaged_nothingLost() throws Exception {
        Path killed = killedStore();
        Path saved = temp.resolve("saved");
        DumpRun run = salvage(killed, saved);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("salvaged " + (SESSIONS + 1) + " sessions", "nothing was lost");
        String sections = "subscriptions,queued,inflight,inbound,retained";
        assertThat(content(saved, sections))
                .isEqualTo(content(killed, sections))
                .hasSizeGreaterThan(8 * SESSIONS);
    }

    /** What clients will see, without numbers of this store. */
    private static List<String> content(Path data, String sections) {
        return DumpRun.rows(data, sections).stream()
                .map(row ->
                        row.get("section") + " " + row.get("client") + " " + row.get("filter") + " " + row.get("index")
                                + " " + row.get("packetId") + " " + row.get("topic") + " " + row.get("payload"))
                .sorted()
                .toList();
    }

    @TestFactory
    @DisplayName("whatever happened to it: the damaged folder stays, the new store is clean, and what is lost is told")
    Stream<DynamicTest> salvage_damaged_cleanAndTold() throws Exception {
        Path killed = killedStore();
        Map<String, Accident> accidents = new TreeMap<>();
        accidents.put("a flipped bit in every table file", data -> forEach(data, ".sst", StoreSalvageIT::flip));
        accidents.put("the largest table file is gone", data -> Files.delete(largest(data, ".sst")));
        accidents.put("the newest table file is gone", data -> Files.delete(newest(data, ".sst")));
        accidents.put("a table file is cut", data -> cut(largest(data, ".sst")));
        accidents.put("the log has a flipped bit", data -> forEach(data, ".log", StoreSalvageIT::flip));
        accidents.put("the log is gone", data -> forEach(data, ".log", Files::delete));
        accidents.put("the list of files has a flipped bit", data -> flip(manifest(data)));
        accidents.put("the list of files is cut", data -> cut(manifest(data)));
        accidents.put("the list of files is gone", data -> Files.delete(manifest(data)));
        accidents.put("CURRENT is gone", data -> Files.delete(named(data, "CURRENT")));
        accidents.put("the marker is damaged", data -> flip(data.resolve("holdfast-store")));
        Stream<DynamicTest> files = accidents.entrySet().stream()
                .map(each -> dynamicTest(each.getKey(), () -> salvaged(killed, each.getKey(), each.getValue())));
        String row = "a row of client-7 is not as it was written";
        return Stream.concat(
                files,
                Stream.of(dynamicTest(
                        row,
                        () -> assertThat(salvaged(killed, row, StoreSalvageIT::damageRow))
                                .contains("lost: client client-7 may have lost messages or subscriptions")
                                .doesNotContain("client client-8 "))));
    }

    private static void damageRow(Path data) throws IOException {
        String session =
                DumpRun.rows(data, "sessions", "--client", "client-7").get(0).get("session");
        byte[] filter = "t/#".getBytes(StandardCharsets.UTF_8);
        try {
            RawRows.damage(data, Table.SUBSCRIPTION, Keys.subscription(Long.parseLong(session), filter));
        } catch (RocksDBException e) {
            throw new IOException(e);
        }
    }

    /** Salvages what an accident has left; returns what was told. */
    private String salvaged(Path killed, String what, Accident accident) throws Exception {
        Path damaged = Files.createDirectory(temp.resolve(what));
        copy(killed, damaged);
        accident.happen(damaged);
        List<byte[]> before = bytes(damaged);
        Path saved = temp.resolve(what + " saved");

        DumpRun run = salvage(damaged, saved);

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(4);
        assertThat(run.out()).contains("lost: ", "salvaged ");
        assertThat(DumpRun.verb("check", saved, "--deep").out()).isEqualTo("clean\n");
        assertThat(bytes(damaged))
                .as("the damaged folder")
                .usingElementComparator(Arrays::compare)
                .isEqualTo(before);
        assertThat(temp.resolve(what + " saved.salvaging")).doesNotExist();
        try (RunningBroker broker = RunningBroker.start(saved)) {
            assertThat(broker.port()).isPositive();
        }
        requireNoGain(killed, saved);
        return run.out();
    }

    /** Nobody gets what was never for him, or under another packet identifier; a retained message may be an older one. */
    private static void requireNoGain(Path whole, Path saved) {
        String sections = "inflight,queued";
        List<String> gained = new ArrayList<>(content(saved, sections));
        gained.removeAll(Set.copyOf(content(whole, sections)));
        assertThat(gained).isEmpty();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(path -> !path.equals(from)).toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static List<byte[]> bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(StoreSalvageIT::content)
                    .toList();
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void forEach(Path data, String ending, Accident accident) throws IOException {
        for (Path file : files(data, ending)) {
            if (Files.size(file) > 0) {
                accident.happen(file);
            }
        }
    }

    private static List<Path> files(Path data, String ending) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("rows"))) {
            return files.filter(path -> path.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private static Path largest(Path data, String ending) throws IOException {
        return files(data, ending).stream()
                .max(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
    }

    private static Path newest(Path data, String ending) throws IOException {
        List<Path> files = files(data, ending);
        return files.get(files.size() - 1);
    }

    /** The list of files that counts; an older one may still lie beside it. */
    private static Path manifest(Path data) throws IOException {
        Path rows = data.resolve("rows");
        return rows.resolve(Files.readString(rows.resolve("CURRENT")).strip());
    }

    private static Path named(Path data, String beginning) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("rows"))) {
            return files.filter(path -> path.getFileName().toString().startsWith(beginning))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 4;
        Files.write(file, bytes);
    }

    private static void cut(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.store.DumpRun;
import io.holdfast.tools.store.GoldenStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that move from one store into another, and what their clients notice of it. */
class StoreExportIT {
    @TempDir
    Path temp;

    private final History history = new History();

    private static DumpRun store(String... arguments) {
        return DumpRun.of(List.of(arguments));
    }

    private void export(Path from, Path file, String... options) {
        List<String> line = new ArrayList<>(List.of("export", "--data", from.toString(), "--to", file.toString()));
        line.addAll(List.of(options));
        DumpRun run = DumpRun.of(line);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static DumpRun take(Path file, Path into) {
        return store("import", file.toString(), "--data", into.toString());
    }

    private List<Path> named(String part) throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            return files.filter(path -> path.toString().contains(part)).toList();
        }
    }

    /** A store that is in use: its ids and numbers are taken. */
    private Path otherStore() throws Exception {
        Path other = temp.resolve("other");
        try (RunningBroker broker = RunningBroker.start(other)) {
            WireClient resident = WireClient.connected(broker.port(), WireConnect.durable("resident"));
            resident.subscribe(1, "home/#");
            resident.disconnect();
            WireClient visitor = WireClient.connected(broker.port(), WireConnect.clean("visitor"));
            for (int i = 0; i < 30; i++) {
                visitor.publish("home/" + i, "here", 1, i == 0);
            }
            visitor.disconnect();
        }
        return other;
    }

    @Test
    @DisplayName(
            "clients whose sessions moved to another store go on there: all they are owed, half-done QoS 2 exactly once")
    void import_halfDoneSessions_clientsGoOn() throws Exception {
        Path data = temp.resolve("data");
        RecordedClient sleeper;
        RecordedClient halfWay;
        RecordedClient publisher;
        try (RunningBroker broker = RunningBroker.start(data)) {
            sleeper = new RecordedClient(history, broker.port(), "sleeper");
            sleeper.subscribe(1, "t/#");
            sleeper.drop();
            halfWay = new RecordedClient(history, broker.port(), "half-way");
            halfWay.subscribe(2, "t/#");
            halfWay.drop();
            publisher = new RecordedClient(history, broker.port(), "publisher");
            for (int i = 0; i < 700; i++) { // More than a fragment, and than a window row carries.
                publisher.publish("t/" + i % 3, 1 + i % 2, i == 5 ? 9_000 : i % 90);
            }
            publisher.publishHalf("t/half");
            publisher.drop();
            halfWay.reconnect(broker.port());
            halfWay.readSome(120, 4);
            halfWay.drop();
        }
        Path other = otherStore();
        Path file = temp.resolve("sessions.jsonl");
        export(data, file);

        DumpRun taken = take(file, other);

        assertThat(taken.exitCode()).as(taken.out() + taken.err()).isZero();
        assertThat(DumpRun.verb("check", other, "--deep").out()).isEqualTo("clean\n");
        assertThat(DumpRun.column(DumpRun.rows(other, "inbound"), "client")).containsExactly("publisher");
        assertThat(named("other.before-")).hasSize(1);
        try (RunningBroker broker = RunningBroker.start(other)) {
            publisher.reconnect(broker.port());
            publisher.resume();
            publisher.publish("t/new", 2, 5);
            sleeper.reconnect(broker.port());
            halfWay.reconnect(broker.port());
            sleeper.drain("t/new");
            halfWay.drain("t/new");
            assertThat(HistoryChecker.checkDrained(history.events())).isEmpty();
            WireClient resident = WireClient.connected(broker.port(), WireConnect.durable("resident"));
            assertThat(resident.read().topic()).isEqualTo("home/0");
            resident.close();
        }
        assertThat(DumpRun.verb("check", other, "--deep").out()).isEqualTo("clean\n");
    }

    @Test
    @DisplayName(
            "what an import took in is what an export wrote: exported again it is the same, groups and wills included")
    void export_ofAnImport_isTheSame() throws Exception {
        Path data = golden("golden");
        Path first = temp.resolve("first.jsonl");
        export(data, first, "--retained");
        Path empty = temp.resolve("empty");
        RunningBroker.start(empty).close();

        DumpRun taken = take(first, empty);

        assertThat(taken.exitCode()).as(taken.out() + taken.err()).isZero();
        Path second = temp.resolve("second.jsonl");
        export(empty, second, "--retained");
        assertThat(comparable(second)).isEqualTo(comparable(first)).hasSizeGreaterThan(20);
    }

    /** Without what is of the store and the moment. */
    private static List<String> comparable(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> line.replaceAll("\"disconnectedMillis\":\\d+", "").replaceAll("\"will\":\\d+", ""))
                .toList();
    }

    private Path golden(String name) throws Exception {
        return GoldenStore.unpack("format-1", temp.resolve(name));
    }

    @Test
    @DisplayName(
            "an import is refused whole: a client that is there already, half a file, another version, a running broker")
    void import_refused_changesNothing() throws Exception {
        Path other = otherStore();
        Path file = temp.resolve("sessions.jsonl");
        export(other, file);
        assertThat(take(file, other))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(3))
                .satisfies(run -> assertThat(run.err()).contains("client resident"));

        Path empty = temp.resolve("empty");
        RunningBroker.start(empty).close();
        List<String> lines = Files.readAllLines(file);
        Path half = Files.write(temp.resolve("half"), lines.subList(0, lines.size() - 1));
        Path newer =
                Files.write(temp.resolve("newer"), List.of(lines.get(0).replace("\"version\":1", "\"version\":2")));
        Path torn = Files.writeString(temp.resolve("torn"), lines.get(0) + "\n{\"message\":1,\"topic\":\"a");
        Path foreign = Files.writeString(temp.resolve("foreign"), "Hello\n");
        int entry = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("{\"entry\""))
                .findFirst()
                .orElseThrow());
        List<String> others = new ArrayList<>(lines);
        others.remove(entry);
        Path gap = Files.write(temp.resolve("gap"), others);
        for (Path wrong : List.of(half, newer, torn, foreign, gap)) {
            DumpRun run = take(wrong, empty);
            assertThat(run.exitCode()).as(wrong + ": " + run.err()).isEqualTo(2);
            assertThat(run.err()).contains(wrong + ": line ");
        }
        try (RunningBroker broker = RunningBroker.start(empty)) {
            assertThat(broker.port()).isPositive();
            assertThat(take(file, empty).exitCode()).isEqualTo(5);
        }
        assertThat(DumpRun.rows(empty, "sessions")).isEmpty();
        assertThat(named(".import")).isEmpty();
        assertThat(named(".before-")).isEmpty();
    }

    @Test
    @DisplayName("a client that is connected while its session is exported may have been sent all: it gets it with DUP")
    void export_connectedClient_dupElsewhere() throws Exception {
        Path data = temp.resolve("data");
        Path file = temp.resolve("awake.jsonl");
        try (RunningBroker broker = RunningBroker.start(data)) {
            WireClient awake = WireClient.connected(broker.port(), WireConnect.durable("awake"));
            awake.subscribe(1, "t");
            WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("p"));
            publisher.publish("t", "seen", 1, false);
            assertThat(awake.read(WirePacket.PUBLISH).dup()).isFalse();
            export(data, file);
            publisher.disconnect();
            awake.close();
        }
        Path empty = temp.resolve("empty");
        RunningBroker.start(empty).close();
        assertThat(take(file, empty).exitCode()).isZero();
        try (RunningBroker broker = RunningBroker.start(empty);
                WireClient awake = WireClient.connected(broker.port(), WireConnect.durable("awake"))) {
            WirePacket again = awake.read(WirePacket.PUBLISH);
            assertThat(again.text()).isEqualTo("seen");
            assertThat(again.dup()).isTrue();
        }
    }

    @Test
    @DisplayName("--replace: a session that is there ends for the one of the file, with all it was owed; else it stays")
    void import_replace_sessionOfTheFile() throws Exception {
        Path other = otherStore();
        Path file = temp.resolve("sessions.jsonl");
        export(other, file);
        try (RunningBroker broker = RunningBroker.start(other)) {
            WireClient visitor = WireClient.connected(broker.port(), WireConnect.clean("visitor"));
            visitor.publish("home/later", "after the export", 1, false);
            visitor.disconnect();
        }
        assertThat(take(file, other).err()).contains("client resident", "--replace");
        assertThat(DumpRun.rows(other, "queued", "--client", "resident")).hasSize(31);

        DumpRun replaced = store("import", file.toString(), "--data", other.toString(), "--replace");

        assertThat(replaced.exitCode()).as(replaced.out() + replaced.err()).isZero();
        assertThat(replaced.out()).contains("ended 1 sessions that were owed 31 messages", "imported 1 sessions");
        assertThat(DumpRun.rows(other, "queued", "--client", "resident")).hasSize(30);
        assertThat(DumpRun.verb("check", other, "--deep").out()).isEqualTo("clean\n");
        assertThat(named("other.before-")).hasSize(1);
    }

    @Test
    @DisplayName("one client's export has its session and its messages, once each, and works beside a running broker")
    void export_oneClient_itsMessagesOnly() throws Exception {
        Path data = temp.resolve("data");
        Path file = temp.resolve("one.jsonl");
        try (RunningBroker broker = RunningBroker.start(data)) {
            for (String name : List.of("a", "b")) {
                WireClient client = WireClient.connected(broker.port(), WireConnect.durable(name));
                client.subscribe(1, name + "/#", "both");
                client.disconnect();
            }
            WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("p"));
            publisher.publish("a/1", "for a", 1, false);
            publisher.publish("b/1", "for b", 1, false);
            publisher.publish("both", "for both", 1, false);
            export(data, file, "--client", "a");
            publisher.disconnect();
        }
        assertThat(Files.readString(file))
                .contains("for a", "for both", "\"session\":\"a\"", "\"subscription\":\"both\"")
                .doesNotContain("for b\"", "\"session\":\"b\"");
        assertThat(store("export", "--data", data.toString(), "--client", "a", "--to", file.toString())
                        .exitCode())
                .as("a file that is there is not written over")
                .isEqualTo(2);
    }
}

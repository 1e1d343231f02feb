// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.store.DumpRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a store that is at work, and what a broker makes of them. */
class StoreCheckpointIT {
    @TempDir
    Path temp;

    private final AtomicInteger owned = new AtomicInteger();

    static DumpRun store(String... arguments) {
        return DumpRun.of(List.of(arguments));
    }

    @Seeded(runs = 1)
    @DisplayName("a checkpoint under load is clean, and a broker restored from it owes what was acknowledged before")
    void checkpoint_underLoad_isACrashAtThatMoment(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Path backup = temp.resolve("backup");
        History history = new History();
        List<RecordedClient> readers = new ArrayList<>();
        List<Event> upToCopy;
        try (RunningBroker broker = RunningBroker.start(temp.resolve("data"), "admin.enabled=true")) {
            readers.add(reader(history, broker, "sleeper-1", 1, "t/#"));
            readers.add(reader(history, broker, "sleeper-2", 2, "t/+"));
            readers.add(reader(history, broker, "half-done", 2, "#"));
            readers.get(0).drop();
            readers.get(1).drop();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> publishers = publishers(history, broker.port(), over);
            readers.get(2).readSome(random.nextInt(60, 120), random.nextInt(2, 9));
            readers.get(2).drop(); // What a client does behind the copy would have to be forgotten with the broker.
            int enough = owned.get() + random.nextInt(50, 400);
            Awaitility.await().until(() -> owned.get() > enough);
            int before = history.size();
            DumpRun copied = store("checkpoint", "--data", temp.resolve("data").toString(), backup.toString());
            upToCopy = withoutPromises(history.events(), before);
            over.set(true);
            for (Thread publisher : publishers) {
                publisher.join();
            }
            assertThat(copied.exitCode()).as(copied.out() + copied.err()).isZero();
        }

        Path restored = temp.resolve("restored");
        DumpRun run = store("restore", backup.toString(), "--to", restored.toString());
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(DumpRun.verb("check", restored, "--deep").out()).isEqualTo("clean\n");
        judge(upToCopy, history, readers, restored);
        assertThat(DumpRun.verb("check", backup, "--deep").out())
                .as("the backup stays as it is")
                .isEqualTo("clean\n");
    }

    private static RecordedClient reader(History history, RunningBroker broker, String name, int qos, String filter)
            throws IOException {
        RecordedClient reader = new RecordedClient(history, broker.port(), name);
        reader.subscribe(qos, filter);
        return reader;
    }

    private List<Thread> publishers(History history, int port, AtomicBoolean over) throws IOException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RecordedClient publisher = new RecordedClient(history, port, "publisher-" + i);
            Thread thread = new Thread(() -> publish(publisher, over), publisher.name);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void publish(RecordedClient publisher, AtomicBoolean over) {
        try {
            for (int n = 0; !over.get(); n++) {
                publisher.publish("t/" + n % 3, 1 + n % 2, n % 50 == 0 ? 8_000 : n % 60);
                owned.incrementAndGet();
            }
            publisher.drop();
        } catch (IOException e) {
            throw new AssertionError(publisher.name + " had to end early", e);
        }
    }

    /** What happened while the copy was made may be in it or not: nobody was promised that it is. */
    private static List<Event> withoutPromises(List<Event> events, int from) {
        List<Event> kept = new ArrayList<>(events.subList(0, from));
        events.subList(from, events.size()).stream()
                .filter(event -> !(event instanceof Event.PublishOwned || event instanceof Event.PublishCompleted))
                .forEach(kept::add);
        return kept;
    }

    private static void judge(List<Event> upToCopy, History history, List<RecordedClient> readers, Path restored)
            throws Exception {
        int behind = history.size();
        try (RunningBroker broker = RunningBroker.start(restored)) {
            RecordedClient last = new RecordedClient(history, broker.port(), "last");
            last.publish("t/last", 2, 5); // Behind all that the copy has for the readers.
            last.drop();
            for (RecordedClient reader : readers) {
                reader.reconnect(broker.port());
                reader.drain("t/last");
            }
        }
        List<Event> all = new ArrayList<>(upToCopy);
        all.addAll(history.events().subList(behind, history.size()));
        assertThat(HistoryChecker.checkDrained(all)).isEmpty();
        long received =
                all.stream().filter(event -> event instanceof Event.Received).count();
        assertThat(received).as("a copy of nothing proves nothing").isGreaterThan(150);
    }

    @Test
    @DisplayName("a checkpoint of a stopped store is the store as it lies, and its clean stop still counts")
    void checkpoint_stoppedStore_equalsIt() throws Exception {
        Path data = sample();
        Path copy = temp.resolve("copy");

        DumpRun run = store("checkpoint", "--data", data.toString(), copy.toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(store("diff", data.toString(), copy.toString(), "--section", "store,log,sessions,queued")
                        .exitCode())
                .isZero();
        assertThat(copy).isDirectoryNotContaining("glob:**/{lock,admin-*}");
        try (RunningBroker broker = RunningBroker.start(copy)) {
            assertThat(broker.broker().recovery().line()).contains("stopped cleanly");
        }
    }

    @Test
    @DisplayName(
            "a checkpoint goes only into a new or empty folder outside the store, and a refused one leaves nothing")
    void checkpoint_placeInUse_refused() throws Exception {
        Path data = temp.resolve("data");
        Path full = Files.createDirectories(temp.resolve("full"));
        Files.createFile(full.resolve("mine"));
        try (RunningBroker broker = RunningBroker.start(data, "admin.enabled=true")) {
            assertThat(broker.port()).isPositive();
            assertThat(store("checkpoint", "--data", data.toString(), full.toString()))
                    .satisfies(run -> assertThat(run.exitCode()).isEqualTo(6))
                    .satisfies(run -> assertThat(run.err()).contains("not empty"));
            assertThat(store(
                                    "checkpoint",
                                    "--data",
                                    data.toString(),
                                    data.resolve("in").toString())
                            .exitCode())
                    .isEqualTo(6);
            assertThat(store(
                                    "checkpoint",
                                    "--data",
                                    data.toString(),
                                    temp.resolve("no/way").toString())
                            .exitCode())
                    .isEqualTo(6);
        }
        assertThat(full).isDirectoryContaining("glob:**/mine").isDirectoryNotContaining("glob:**/rows");
        assertThat(data.resolve("in")).doesNotExist();

        try (RunningBroker broker = RunningBroker.start(data)) {
            assertThat(broker.port()).isPositive();
            DumpRun run = store(
                    "checkpoint", "--data", data.toString(), temp.resolve("new").toString());
            assertThat(run.exitCode()).as("no endpoint to ask: " + run.err()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName(
            "a restore never takes the place of a folder without --yes, keeps that folder, and refuses a damaged backup")
    void restore_folderInTheWay_keptAside() throws Exception {
        Path data = sample();
        Path backup = temp.resolve("backup");
        assertThat(store("checkpoint", "--data", data.toString(), backup.toString())
                        .exitCode())
                .isZero();
        Path to = temp.resolve("to");
        try (RunningBroker broker = RunningBroker.start(to)) {
            assertThat(broker.port()).isPositive();
            assertThat(store("restore", backup.toString(), "--to", to.toString(), "--yes")
                            .exitCode())
                    .as("a broker runs there")
                    .isEqualTo(5);
        }
        DumpRun refused = store("restore", backup.toString(), "--to", to.toString());
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
        String id = DumpRun.rows(to, "store").get(0).get("storeId");

        DumpRun run = store("restore", backup.toString(), "--to", to.toString(), "--yes");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(store("diff", data.toString(), to.toString()).exitCode()).isZero();
        try (var kept = Files.newDirectoryStream(temp, "to.before-*")) {
            Path aside = kept.iterator().next();
            assertThat(DumpRun.rows(aside, "store").get(0).get("storeId")).isEqualTo(id);
        }

        damage(backup);
        DumpRun damaged = store(
                "restore", backup.toString(), "--to", temp.resolve("other").toString());
        assertThat(damaged.exitCode()).as(damaged.out() + damaged.err()).isEqualTo(4);
        assertThat(temp.resolve("other")).doesNotExist();
        assertThat(temp.resolve("other.restoring")).doesNotExist();
    }

    /** A stopped store with two sessions that wait for messages. */
    private Path sample() throws Exception {
        Path data = temp.resolve("data");
        History history = new History();
        try (RunningBroker broker = RunningBroker.start(data)) {
            reader(history, broker, "a", 1, "t/#").drop();
            reader(history, broker, "b", 2, "t/#").drop();
            RecordedClient publisher = new RecordedClient(history, broker.port(), "publisher");
            for (int i = 0; i < 20; i++) {
                publisher.publish("t/" + i, 1 + i % 2, 100);
            }
            publisher.drop();
        }
        return data;
    }

    /** Flips a bit in the largest of the files that hold rows. */
    private static void damage(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("rows"))) {
            Path file = files.filter(path -> path.toString().matches(".*\\.(sst|log)"))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 3] ^= 1;
            Files.write(file, bytes);
        }
    }
}

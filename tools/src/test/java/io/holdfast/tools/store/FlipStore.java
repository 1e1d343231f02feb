// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.storage.commit.SubscriptionOps;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFacts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/**
 * A store of many sessions as a killed broker leaves it, with several table files in each family and groups that stand in
 * the log alone, and the same store after a clean stop. Copies of it share the files that never change, so that one with a
 * flipped bit takes no time.
 */
final class FlipStore {
    /** A file of the store, by what it is for: {@code table queue}, {@code log}, {@code MANIFEST} and so on. */
    record Part(String kind, Path base, String file, long bytes) {}

    private static final int CLIENTS_OF_A_TOPIC = 100;
    private static final int ROUNDS = 3;
    private static final int TAIL_GROUPS = 60;
    private static final int GROUP_SESSIONS = 500;
    private static final int BLOB_BYTES = 5_000;
    private static final int SIXTY_YEARS = 60 * 365 * 86_400;

    private final int sessions;
    private final Path killed;
    private final Path stopped;

    private FlipStore(Path folder, int sessions) {
        this.sessions = sessions;
        killed = folder.resolve("killed");
        stopped = folder.resolve("stopped");
    }

    /** Builds both stores below a folder. */
    static FlipStore build(Path folder, int sessions) throws Exception {
        FlipStore store = new FlipStore(folder, sessions);
        store.kill(folder.resolve("living"));
        copy(store.killed, store.stopped);
        RunningBroker.start(store.stopped).close();
        return store;
    }

    /** As a killed broker leaves it; its newest groups are in the log only, and all of them below the watermark. */
    Path killed() {
        return killed;
    }

    /** The same after a start and a clean stop, with the snapshot of the subscriptions. */
    Path stopped() {
        return stopped;
    }

    // ---- building

    static String client(int session) {
        return "client-" + session;
    }

    private static long number(int session) {
        return SessionNumbers.of(session + 1L, client(session));
    }

    private void kill(Path living) throws IOException {
        try (SampleStore store = new SampleStore(living)) {
            for (int round = 0; round < ROUNDS; round++) {
                int from = sessions * round / ROUNDS;
                int to = sessions * (round + 1) / ROUNDS;
                sessions(store, from, to);
                messages(store, round, from, to);
                for (int session = from; session < to; session++) {
                    store.checkpoint(number(session));
                }
                store.commit();
                store.folder.rows().flush();
            }
            tail(store);
            Awaitility.await().until(() -> {
                store.folder.idle();
                return StoreFacts.of(living).watermarkSequence()
                        == store.folder.rows().sequence();
            });
            copy(living, killed);
        }
    }

    private void sessions(SampleStore store, int from, int to) {
        for (int session = from; session < to; session++) {
            boolean connected = session % 500 == 7;
            store.session(number(session), client(session), 4, session % 4 == 1 ? SIXTY_YEARS : -1, 0, connected);
            String filter = "device/" + session % CLIENTS_OF_A_TOPIC + "/#";
            byte[] utf8 = filter.getBytes(StandardCharsets.UTF_8);
            store.add(new SubscriptionOps.Subscribe(
                    number(session), filter, utf8, 1, 0, true, SubscriptionOps.Owed.NOTHING));
            byte[] own = ("own/" + session).getBytes(StandardCharsets.UTF_8);
            store.add(new SubscriptionOps.Subscribe(
                    number(session), "own/" + session, own, 1, 0, true, SubscriptionOps.Owed.NOTHING));
            if (connected || session % 20 == 3) {
                store.will(number(session), "will/" + session, "gone");
            }
            if (session % GROUP_SESSIONS == GROUP_SESSIONS - 1) {
                store.commit();
            }
        }
        store.commit();
    }

    private void messages(SampleStore store, int round, int from, int to) {
        for (int i = from; i + 10 <= to; i += 5) {
            long[] recipients = new long[10];
            for (int k = 0; k < recipients.length; k++) {
                recipients[k] = number(i + k);
            }
            String payload = i % 200 == 0 ? ("blob" + i).repeat(BLOB_BYTES / 5) : "value " + i + " of round " + round;
            store.publish("device/" + i % CLIENTS_OF_A_TOPIC + "/state", payload, 1 + i % 2, recipients);
            if (i % 25 == 0) {
                byte[] value = ("last " + i).getBytes(StandardCharsets.UTF_8);
                store.publish("retained/" + i, value, 1, true);
                store.commit();
            }
        }
        store.commit();
        for (int i = from; i + 10 <= to; i += 10) {
            store.event(EventKind.ACKNOWLEDGED, number(i), 0);
        }
        store.commit();
    }

    private void tail(SampleStore store) {
        for (int group = 0; group < TAIL_GROUPS; group++) {
            for (int i = 0; i < 5; i++) {
                int session = (group * 5 + i) * 17 % sessions;
                store.publish("own/" + session, "late " + group + " " + i, 1, number(session));
            }
            if (group % 7 == 0) {
                store.publish("retained/late/" + group, "late".getBytes(StandardCharsets.UTF_8), 1, true);
            }
            store.commit();
        }
    }

    // ---- copies

    /**
     * Copies a store; files that never change get a second name instead. What RocksDB has no more need of may go while we
     * look at it, a moment after it was written into another file.
     */
    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = to.resolve(from.relativize(file).toString());
                try {
                    if (isTable(file)) {
                        Files.createLink(copy, file);
                    } else {
                        Files.copy(file, copy);
                    }
                } catch (NoSuchFileException e) {
                    return visitFileFailed(file, e);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    private static boolean isTable(Path file) {
        return file.toString().endsWith(".sst") || file.toString().endsWith(".blob");
    }

    /** Flips one bit of a file in a copy; the original, which may be the same file, stays as it is. */
    static void flip(Path copy, Flip flip) throws IOException {
        Path file = copy.resolve(flip.part().file());
        Path apart = file.resolveSibling(file.getFileName() + ".apart");
        Files.copy(file, apart);
        try (RandomAccessFile bytes = new RandomAccessFile(apart.toFile(), "rw")) {
            bytes.seek(flip.offset());
            int value = bytes.read();
            bytes.seek(flip.offset());
            bytes.write(value ^ (1 << flip.bit()));
        }
        Files.delete(file);
        Files.move(apart, file);
    }

    /** One bit of one file. */
    record Flip(Part part, long offset, int bit) {
        static Flip random(Part part, SplittableRandom random) {
            return new Flip(part, random.nextLong(part.bytes()), random.nextInt(8));
        }

        @Override
        public String toString() {
            return part.kind() + ", " + part.file() + " at byte " + offset + " bit " + bit;
        }
    }

    // ---- what there is to flip

    /** All files of the killed store, and the snapshot of the stopped one, by their kind. */
    Map<String, List<Part>> parts() throws IOException, RocksDBException {
        Map<String, List<Part>> parts = new TreeMap<>();
        collect(killed, parts);
        Map<String, List<Part>> ofStopped = new TreeMap<>();
        collect(stopped, ofStopped);
        parts.put("matcher.snapshot", ofStopped.getOrDefault("matcher.snapshot", List.of()));
        return parts;
    }

    private static void collect(Path store, Map<String, List<Part>> parts) throws IOException, RocksDBException {
        try (Stream<Path> all = Files.walk(store)) {
            for (Path file : all.sorted().toList()) { // A folder's own order is another on each machine.
                if (Files.isRegularFile(file) && Files.size(file) > 0) {
                    Part part =
                            new Part(kind(file), store, store.relativize(file).toString(), Files.size(file));
                    parts.computeIfAbsent(part.kind(), unused -> new ArrayList<>())
                            .add(part);
                }
            }
        }
    }

    private static String kind(Path file) throws RocksDBException {
        String name = file.getFileName().toString();
        if (name.endsWith(".sst")) {
            return "table " + family(file);
        }
        if (name.endsWith(".blob") || name.endsWith(".log")) {
            return name.substring(name.indexOf('.') + 1);
        }
        return name.matches("(MANIFEST|OPTIONS)-[0-9]+") ? name.substring(0, name.indexOf('-')) : name;
    }

    private static String family(Path table) throws RocksDBException {
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(table.toString());
            return new String(reader.getTableProperties().getColumnFamilyName(), StandardCharsets.UTF_8);
        }
    }

    /** The kinds that a store of this sort must have, so that none goes unmet. */
    static List<String> kinds() {
        List<String> kinds = new ArrayList<>();
        for (Table table : Table.values()) {
            kinds.add("table " + table.familyName());
        }
        kinds.addAll(List.of(
                "log",
                "blob",
                "MANIFEST",
                "CURRENT",
                "OPTIONS",
                "IDENTITY",
                "holdfast-store",
                "watermark",
                "matcher.snapshot"));
        return kinds;
    }
}

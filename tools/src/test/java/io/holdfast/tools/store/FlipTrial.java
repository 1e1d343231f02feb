// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.BrokerState;
import io.holdfast.server.RecoveryReport;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreException;
import io.holdfast.tools.store.FlipStore.Flip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/** One flipped bit: what it changes, and who tells. Everything is held to a time limit. */
final class FlipTrial implements AutoCloseable {
    /** How it ended. */
    enum Verdict {
        /** The dump is the same, and a broker starts on it. */
        HARMLESS,
        /** The dump is the same, but check or broker refuse or tell all the same. */
        HARMLESS_AND_TOLD,
        /** The check tells, and the broker does not start. */
        REFUSED,
        /** The check tells, and the broker, when it starts. */
        TOLD_AT_START,
        /** The check tells, and the broker, when it has read the whole store behind its start. */
        TOLD_BEHIND_START,
        SILENT
    }

    /** What came of it, with what was told. */
    record Outcome(Verdict verdict, String detail) {}

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration USE = Duration.ofMillis(500);
    private static final int CLIENTS_TRIED = 3;
    private static final Pattern CLIENT = Pattern.compile("\"client\":\"(client-[0-9]+)\"");
    private static final Pattern CLIENT_ROW = Pattern.compile("client 0000([0-9a-f]+) .*");
    private final Path copy;
    /** All rows as they lie, and what a dump makes of them. */
    private record Content(Set<String> rows, Set<String> told) {}

    private final Map<Path, Content> sound = new HashMap<>();
    private final Map<Path, RecoveryReport> reports = new HashMap<>();
    private final Lines lines = new Lines();

    FlipTrial(FlipStore store, Path copy) throws Exception {
        this.copy = copy;
        lines.start();
        ((Logger) LoggerFactory.getLogger("io.holdfast")).addAppender(lines);
        ((Logger) LoggerFactory.getLogger("io.holdfast.server.Scrub")).setLevel(Level.INFO);
        for (Path base : List.of(store.killed(), store.stopped())) {
            assertThat(DumpRun.verb("check", base, "--deep").out()).isEqualTo("clean\n");
            sound.put(base, new Content(lines(rows(base)), lines(told(base))));
            FlipStore.copy(base, copy);
            try (RunningBroker broker = start()) {
                reports.put(base, broker.broker().recovery());
                lines.awaitScrub();
            }
            assertThat(lines.told()).as("a sound store has nothing to tell").isEmpty();
            delete(copy);
        }
    }

    /** What a broker tells its operator of damage: a slow disk, for instance, is another matter. */
    private static final class Lines extends ListAppender<ILoggingEvent> {
        private static final Pattern DAMAGE =
                Pattern.compile("(?s).*(damage|quarantine|cannot be|is refused|has failed).*");

        private final List<String> told = new CopyOnWriteArrayList<>();
        private volatile boolean scrubbed;

        @Override
        protected void append(ILoggingEvent event) {
            scrubbed |= event.getFormattedMessage().startsWith("read the whole store");
            if (event.getLevel().isGreaterOrEqual(Level.WARN)
                    && DAMAGE.matcher(event.getFormattedMessage()).matches()) {
                told.add(event.getFormattedMessage());
            }
        }

        List<String> told() {
            return told;
        }

        void clear() {
            told.clear();
            scrubbed = false;
        }

        void awaitScrub() {
            Awaitility.await("the whole store is read").until(() -> scrubbed);
        }
    }

    private RunningBroker start() throws Exception {
        return RunningBroker.start(copy, "store.scrub-percent=100");
    }

    private static DumpRun rows(Path data) {
        return DumpRun.of(data, "-o", "raw");
    }

    private static DumpRun told(Path data) {
        return DumpRun.of(data, "-o", "jsonl");
    }

    private static Set<String> lines(DumpRun dump) {
        Set<String> lines = new HashSet<>();
        dump.out().lines().forEach(lines::add);
        return lines;
    }

    @Override
    public void close() {
        ((Logger) LoggerFactory.getLogger("io.holdfast")).detachAppender(lines);
    }

    /** Tries one flip. */
    Outcome run(Flip flip) throws Exception {
        FlipStore.copy(flip.part().base(), copy);
        FlipStore.flip(copy, flip);
        lines.clear();
        try {
            return judge(flip.part().base());
        } finally {
            delete(copy);
        }
    }

    private Outcome judge(Path base) throws Exception {
        DumpRun check = limited(() -> DumpRun.verb("check", copy, "--deep"));
        DumpRun dump = limited(() -> rows(copy));
        Set<String> changed = missing(sound.get(base).rows(), dump);
        String checked = (check.out() + check.err()).strip();
        if (changed.isEmpty()
                && dump.exitCode() == 0
                && lines(dump).size() == sound.get(base).rows().size()) {
            String start = limited(() -> start(reports.get(base)));
            boolean told = check.exitCode() != 0 || !start.isEmpty();
            return new Outcome(told ? Verdict.HARMLESS_AND_TOLD : Verdict.HARMLESS, brief(checked + start));
        }
        Set<String> tables = new TreeSet<>();
        changed.forEach(line -> tables.add(line.substring(0, line.indexOf(' '))));
        DumpRun inWords = limited(() -> told(copy));
        String what = changed.size() + " rows of " + tables + ", dump ends with " + inWords.exitCode() + "; ";
        boolean sameInWords = missing(sound.get(base).told(), inWords).isEmpty();
        if (check.exitCode() == 0 || dump.exitCode() == 0 || (inWords.exitCode() == 0 && !sameInWords)) {
            return new Outcome(Verdict.SILENT, what + "check " + check.exitCode() + " " + brief(checked));
        }
        Set<String> clients = new TreeSet<>();
        missing(sound.get(base).told(), inWords).forEach(line -> clients.add(first(CLIENT, line)));
        changed.forEach(line -> clients.add(text(first(CLIENT_ROW, line))));
        clients.remove("");
        return limited(
                () -> started(clients, tables, what + clients.stream().limit(20).toList() + brief(checked)));
    }

    private static Set<String> missing(Set<String> sound, DumpRun dump) {
        Set<String> missing = new HashSet<>(sound);
        missing.removeAll(lines(dump));
        return missing;
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }

    private Outcome started(Set<String> clients, Set<String> tables, String what) throws Exception {
        try (RunningBroker broker = start()) {
            boolean atStart = !lines.told().isEmpty();
            lines.awaitScrub();
            Verdict verdict = atStart
                    ? Verdict.TOLD_AT_START
                    : lines.told().isEmpty() ? Verdict.SILENT : Verdict.TOLD_BEHIND_START;
            use(broker, clients, tables);
            return new Outcome(alive(broker, verdict), what + " | " + lines.told());
        } catch (StoreException e) {
            return new Outcome(Verdict.REFUSED, what + " | " + e.getMessage());
        }
    }

    /**
     * Damage of some rows must not end what the broker does for everybody else. It may fail once, when RocksDB meets the
     * damage while it merges files; its next life does without merging.
     */
    private Verdict alive(RunningBroker broker, Verdict verdict) throws IOException {
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> broker.broker().state() == BrokerState.RUNNING && isServed(broker));
        long failures = lines.told().stream()
                .filter(line -> line.startsWith("the broker has failed"))
                .count();
        return failures > 1 ? Verdict.SILENT : verdict;
    }

    /** Whether a client gets a session and an acknowledgement, which both have to be written. */
    private static boolean isServed(RunningBroker broker) {
        try (WireClient canary = broker.open()) {
            canary.send(WireClient.connectPacket("canary", false, null));
            if (!(canary.next() instanceof ConnAck)) {
                return false;
            }
            canary.subscribe("canary", QoS.AT_LEAST_ONCE);
            canary.send(WireClient.publish("canary", "song", QoS.AT_LEAST_ONCE, 1));
            return canary.next() != null;
        } catch (IOException | AssertionError e) {
            return false; // It failed meanwhile.
        }
    }

    /** What a broker says that starts on a store whose content is the same; it finds the same. */
    private String start(RecoveryReport expected) throws Exception {
        try (RunningBroker broker = start()) {
            lines.awaitScrub();
            RecoveryReport found = broker.broker().recovery();
            assertThat(found.sessions()).isEqualTo(expected.sessions());
            assertThat(found.queued()).isEqualTo(expected.queued());
            assertThat(found.subscriptions()).isEqualTo(expected.subscriptions());
            return String.join("; ", lines.told());
        } catch (StoreException e) {
            return " | refused: " + e.getMessage();
        }
    }

    // ---- what is damaged is asked for

    private void use(RunningBroker broker, Set<String> clients, Set<String> tables) {
        for (String client : clients.stream().limit(CLIENTS_TRIED).toList()) {
            take(broker, client, List.of());
        }
        if (tables.contains(Table.RETAINED.familyName())) {
            take(broker, "reader", List.of("retained/#"));
        }
    }

    /** Connects and takes what comes, until the broker has told about it or nothing has come for a while. */
    private void take(RunningBroker broker, String id, List<String> filters) {
        int before = lines.told().size();
        long deadline = System.nanoTime() + USE.toNanos();
        try (WireClient client = broker.open()) {
            client.send(WireClient.connectPacket(id, false, null));
            if (client.next() == null) {
                return;
            }
            for (String filter : filters) {
                client.subscribe(filter, QoS.AT_LEAST_ONCE);
            }
            while (lines.told().size() <= before && System.nanoTime() < deadline) {
                if (client.available() == 0) {
                    Thread.onSpinWait();
                    continue;
                }
                Packet packet = client.next();
                if (packet == null) {
                    return;
                }
                answer(client, packet);
                deadline = System.nanoTime() + USE.toNanos();
            }
        } catch (IOException | AssertionError e) {
            // Refused for its damage, or the broker has failed meanwhile; whether it is allowed to is judged later.
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(lines.told()).as(e.toString()).isNotEmpty());
        }
    }

    private static void answer(WireClient client, Packet packet) throws IOException {
        if (packet instanceof Publish publish && publish.qos() == QoS.AT_LEAST_ONCE) {
            client.send(new PubAck(publish.packetId()));
        } else if (packet instanceof Publish publish && publish.qos() == QoS.EXACTLY_ONCE) {
            client.send(new PubRec(publish.packetId()));
        } else if (packet instanceof PubRel release) {
            client.send(new PubComp(release.packetId()));
        }
    }

    // ----

    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> T limited(Work<T> work) {
        return assertTimeoutPreemptively(LIMIT, work::run);
    }

    private static String first(Pattern pattern, String line) {
        Matcher found = pattern.matcher(line);
        return found.find() ? found.group(1) : "";
    }

    private static String brief(String text) {
        return text.length() > 500 ? text.substring(0, 500) + "..." : text;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> found = Files.walk(folder)) {
            found.forEach(all::add);
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(all.get(i)); // RocksDB may have been quicker.
        }
    }
}

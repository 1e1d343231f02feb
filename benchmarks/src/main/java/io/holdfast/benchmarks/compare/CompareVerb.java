// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.benchmarks.load.measure.ThisMachine;
import io.holdfast.tools.Verb;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/compare}: a verb that needs a checkout, and so stands behind that script. */
@Command(
        name = "compare",
        hidden = true,
        sortOptions = false,
        description = {
            "Compares this broker with others on this machine, in interleaved rounds; takes about four minutes a row.",
            "Others are started when they can be had: mosquitto when it is installed, Artemis and Moquette through Maven.",
            "Results: benchmarks/results/compare-DATE-COMMIT.md and .json."
        },
        mixinStandardHelpOptions = true)
public final class CompareVerb implements Verb, Callable<Integer> {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Spec
    private CommandSpec spec;

    @Option(names = "--root", hidden = true, description = "The checkout.")
    private Path root = Path.of("");

    @Option(names = "--only", split = ",", paramLabel = "ROW", description = "These rows only; --list names them.")
    private List<String> only = List.of();

    @Option(
            names = "--brokers",
            split = ",",
            paramLabel = "NAME",
            description = "Others to compare with; by default all: ${DEFAULT-VALUE}.")
    private List<String> brokers = List.of("mosquitto", "artemis", "moquette");

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each row; by default 5.")
    private @Nullable Integer rounds;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            description = "Load before the rounds, each broker; by default 12.")
    private @Nullable Double warmupSeconds;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "What one round measures; by default 8.")
    private @Nullable Double durationSeconds;

    @Option(names = "--quick", description = "2 rounds of 2 s after 3 s of load: shows that it works, not figures.")
    private boolean quick;

    @Option(names = "--list", description = "Names the rows and ends.")
    private boolean list;

    public CompareVerb() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Leftovers.killAtEnd();
        Path checkout = root.toAbsolutePath().normalize();
        Path scratch = checkout.resolve("target/compare");
        PrintWriter out = spec.commandLine().getOut();
        List<Contender> peers = new ArrayList<>();
        List<String> left = new ArrayList<>();
        if (!list) {
            Files.createDirectories(scratch);
            choose(scratch, peers, left);
        }
        Contender ours = new Holdfast(checkout, Holdfast.SYNC);
        Contender unsynced = new Holdfast(checkout, Holdfast.OS);
        List<Row> all = new Rows(ours, unsynced, peers, scratch, duration()).all();
        if (list) {
            all.forEach(row -> out.printf(Locale.ROOT, "%-20s %s%n", row.name(), row.what()));
            out.flush();
            return ExitCode.OK;
        }
        List<Row> chosen = rows(all);
        left.forEach(out::println);
        Instant started = Instant.now();
        Rounds turns = new Rounds(scratch, new Bench(scratch), roundCount(), warmup(), out);
        Map<Row, Map<String, Figures>> found = new LinkedHashMap<>();
        List<Contender> contenders = new ArrayList<>(List.of(ours, unsynced));
        contenders.addAll(peers);
        String name = "";
        for (Row row : chosen) {
            found.put(row, turns.measure(row));
            // After each row: a comparison that is interrupted has not measured for nothing.
            Comparison comparison = new Comparison(
                    started,
                    ThisMachine.look(),
                    contenders,
                    left,
                    roundCount(),
                    warmup().toMillis() / 1_000.0,
                    duration(),
                    found);
            name = write(comparison, checkout.resolve("benchmarks/results"));
        }
        out.print(Files.readString(Path.of(name + ".md")));
        out.println("written: " + name + ".md and .json");
        out.flush();
        return ExitCode.OK;
    }

    private void choose(Path scratch, List<Contender> peers, List<String> left)
            throws IOException, InterruptedException {
        for (String name : brokers) {
            Contender contender = switch (name) {
                case "mosquitto" -> new Mosquitto();
                case "artemis" -> new Artemis(scratch.resolve("artemis-archive"));
                case "moquette" -> new Moquette(scratch.resolve("moquette-libraries"));
                default -> throw usage("--brokers " + name + " is not one of mosquitto, artemis, moquette");
            };
            String missing = contender.missing();
            if (missing == null) {
                peers.add(contender);
            } else {
                left.add(name + ": " + missing);
            }
        }
    }

    private List<Row> rows(List<Row> all) {
        for (String name : only) {
            if (all.stream().noneMatch(row -> row.name().equals(name))) {
                throw usage("--only " + name + " is no row; --list names them");
            }
        }
        return all.stream()
                .filter(row -> only.isEmpty() || only.contains(row.name()))
                .toList();
    }

    private static String write(Comparison comparison, Path folder) throws IOException {
        Files.createDirectories(folder);
        String name = "compare-" + DAY.format(comparison.started()) + "-"
                + comparison.machine().commit();
        Path base = folder.resolve(name);
        Files.writeString(Path.of(base + ".md"), ComparisonMarkdown.of(comparison));
        Files.writeString(Path.of(base + ".json"), ComparisonJson.of(comparison));
        return base.toString();
    }

    private int roundCount() {
        return rounds != null ? rounds : quick ? 2 : 5;
    }

    private Duration warmup() {
        double seconds = warmupSeconds != null ? warmupSeconds : quick ? 3 : 12;
        return Duration.ofMillis((long) (seconds * 1_000));
    }

    private double duration() {
        return durationSeconds != null ? durationSeconds : quick ? 2 : 8;
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}

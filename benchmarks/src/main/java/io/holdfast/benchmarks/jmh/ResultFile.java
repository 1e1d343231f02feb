// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** The file of one run: what JMH wrote, with the machine and the commit it holds for. A figure without them is a rumour. */
final class ResultFile {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss").withZone(ZoneOffset.UTC);
    private static final String RESULTS = "benchmarks/results";
    private static final String UNKNOWN = "unknown";

    private ResultFile() {}

    /** Where a run that starts now leaves its results; {@code asked} is the user's own choice. */
    static Path choose(@Nullable String asked, Instant start) {
        if (asked != null) {
            return Path.of(asked);
        }
        Path root = checkout(ownPlace());
        String date = "jmh-" + NAME.format(start);
        return root == null
                ? Path.of(date + ".json")
                : root.resolve(RESULTS).resolve(date + "-" + commit(root) + ".json");
    }

    /** Writes JMH's own form of the results with what they hold for around it. */
    static void write(Collection<RunResult> results, Path file) throws IOException {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(raw, false, StandardCharsets.UTF_8);
        ResultFormatFactory.getInstance(ResultFormatType.JSON, print).writeOut(results);
        print.flush();
        Path root = checkout(ownPlace());
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeObjectFieldStart("machine");
            json.writeStringField("os", property("os.name") + " " + property("os.version"));
            json.writeStringField("cpu", processor());
            json.writeNumberField("cores", Runtime.getRuntime().availableProcessors());
            json.writeNumberField("memoryMiB", memoryMiB());
            json.writeEndObject();
            json.writeStringField("commit", root == null ? UNKNOWN : commit(root));
            json.writeStringField("jdk", property("java.vm.name") + " " + property("java.vm.version"));
            json.writeStringField("date", Instant.now().toString());
            json.writeFieldName("results");
            json.writeRawValue(raw.toString(StandardCharsets.UTF_8).strip());
            json.writeEndObject();
        }
    }

    /** The checkout that a file lies in: the folder above it that holds this module. */
    static @Nullable Path checkout(@Nullable Path from) {
        for (Path folder = from; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("benchmarks/pom.xml"))) {
                return folder;
            }
        }
        return null;
    }

    private static @Nullable Path ownPlace() {
        try {
            return Path.of(ResultFile.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("this class lies in no file", e);
        }
    }

    /** Short name of the commit, with {@code -dirty} when the checkout holds more than that. */
    private static String commit(Path root) {
        try {
            Process git = new ProcessBuilder(
                            List.of("git", "-C", root.toString(), "describe", "--always", "--dirty", "--exclude=*"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            boolean done = git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0;
            return done && !name.isEmpty() ? name : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN; // No git, or no clone: the figures are still worth keeping.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }

    private static String processor() throws IOException {
        String model = line(Path.of("/proc/cpuinfo"), "model name");
        return model == null ? property("os.arch") : model;
    }

    private static long memoryMiB() throws IOException {
        String total = line(Path.of("/proc/meminfo"), "MemTotal");
        return total == null ? 0 : Long.parseLong(total.replaceAll("\\D", "")) / 1_024;
    }

    /** The value of the first line of a Linux status file that starts with this name. */
    private static @Nullable String line(Path status, String name) throws IOException {
        if (!Files.exists(status)) {
            return null;
        }
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(null);
        }
    }

    private static String property(String name) {
        return System.getProperty(name, UNKNOWN);
    }
}

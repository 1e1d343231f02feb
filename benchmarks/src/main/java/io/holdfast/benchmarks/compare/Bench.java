// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.tools.Verb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Runs the load tool in this process, so that it is as warm for the first broker as for the last, through the options
 * and the JSON that everybody else uses too.
 */
final class Bench {
    private final Path folder;

    /** Writes into a folder that is there. */
    Bench(Path folder) {
        this.folder = folder;
    }

    /**
     * One run; what went wrong becomes a note.
     *
     * @return its result as JSON, or null when there is none
     */
    @Nullable
    Object run(BrokerChild broker, List<String> arguments, Figures notes) throws IOException {
        Path json = folder.resolve("result.json");
        Files.deleteIfExists(json);
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--port", Integer.toString(broker.port()), "--pid", Long.toString(broker.pid())));
        all.addAll(List.of("--json", json.toString(), "--quiet"));
        StringWriter err = new StringWriter();
        int exit = commandLine()
                .setOut(new PrintWriter(Writer.nullWriter()))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        if (!Files.exists(json)) {
            notes.unclean("A run failed with exit code " + exit + ": " + firstLine(err));
            return null;
        }
        Object result = JsonTree.read(json);
        if (exit != 0) {
            JsonTree.listAt(result, "verdict", "notes").forEach(note -> notes.note("A run was not clean: " + note));
            notes.unclean("A run was not clean, exit code " + exit + ": " + faults(result) + ". " + firstLine(err));
        }
        return result;
    }

    /** Keeps all metrics of all phases of a result. */
    static void keep(@Nullable Object result, Figures into) {
        for (Object phase : JsonTree.listAt(result, "phases")) {
            String name = String.valueOf(JsonTree.at(phase, List.of("name")));
            if (!(JsonTree.at(phase, List.of("count")) instanceof Double count) || count == 0) {
                continue; // nothing was done, and a figure for each of nothing is none
            }
            for (Metric metric : Metric.values()) {
                if (JsonTree.at(phase, metric.path()) instanceof Double value) {
                    into.add(name, metric, value);
                }
            }
        }
    }

    /** What the tool complained about, without the stack behind it. */
    private static String firstLine(StringWriter err) {
        return err.toString().lines().findFirst().orElse("");
    }

    private static String faults(@Nullable Object result) {
        StringBuilder text = new StringBuilder();
        for (String fault : List.of("lost", "doubled", "reordered", "corrupted")) {
            Object count = JsonTree.at(result, List.of("verdict", fault));
            text.append(text.length() == 0 ? "" : ", ")
                    .append(count instanceof Double number ? Long.toString(number.longValue()) : "?")
                    .append(' ')
                    .append(fault);
        }
        return text.toString();
    }

    private static CommandLine commandLine() {
        return ServiceLoader.load(Verb.class).stream()
                .map(provider -> new CommandLine(provider.get()))
                .filter(verb -> verb.getCommandName().equals("bench"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the load tool is not on the class path"));
    }
}

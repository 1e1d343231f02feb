// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.server.admin.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all verbs for a running broker share: the folder, the form of the output, what goes wrong. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the broker refused it, or knows no such session; nothing was changed",
            "2:wrong usage",
            "3:no broker runs on the data folder, or none that answers"
        })
abstract class AdminVerb implements Callable<Integer> {
    /** How an answer is written. */
    enum Format {
        table,
        json,
        jsonl
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "The broker's data folder (default: data).")
    private Path data = Path.of("data");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default) for the eye, json or jsonl (one object a line) for programs.")
    private Format format = Format.table;

    /** Asks, and prints what comes. */
    abstract void run(AdminCall call) throws AdminCallException, IOException;

    @Override
    public Integer call() {
        try {
            run(new AdminCall(data));
            out().flush();
            return ExitCode.OK;
        } catch (AdminCallException e) {
            return fail(e.exitCode(), e.getMessage());
        } catch (IOException e) {
            return fail(AdminCallException.EXIT_NO_BROKER, "the answer is not one: " + e.getMessage());
        }
    }

    private int fail(int code, @Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return code;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final Format format() {
        return format;
    }

    /** Prints one object: a line for each field. */
    final void printObject(Map<String, @Nullable Object> tree) {
        if (format != Format.table) {
            out().println(Json.text(tree));
            return;
        }
        for (Map.Entry<String, @Nullable Object> field : tree.entrySet()) {
            if (field.getValue() instanceof List<?> list && !list.isEmpty()) {
                out().println(field.getKey());
                list.forEach(element -> out().println("  " + Cells.of(element)));
            } else {
                out().println(Cells.padded(field.getKey(), 18) + Cells.of(field.getValue()));
            }
        }
    }

    /** Prints a table's lines as they come, with columns as wide as their first page needs. */
    final class Table {
        private final String field;
        private final List<String> columns;
        private int[] widths = new int[0];
        private boolean any;

        Table(String field, String... columns) {
            this.field = field;
            this.columns = List.of(columns);
            if (format == Format.json) {
                out().print("{\"" + field + "\":[");
            }
        }

        void print(List<?> elements) throws IOException {
            if (widths.length == 0 && format == Format.table) {
                head(elements);
            }
            for (Object element : elements) {
                switch (format) {
                    case jsonl -> out().println(Json.text(element));
                    case json -> out().print((any ? ",\n" : "\n") + Json.text(element));
                    case table -> line(cells(element));
                }
                any = true;
            }
            out().flush();
        }

        void end() {
            if (format == Format.json) {
                out().println("]}");
            } else if (format == Format.table && !any) {
                out().println("no " + field);
            }
        }

        private void head(List<?> elements) throws IOException {
            if (elements.isEmpty()) {
                return;
            }
            widths = columns.stream().mapToInt(String::length).toArray();
            for (Object element : elements) {
                List<String> cells = cells(element);
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], cells.get(i).length());
                }
            }
            line(columns);
        }

        private List<String> cells(Object element) throws IOException {
            Map<String, @Nullable Object> tree = AdminCall.object(element);
            List<String> cells = new ArrayList<>();
            columns.forEach(column -> cells.add(Cells.of(tree.get(column))));
            return cells;
        }

        private void line(List<String> cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.size(); i++) {
                line.append(i == cells.size() - 1 ? cells.get(i) : Cells.padded(cells.get(i), widths[i] + 2));
            }
            out().println(line);
        }
    }
}

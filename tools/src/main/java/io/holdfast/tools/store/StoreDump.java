// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.storage.store.StoreRefusedException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast store dump}: prints what is in a store, as a broker that starts now would find it. */
@Command(
        name = "dump",
        description = {
            "Prints what is in a store, as a broker that starts now would find it: rows with the tail of the log folded"
                    + " over them. Writes nothing and takes no lock, so it works beside a running broker, which is seen as"
                    + " of its last sync."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything could be read",
            "1:the output could not be written",
            "2:wrong usage",
            "3:there is no store, or none that this version can read",
            "4:rows are damaged; they are printed in hexadecimal, with the reason"
        })
final class StoreDump implements Callable<Integer> {
    static final int EXIT_OUTPUT = 1;
    static final int EXIT_REFUSED = 3;
    static final int EXIT_DAMAGED = 4;

    /** How a dump is written. */
    enum Format {
        table,
        jsonl
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default) for the eye, jsonl for programs: one object a line, nothing cut.")
    private Format format = Format.table;

    @Option(names = "--client", paramLabel = "ID", description = "Only what belongs to this client identifier.")
    private @Nullable String client;

    @Option(
            names = "--section",
            paramLabel = "NAME",
            split = ",",
            description = "Only these sections: store, sessions, subscriptions, inflight, inbound, queued, retained,"
                    + " wills, timers, topics, log.")
    private List<String> sections = List.of();

    @Override
    public Integer call() {
        Set<Section> wanted = wanted();
        try (StoreReader store = StoreReader.open(data, null)) {
            return dump(store, wanted);
        } catch (StoreRefusedException e) {
            return fail(exitCode(e), e);
        } catch (StoreException e) {
            return fail(EXIT_DAMAGED, e);
        }
    }

    private int dump(StoreReader store, Set<Section> wanted) {
        PrintWriter console = spec.commandLine().getOut();
        Writer out = new BufferedWriter(new CheckedWriter(console), 1 << 16);
        try {
            DumpOutput output = format == Format.jsonl ? new JsonOutput(out) : new TableOutput(out);
            boolean sound = new StoreDumper(store, output).dump(wanted, client);
            return sound ? ExitCode.OK : EXIT_DAMAGED;
        } catch (IOException e) {
            // Whoever read the output has gone, as in `... | head`: nobody is left to be told.
            return EXIT_OUTPUT;
        }
    }

    private Set<Section> wanted() {
        if (sections.isEmpty()) {
            return EnumSet.allOf(Section.class);
        }
        Set<Section> wanted = EnumSet.noneOf(Section.class);
        for (String title : sections) {
            Section section = Section.of(title.strip());
            if (section == null) {
                throw new ParameterException(
                        spec.commandLine(), "There is no section '" + title + "'; sections are " + titles() + ".");
            }
            wanted.add(section);
        }
        return wanted;
    }

    private static String titles() {
        return Arrays.stream(Section.values()).map(Section::title).collect(Collectors.joining(", "));
    }

    private static int exitCode(StoreRefusedException refused) {
        return switch (refused.reason()) {
            case WRONG_META, DAMAGED, LOG_DAMAGED -> EXIT_DAMAGED;
            default -> EXIT_REFUSED;
        };
    }

    private int fail(int code, StoreException cause) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("holdfast: " + ScreenText.of(cause.getMessage()));
        err.flush();
        return code;
    }

    /** A print writer keeps quiet about errors; a dump of millions of rows must not go on after one. */
    private static final class CheckedWriter extends Writer {
        private final PrintWriter console;

        CheckedWriter(PrintWriter console) {
            this.console = console;
        }

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            console.write(characters, offset, length);
            check();
        }

        @Override
        public void flush() throws IOException {
            check();
        }

        private void check() throws IOException {
            if (console.checkError()) {
                throw new IOException("the output cannot be written");
            }
        }

        @Override
        public void close() {
            // The console is not ours to close.
        }
    }
}

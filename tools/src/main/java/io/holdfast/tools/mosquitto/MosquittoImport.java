// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.storage.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast import mosquitto}: a {@code mosquitto.db} into a new store, a {@code mosquitto.conf} into settings. */
@Command(
        name = "mosquitto",
        description = {
            "Takes over a mosquitto.db (its kept sessions, what they are owed, retained messages) into a new data folder, or"
                    + " turns a mosquitto.conf into settings for 'run --config'. Which of the two FILE is, it tells itself.",
            "Stop mosquitto first: it writes its file when it stops."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; what has no counterpart is listed",
            "1:a file could not be read or written",
            "2:wrong usage",
            "3:the data folder is not new, or not accessible",
            "4:the file is damaged, or of another format; nothing was written"
        })
final class MosquittoImport implements Callable<Integer> {
    private static final long SETTINGS_BYTES_MAX = 1 << 20;
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_FOLDER = 3;
    private static final int EXIT_DAMAGED = 4;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "mosquitto.db or mosquitto.conf.")
    private Path file = Path.of(""); // always set: the parameter is required

    @Option(names = "--data", paramLabel = "DIR", description = "For a mosquitto.db: the data folder to make.")
    private @Nullable Path data;

    @Option(names = "--out", paramLabel = "FILE", description = "For a mosquitto.conf: where to write (default: here).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        try {
            return MosquittoDatabase.isOne(file) ? database() : settings();
        } catch (DatabaseException e) {
            return fail(EXIT_DAMAGED, file + ": " + e.getMessage());
        } catch (NoSuchFileException e) {
            return fail(EXIT_FAILED, e.getFile() + " is not there");
        } catch (IOException e) {
            return fail(EXIT_FAILED, file + ": " + e.getMessage());
        } catch (StoreException e) {
            return fail(EXIT_FOLDER, e.getMessage());
        }
    }

    private int database() throws IOException {
        if (data == null) {
            return fail(ExitCode.USAGE, file + " is a mosquitto.db: say where its sessions go with --data DIR");
        }
        if (Files.exists(data)) {
            try (Stream<Path> content = Files.list(data)) {
                if (content.findAny().isPresent()) {
                    return fail(EXIT_FOLDER, data + " holds something already: name a folder that is new or empty");
                }
            }
        }
        long nowMillis = System.currentTimeMillis();
        try (MosquittoDatabase database = MosquittoDatabase.open(file);
                NewStore store = new NewStore(data, nowMillis)) {
            long[] counts = new Takeover(database, store, nowMillis).run();
            report(counts, database.unknownChunks());
        }
        return ExitCode.OK;
    }

    private void report(long[] counts, long unknownChunks) {
        PrintWriter to = spec.commandLine().getOut();
        for (Takeover.Count what : Takeover.Count.values()) {
            long count = counts[what.ordinal()];
            if (count > 0 || what.ordinal() <= Takeover.Count.RETAINED.ordinal()) {
                to.println(String.format(Locale.ROOT, "%,12d  %s", count, what.text()));
            }
        }
        if (unknownChunks > 0) {
            to.println(String.format(
                    Locale.ROOT, "%,12d  %s", unknownChunks, "parts of the file that are not known here"));
        }
        to.println("The store in " + data + " is ready: holdfast run --data " + data);
        to.flush();
    }

    private int settings() throws IOException {
        if (Files.size(file) > SETTINGS_BYTES_MAX) {
            return fail(ExitCode.USAGE, file + " is neither a mosquitto.db nor, with its size, a mosquitto.conf");
        }
        // Its texts are names of files and numbers; whatever else is in it must not stop the rest.
        MosquittoSettings settings = MosquittoSettings.read(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        if (out == null) {
            spec.commandLine().getOut().print(settings.hocon());
            spec.commandLine().getOut().flush();
        } else {
            Files.writeString(out, settings.hocon());
        }
        settings.remarks().forEach(remark -> spec.commandLine().getErr().println(file + ":" + remark));
        spec.commandLine().getErr().flush();
        return ExitCode.OK;
    }

    private int fail(int code, @Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return code;
    }
}

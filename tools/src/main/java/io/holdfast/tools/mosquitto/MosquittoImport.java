// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.server.account.PasswordFile;
import io.holdfast.server.rule.Rules;
import io.holdfast.storage.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast import mosquitto}: a {@code mosquitto.db} into a new store, text files into settings, accounts, rules. */
@Command(
        name = "mosquitto",
        description = {
            "Takes over a mosquitto.db (its kept sessions, what they are owed, retained messages) into a new data folder, or"
                    + " makes settings of a mosquitto.conf, accounts of a password file, access rules of an ACL file. Which"
                    + " of them FILE is, it tells itself. No file is written over.",
            "Stop mosquitto first: it writes its file when it stops."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; what has no counterpart is listed",
            "1:a file could not be read or written, or is there already",
            "2:wrong usage",
            "3:the data folder is not new, or not accessible",
            "4:the file is damaged, or of another format; nothing was written",
            "5:the settings are written, but no broker would start with them yet; the reason is told"
        })
final class MosquittoImport implements Callable<Integer> {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_FOLDER = 3;
    private static final int EXIT_DAMAGED = 4;
    private static final int EXIT_NOT_READY = 5;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "mosquitto.db, mosquitto.conf, a password or ACL file.")
    private Path file = Path.of(""); // always set: the parameter is required

    @Option(names = "--data", paramLabel = "DIR", description = "For a mosquitto.db: the data folder to make.")
    private @Nullable Path data;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "For a text file: the file to make (default: print it). For a mosquitto.conf the files that it names"
                            + " are taken over too, as 'passwords' and 'rules' in the same folder.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        try {
            return MosquittoDatabase.isOne(file) ? database() : text();
        } catch (MosquittoFileException e) {
            return fail(EXIT_DAMAGED, file + ": " + e.getMessage());
        } catch (NoSuchFileException e) {
            return fail(EXIT_FAILED, e.getFile() + " is not there");
        } catch (FileAlreadyExistsException e) {
            return fail(EXIT_FAILED, e.getFile() + " is there already; move it away, or name another file");
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

    private int text() throws IOException {
        TextFile text = TextFile.read(file);
        return switch (text.kind()) {
            case SETTINGS -> settings(MosquittoSettings.read(text));
            case ACCOUNTS ->
                out == null
                        ? fail(ExitCode.USAGE, file + " is a password file: say where its accounts go with --out FILE")
                        : accounts(text, out);
            case RULES -> rules(text);
        };
    }

    private int accounts(TextFile text, Path target) throws IOException {
        Converted accounts = MosquittoAccounts.convert(text);
        try (NewFile made = NewFile.secret(target, accounts.text())) {
            PasswordFile unused = PasswordFile.read(made.written());
            made.keep();
        }
        tell(target, accounts);
        return ExitCode.OK;
    }

    private int rules(TextFile text) throws IOException {
        Converted rules = MosquittoRules.convert(text);
        if (out == null) {
            print(rules);
            return ExitCode.OK;
        }
        try (NewFile made = NewFile.readable(out, rules.text())) {
            Rules unused = Rules.read(made.written(), user -> Set.of());
            made.keep();
        }
        tell(out, rules);
        return ExitCode.OK;
    }

    private int settings(MosquittoSettings settings) throws IOException {
        if (out == null) {
            print(settings.convert(Path.of("passwords"), Path.of("rules")));
            if (settings.passwordFile() != null || settings.aclFile() != null) {
                spec.commandLine().getErr().println("With --out FILE the accounts and rules are taken over too.");
                spec.commandLine().getErr().flush();
            }
            return ExitCode.OK;
        }
        SettingsImport files = new SettingsImport(settings, out);
        files.write();
        files.written().forEach(this::tell);
        String fault = files.fault();
        return fault == null
                ? ExitCode.OK
                : fail(EXIT_NOT_READY, "a broker would not start with " + out + " yet: " + fault);
    }

    /** Onto the screen, with the remarks on the other stream. */
    private void print(Converted made) {
        spec.commandLine().getOut().print(made.text());
        spec.commandLine().getOut().flush();
        remark(made);
    }

    private void tell(Path target, Converted made) {
        remark(made);
        spec.commandLine().getOut().println(target + ": " + made.summary());
        spec.commandLine().getOut().flush();
    }

    private void remark(Converted made) {
        made.remarks().forEach(remark -> spec.commandLine().getErr().println(remark));
        spec.commandLine().getErr().flush();
    }

    private int fail(int code, @Nullable String sentence) {
        spec.commandLine().getErr().println("holdfast: " + sentence);
        spec.commandLine().getErr().flush();
        return code;
    }
}

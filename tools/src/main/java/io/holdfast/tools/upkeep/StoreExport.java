// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.tools.store.ClientSelection;
import io.holdfast.tools.store.LogEnd;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.StoreCommand;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code holdfast store export}: sessions with all they are owed, as lines that another store takes in. */
@Command(
        name = "export",
        description = {
            "Writes sessions as JSON lines that 'store import' takes into another store: subscriptions, queue, messages under"
                    + " way in both directions with their packet identifiers, will. Writes nothing into the store and takes"
                    + " no lock; beside a running broker it writes the moment of its last sync."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "4:rows are damaged, so something is missing in the export; see 'holdfast store check'",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
final class StoreExport extends StoreCommand {
    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Option(
            names = "--client",
            paramLabel = "ID",
            description =
                    "One client's session, or 'glob:sensor-*', 'regex:^a[0-9]+$' for some (default: all sessions, and"
                            + " the shared groups with what they hold).")
    private @Nullable String client;

    @Option(names = "--retained", description = "Retained messages too.")
    private boolean retained;

    @Option(names = "--to", paramLabel = "FILE", description = "A new file (default: the standard output).")
    private @Nullable Path to;

    private ClientSelection clients = ClientSelection.ALL;

    @Override
    protected void prepare() {
        try {
            clients = ClientSelection.of(client);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--client: " + e.getDescription());
        }
    }

    @Override
    protected int run(Writer out) throws IOException {
        long watermark = LogEnd.watermark(data);
        try (StoreReader store = StoreReader.open(data, null);
                LongWork progress = LongWork.onTerminal()) {
            SessionExport export = new SessionExport(store, StoreFacts.of(data).storeId(), clients, retained, progress);
            if (to == null) {
                export.run(out);
            } else {
                write(export, to);
            }
            progress.hide();
            export.lost().forEach(this::complain);
            String missing = LogEnd.missing(store, watermark);
            if (missing != null) {
                complain(missing);
            }
            return export.lost().isEmpty() && missing == null ? 0 : EXIT_DAMAGED;
        }
    }

    private void write(SessionExport export, Path file) throws IOException {
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            throw new ParameterException(spec.commandLine(), file + " is there already; name a new file");
        }
        try (Writer lines = new BufferedWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8), 1 << 16)) {
            export.run(lines);
        }
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }
}

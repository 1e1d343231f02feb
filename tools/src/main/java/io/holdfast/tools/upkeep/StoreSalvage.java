// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.server.transfer.SessionsReader;
import io.holdfast.storage.store.SalvageFolder;
import io.holdfast.storage.store.SalvageReader;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreRefusedException;
import io.holdfast.storage.transfer.StoreIntake;
import io.holdfast.tools.store.ClientSelection;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.ScreenText;
import io.holdfast.tools.store.StoreCheck;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast store salvage}: what can be read of a damaged store becomes a new one. */
@Command(
        name = "salvage",
        description = {
            "Reads what can be read of a damaged store and makes a new store of it, which is clean, and tells whose what was"
                    + " lost. The damaged folder is only read. Restoring a backup loses less, if there is one that is new enough."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything could be read",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "4:something is lost, or may be; the new store is there unless nothing could be read",
            "6:there is nothing of a store, or no place for the new one",
            StoreCommand.NEWER
        })
final class StoreSalvage extends StoreCommand {
    @Parameters(paramLabel = "DAMAGED", description = "The damaged data folder; no broker may run on it.")
    private Path damaged = Path.of("");

    @Option(names = "--to", paramLabel = "DIR", required = true, description = "The store to make: missing or empty.")
    private Path to = Path.of(""); // always set: the option is required

    @Override
    protected int run(Writer out) throws IOException {
        SalvageReport report = new SalvageReport();
        long watermark = lookAtFolder(report);
        try (LongWork progress = LongWork.onTerminal();
                SalvageFolder work = SalvageFolder.beside(to)) {
            Path lines = work.file("sessions.jsonl");
            SessionExport read;
            try (SalvageReader store = work.open(damaged, new CopyProgress(progress, damaged), report)) {
                if (report.isEmpty() && store.sequence() < watermark) {
                    report.lost("the log ends " + (watermark - store.sequence()) + " rows before what was on disk");
                }
                read = read(store, lines, report, progress);
            }
            return write(read, lines, work, report, progress, out);
        }
    }

    /** The folder's own files; returns what the watermark says was on disk, 0 when unknown. */
    private long lookAtFolder(SalvageReport report) {
        try {
            return StoreFacts.of(damaged).watermarkSequence();
        } catch (StoreRefusedException e) {
            if (e.reason() == StoreRefusedException.Reason.NEWER_FORMAT) {
                throw e;
            }
            report.lost("the folder does not say which store it is: " + e.getMessage());
            return 0;
        }
    }

    private static SessionExport read(SalvageReader store, Path lines, SalvageReport report, LongWork progress)
            throws IOException {
        SessionExport export = new SessionExport(store, "salvaged", ClientSelection.ALL, true, progress);
        try (Writer out = Files.newBufferedWriter(lines, StandardCharsets.UTF_8)) {
            export.run(out);
        }
        export.lost().forEach(report::lost);
        try {
            report.nameSessions(store);
            return export;
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("a row changed while it was read", e);
        }
    }

    private int write(
            SessionExport read, Path lines, SalvageFolder work, SalvageReport report, LongWork progress, Writer out)
            throws IOException {
        try (StoreIntake intake = StoreIntake.open(work.newStore())) {
            progress.begin("writing the new store", read.messages() + read.sessions());
            SessionImport writing = new SessionImport(intake, read.entries(), true, progress);
            SessionsReader.read(lines, writing);
            writing.end();
        }
        StringWriter findings = new StringWriter();
        if (StoreCheck.deeply(work.newStore(), findings, progress) != 0) {
            out.write(findings.toString());
            report.write(out);
            complain("what could be read does not make a clean store; nothing was made");
            return EXIT_DAMAGED;
        }
        work.place();
        report.write(out);
        out.write("salvaged " + read.sessions() + " sessions and " + read.messages() + " messages into "
                + ScreenText.of(to.toString()) + (report.isEmpty() ? "; nothing was lost" : "") + "\n");
        return report.isEmpty() ? 0 : EXIT_DAMAGED;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.store.StoreCopy;
import io.holdfast.storage.store.StoreHold;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.ScreenText;
import io.holdfast.tools.store.StoreCheck;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast store restore}: a backup becomes a data folder. */
@Command(
        name = "restore",
        description = {
            "Copies a backup to where a broker shall start on it. The copy is checked whole before it takes its place; what"
                    + " was there is kept under another name, and only when that is agreed to, at the terminal or by --yes."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:restored",
            StoreCommand.OUTPUT_LOST,
            "2:wrong usage, or a folder is in the way and its replacing was not agreed to; nothing was changed",
            "3:restored; the check has findings, and nothing that was acknowledged is lost by them",
            "4:the backup is damaged; nothing was changed",
            "5:a broker runs on the folder; nothing was changed",
            "6:there is no backup, or no place for the copy; nothing was changed",
            StoreCommand.NEWER
        })
final class StoreRestore extends StoreCommand {
    private static final int EXIT_IN_THE_WAY = 2;

    @Parameters(
            paramLabel = "BACKUP",
            description = "A folder that 'store checkpoint' has written, or any copy of a store.")
    private Path backup = Path.of("");

    @Option(names = "--to", paramLabel = "DIR", required = true, description = "The data folder to make.")
    private Path to = Path.of(""); // always set: the option is required

    @Option(
            names = "--yes",
            description = "Puts the backup in the place of a folder that is there, which is kept, without asking.")
    private boolean yes;

    private final Consent consent = Consent.atTerminal();

    @Override
    protected int run(Writer out) throws IOException {
        boolean inTheWay = Files.exists(to) && !StoreCopy.isEmptyFolder(to);
        String question = inTheWay ? "Replace " + ScreenText.of(to.toString()) + "?" : "";
        if (inTheWay && !consent.isGiven(yes, question)) {
            complain(ScreenText.of(to.toString()) + " is there and not empty; with --yes it is kept as "
                    + ScreenText.of(Aside.of(to).getFileName().toString()) + " and the backup takes its place");
            return EXIT_IN_THE_WAY;
        }
        if (inTheWay) {
            StoreHold.of(to).close(); // What cannot be replaced in the end is not worth the copying.
        }
        try (LongWork progress = LongWork.onTerminal()) {
            Path half = to.toAbsolutePath().normalize().resolveSibling(to.getFileName() + ".restoring");
            StoreCopy copy =
                    StoreCopy.of(backup, half, StoreCopy.TableFiles.COPIED, new CopyProgress(progress, backup));
            return place(copy, out, progress);
        }
    }

    private int place(StoreCopy copy, Writer out, LongWork progress) throws IOException {
        StringWriter findings = new StringWriter();
        int exitCode;
        Path kept;
        try {
            exitCode = StoreCheck.deeply(copy.folder(), findings, progress);
            if (exitCode == EXIT_DAMAGED) {
                copy.discard(new IOException("the backup is damaged"));
                out.write(findings.toString());
                complain("the backup is damaged; nothing was changed. 'holdfast store salvage' saves what is readable");
                return exitCode;
            }
            kept = copy.replace(to.toAbsolutePath().normalize(), Aside.of(to));
        } catch (IOException | RuntimeException e) {
            copy.discard(e);
            throw e;
        }
        out.write(exitCode == 0 ? "" : findings.toString());
        out.write("restored " + ScreenText.of(to.toString())
                + (kept == null ? "" : "; what was there is kept in " + ScreenText.of(kept.toString())) + "\n");
        return exitCode;
    }
}

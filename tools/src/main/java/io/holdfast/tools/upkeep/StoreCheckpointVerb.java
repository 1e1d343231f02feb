// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.storage.store.StoreCopy;
import io.holdfast.storage.store.StoreHold;
import io.holdfast.tools.admin.AdminCall;
import io.holdfast.tools.admin.AdminCallException;
import io.holdfast.tools.store.LongWork;
import io.holdfast.tools.store.ScreenText;
import io.holdfast.tools.store.StoreCheck;
import io.holdfast.tools.store.StoreCommand;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast store checkpoint}: a copy of a store, whether a broker runs on it or not. */
@Command(
        name = "checkpoint",
        description = {
            "Copies a store into a new folder and checks the copy. Beside a running broker it is the broker that copies, as"
                    + " of one moment, and goes on serving. Files that never change are shared between store and copy when"
                    + " both are on one file system: take the copy to another disk for a backup."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the copy is written and clean",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "3:the copy is written; the check has findings, and nothing that was acknowledged is lost by them",
            "4:the copy is written; store and copy are damaged",
            "5:a broker runs on the store and cannot be asked",
            "6:there is no store, or no copy could be written there",
            StoreCommand.NEWER
        })
final class StoreCheckpointVerb extends StoreCommand {
    private static final int EXIT_REFUSED = 6;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The data folder.")
    private Path data = Path.of(""); // always set: the option is required

    @Parameters(
            paramLabel = "TARGET",
            description = "The folder to make: missing or empty, outside of the data folder.")
    private Path target = Path.of("");

    @Override
    protected int run(Writer out) throws IOException {
        try (LongWork progress = LongWork.onTerminal()) {
            if (!askBroker(progress)) {
                try (StoreHold hold = StoreHold.of(data)) {
                    hold.copyTo(target, StoreCopy.TableFiles.LINKED, new CopyProgress(progress, data));
                }
            }
            out.write("checkpoint of " + ScreenText.of(data.toString()) + " in " + ScreenText.of(target.toString())
                    + ": ");
            return StoreCheck.deeply(target, out, progress);
        } catch (AdminCallException e) {
            complain(ScreenText.of(e.getMessage()));
            return EXIT_REFUSED;
        }
    }

    /** False when no broker is there to be asked. */
    private boolean askBroker(LongWork progress) throws AdminCallException {
        progress.begin("the broker copies", 1);
        try {
            new AdminCall(data)
                    .send(
                            "POST",
                            "/api/v1/checkpoint?to="
                                    + AdminCall.encoded(target.toAbsolutePath().toString()));
            return true;
        } catch (AdminCallException e) {
            if (e.exitCode() == AdminCallException.EXIT_NO_BROKER) {
                return false;
            }
            throw e;
        }
    }
}

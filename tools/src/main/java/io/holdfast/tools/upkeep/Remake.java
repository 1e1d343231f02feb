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
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Changes a stopped store by changing a copy of it: the copy, which shares the table files, is changed, checked as a whole,
 * and takes the store's place by renaming. So it is all or nothing, and the store as it was is kept. Its lock is held all
 * the time.
 */
final class Remake {
    /** What is done to the copy; anything but 0 leaves the store as it is, and is the exit code. */
    interface Change {
        int change(Path copy) throws IOException;
    }

    private final Path data;
    private final String what;
    private final LongWork progress;

    Remake(Path data, String what, LongWork progress) {
        this.data = data.toAbsolutePath().normalize();
        this.what = what;
        this.progress = progress;
    }

    /** Does it; returns the exit code. */
    int run(Writer out, Consumer<String> complain, Change change) throws IOException {
        try (StoreHold hold = StoreHold.of(data)) {
            Path beside = data.resolveSibling(data.getFileName() + "." + what + "ing");
            StoreCopy copy = hold.copyTo(beside, StoreCopy.TableFiles.LINKED, new CopyProgress(progress, data));
            try {
                int exitCode = change.change(copy.folder());
                if (exitCode != 0) {
                    copy.discard(new IOException(what + " was refused"));
                    return exitCode;
                }
                StringWriter findings = new StringWriter();
                int checked = StoreCheck.deeply(copy.folder(), findings, progress);
                if (checked != 0) {
                    out.write(findings.toString());
                    complain.accept("the changed copy is not clean, so the store stays as it is");
                    copy.discard(new IOException(what + " was refused"));
                    return StoreCommand.EXIT_DAMAGED;
                }
                Path kept = copy.replace(hold, Aside.of(data));
                out.write("the store as it was is kept in " + ScreenText.of(kept.toString()) + "\n");
                return 0;
            } catch (IOException | RuntimeException e) {
                copy.discard(e);
                throw e;
            }
        }
    }
}

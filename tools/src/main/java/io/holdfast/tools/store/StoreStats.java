// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code holdfast store stats}: who holds how much, and who will never come for it. */
@Command(
        name = "stats",
        description = {
            "Says how deep, heavy and old the sessions' queues are and whose are the most so, which sessions nobody has come"
                    + " back to, and which filters nobody can match."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            StoreCommand.INCOMPLETE,
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
public final class StoreStats extends ReadingVerb {
    private static final int TOP_MAX = 100_000;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default) or json.")
    private Report.Format format = Report.Format.table;

    @Option(names = "--top", paramLabel = "N", description = "How many sessions each list shows (default: 10).")
    private int top = 10;

    @Option(
            names = "--unseen",
            paramLabel = "DAYS",
            description = "A session that nobody connected to for so long is a zombie (default: 30).")
    private int unseenDays = 30;

    @Override
    protected void prepare() {
        if (top < 1 || top > TOP_MAX) {
            throw new ParameterException(spec.commandLine(), "--top is from 1 to " + TOP_MAX);
        }
        if (unseenDays < 0) {
            throw new ParameterException(spec.commandLine(), "--unseen is not below 0");
        }
    }

    @Override
    int run(StoreReader store, StoreFacts facts, Writer out) throws IOException {
        try (LongWork progress = LongWork.onTerminal()) {
            QueueSurvey survey = new QueueSurvey(store, top, Duration.ofDays(unseenDays), progress);
            Report report = survey.report(System.currentTimeMillis());
            progress.hide();
            report.write(out, format);
            return survey.isSound() ? ExitCode.OK : EXIT_DAMAGED;
        }
    }
}

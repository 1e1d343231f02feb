// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.store.StoreReader;
import io.holdfast.tools.store.RowFeed.Row;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code holdfast store diff}: what one store holds and the other does not. */
@Command(
        name = "diff",
        description = {
            "Says what two stores hold differently: - only in A, + only in B, ~ in both, with what differs. Compares what a"
                    + " broker would find, not how it lies on disk, so a store equals itself before and after a restart."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no difference",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "3:there are differences",
            "4:rows are damaged, so the comparison is not complete",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
public final class StoreDiff extends StoreCommand {
    /** How differences are written. */
    enum Format {
        table,
        jsonl
    }

    /** What a broker keeps for clients: neither how far its log is, nor what happened on the way. */
    private static final EnumSet<Section> CONTENT =
            EnumSet.complementOf(EnumSet.of(Section.STORE, Section.LOG, Section.EVENTS));

    private static final RowOrder ORDER = new RowOrder();

    @Parameters(index = "0", paramLabel = "A", description = "A data folder.")
    private Path folderA = Path.of(""); // always set: the parameter is required

    @Parameters(index = "1", paramLabel = "B", description = "Another one.")
    private Path folderB = Path.of(""); // as above

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default) or jsonl.")
    private Format format = Format.table;

    @Option(
            names = "--section",
            paramLabel = "NAME",
            split = ",",
            description = "Only these sections, as of 'store dump'; by default all but store, log and events.")
    private List<String> sections = List.of();

    @Override
    protected int run(Writer out) throws IOException {
        EnumSet<Section> wanted = wanted();
        try (StoreReader a = StoreReader.open(folderA, null);
                StoreReader b = StoreReader.open(folderB, null)) {
            return diff(a, b, wanted, out);
        }
    }

    private int diff(StoreReader a, StoreReader b, EnumSet<Section> wanted, Writer out) throws IOException {
        DiffOutput differences = format == Format.jsonl ? new DiffOutput.Json(out) : new DiffOutput.Table(out);
        RowFeed left = new RowFeed(a, wanted);
        RowFeed right = new RowFeed(b, wanted);
        try {
            merge(left, right, differences);
        } finally {
            left.stop();
            right.stop();
        }
        differences.close();
        if (left.isDamaged() || right.isDamaged()) {
            complain("rows are damaged; see 'holdfast store check'");
            return EXIT_DAMAGED;
        }
        return differences.count() == 0 ? ExitCode.OK : EXIT_FINDINGS;
    }

    private static void merge(RowFeed left, RowFeed right, DiffOutput differences) throws IOException {
        Row one = left.next();
        Row other = right.next();
        while (one != null || other != null) {
            int order = one == null ? 1 : other == null ? -1 : ORDER.compare(one, other);
            if (order < 0 && one != null) {
                differences.removed(one);
            } else if (order > 0 && other != null) {
                differences.added(other);
            } else if (one != null && other != null && !one.equals(other)) {
                differences.changed(one, other);
            }
            one = order <= 0 ? left.next() : one;
            other = order >= 0 ? right.next() : other;
        }
    }

    private EnumSet<Section> wanted() {
        if (sections.isEmpty()) {
            return CONTENT;
        }
        EnumSet<Section> wanted = EnumSet.noneOf(Section.class);
        for (String title : sections) {
            @Nullable Section section = Section.of(title.strip());
            if (section == null || section == Section.EVENTS) {
                throw new ParameterException(spec.commandLine(), "There is no section '" + title + "' to compare.");
            }
            wanted.add(section);
        }
        return wanted;
    }
}

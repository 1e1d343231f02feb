// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.check.CheckListener;
import io.holdfast.storage.check.Depth;
import io.holdfast.storage.check.Finding;
import io.holdfast.storage.check.StoreChecker;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast store check}: whether everything that a store says of itself fits together. */
@Command(
        name = "check",
        description = {
            "Checks whether everything in a store fits together: files, log, every row, every session and its queue. Writes"
                    + " nothing and takes no lock; beside a running broker it checks the moment of its last sync."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:clean",
            StoreCommand.OUTPUT_LOST,
            StoreCommand.USAGE,
            "3:findings, and nothing that was acknowledged is lost by them",
            "4:damage: something is lost, or must not be trusted",
            StoreCommand.NO_STORE,
            StoreCommand.NEWER
        })
public final class StoreCheck extends ReadingVerb {
    /** How findings are written. */
    enum Format {
        table,
        json,
        jsonl
    }

    private static final long LIMIT = 100;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table (default), json or jsonl.")
    private Format format = Format.table;

    @Option(
            names = "--deep",
            description =
                    "Also reads every message and every block of every table file; takes as long as reading the disk.")
    private boolean deep;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Prints at most N findings of each check and counts the rest (default: 100).")
    private long limit = LIMIT;

    @Override
    int run(StoreReader store, StoreFacts facts, Writer out) throws IOException {
        try (LongWork progress = LongWork.onTerminal()) {
            FindingOutput findings = format == Format.table
                    ? new FindingTable(out, limit)
                    : new FindingJson(out, limit, format == Format.json);
            return check(store, facts, depth(), findings, progress);
        }
    }

    private Depth depth() {
        return deep ? Depth.DEEP : Depth.QUICK;
    }

    /**
     * Checks a whole store and prints what is found. For verbs that have written one.
     *
     * @return the exit code of a check
     */
    public static int deeply(Path folder, Writer out, LongWork progress) throws IOException {
        StoreFacts facts = StoreFacts.of(folder);
        try (StoreReader store = StoreReader.open(folder, null)) {
            FindingTable findings = new FindingTable(out, LIMIT);
            return check(store, facts, Depth.DEEP, findings, progress);
        }
    }

    private static int check(
            StoreReader store, StoreFacts facts, Depth depth, FindingOutput findings, LongWork progress)
            throws IOException {
        try {
            new StoreChecker(store, facts, new Listener(findings, progress), depth).run();
            progress.hide();
            findings.close();
            return findings.exitCode();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private record Listener(FindingOutput findings, LongWork progress) implements CheckListener {
        @Override
        public void part(String name, long steps) {
            progress.begin(name, steps);
        }

        @Override
        public void step() {
            progress.step();
        }

        @Override
        public void found(Finding finding) {
            try {
                findings.add(finding);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

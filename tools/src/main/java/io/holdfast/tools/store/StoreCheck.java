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
final class StoreCheck extends ReadingVerb {
    /** How findings are written. */
    enum Format {
        table,
        json,
        jsonl
    }

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
    private long limit = 100;

    @Override
    int run(StoreReader store, Writer out) throws IOException {
        try (LongWork progress = LongWork.onTerminal()) {
            FindingOutput findings = format == Format.table
                    ? new FindingTable(out, limit)
                    : new FindingJson(out, limit, format == Format.json);
            CheckListener listener = new Listener(findings, progress);
            new StoreChecker(store, StoreFacts.of(data), listener, deep ? Depth.DEEP : Depth.QUICK).run();
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

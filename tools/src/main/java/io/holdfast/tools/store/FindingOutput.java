// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.check.Check;
import io.holdfast.storage.check.Finding;
import io.holdfast.storage.check.Finding.Severity;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import picocli.CommandLine.ExitCode;

/** Prints findings as they come, so many of each check, and counts them all. */
abstract class FindingOutput {
    private final long limit;
    private final Map<Check, Long> counts = new EnumMap<>(Check.class);
    private long damages;

    FindingOutput(long limit) {
        this.limit = limit;
    }

    final void add(Finding finding) throws IOException {
        long count = counts.merge(finding.check(), 1L, Long::sum);
        damages += finding.severity() == Severity.DAMAGE ? 1 : 0;
        if (count <= limit) {
            print(finding);
        }
    }

    abstract void print(Finding finding) throws IOException;

    /** Everything is checked. */
    abstract void close() throws IOException;

    /** How many there were of each check that found any. */
    final Map<Check, Long> counts() {
        return counts;
    }

    final long damages() {
        return damages;
    }

    final int exitCode() {
        if (counts.isEmpty()) {
            return ExitCode.OK;
        }
        return damages > 0 ? StoreCommand.EXIT_DAMAGED : StoreCommand.EXIT_FINDINGS;
    }
}

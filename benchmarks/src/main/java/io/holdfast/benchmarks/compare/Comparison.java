// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.benchmarks.load.result.Machine;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a comparison found.
 *
 * @param left brokers that were left out, each with the reason
 * @param rows what was measured, in order, with the figures of each lane by its label
 */
record Comparison(
        Instant started,
        Machine machine,
        List<Contender> contenders,
        List<String> left,
        int rounds,
        double warmupSeconds,
        double measureSeconds,
        Map<Row, Map<String, Figures>> rows) {
    Comparison {
        contenders = List.copyOf(contenders);
        left = List.copyOf(left);
        rows = new LinkedHashMap<>(rows);
    }
}

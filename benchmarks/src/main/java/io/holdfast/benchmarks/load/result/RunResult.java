// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of one scenario.
 *
 * @param scenario the sub-command, for instance {@code qos}
 * @param settings what the run was asked for, in the order in which it is shown; units in the names
 * @param started when the load began, by the wall clock
 */
public record RunResult(
        String scenario,
        Map<String, String> settings,
        Target target,
        Machine machine,
        Instant started,
        List<PhaseResult> phases,
        Verdict verdict) {
    public RunResult {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        phases = List.copyOf(phases);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Starts of a broker after SIGKILL. Each round has a fresh one, as the load tool ends it and starts its successor.
 *
 * @param broker which one; it is not kept between rounds
 * @param folder the parent of its own
 */
record StartLane(String label, Contender broker, Path folder, List<String> arguments) implements Lane {
    @Override
    public @Nullable Contender contender() {
        return null;
    }

    @Override
    public String command() {
        return "bench " + String.join(" ", arguments) + " --start-cmd ...";
    }

    @Override
    public void measure(Bench bench, @Nullable BrokerChild none, Figures into)
            throws IOException, InterruptedException {
        BrokerChild child = BrokerChild.start(broker, folder);
        try {
            List<String> all = new ArrayList<>(arguments);
            all.add("--start-cmd");
            all.add("cd " + quoted(child.folder().toString()) + " && exec "
                    + child.command().stream().map(StartLane::quoted).collect(Collectors.joining(" ")));
            Bench.keep(bench.run(child, all, into), into);
        } finally {
            child.killSuccessors();
            child.end();
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A broker that the comparison can start. */
interface Contender {
    /** As the tables name it; also its folder. */
    String name();

    /** Its version, for the tables. */
    String version();

    /** What is on its disk when it acknowledges, one sentence. */
    String onDisk();

    /** Fetches what it needs. Null when it can be started, else one sentence why not. */
    @Nullable
    String missing() throws IOException, InterruptedException;

    /**
     * Writes its configuration and answers the command whose process is the broker itself, not a script around it.
     *
     * @param folder its own, already there; all its data goes below it
     */
    List<String> command(Path folder, int port) throws IOException, InterruptedException;
}

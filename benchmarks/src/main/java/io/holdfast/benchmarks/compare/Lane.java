// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One of the things that a row compares: a broker under some load, or the bare disk. */
interface Lane {
    /** As the tables name it. */
    String label();

    /** The broker that it needs, or null. Lanes with the same broker share its process. */
    @Nullable
    Contender contender();

    /** What a reader would type for the same load; empty when there is no such command. */
    String command();

    /** One round; the broker of this lane runs, and no other. */
    void measure(Bench bench, @Nullable BrokerChild broker, Figures into) throws IOException, InterruptedException;
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.result;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether what was delivered is what was owed. A figure of a run that is not {@link #clean} means nothing.
 *
 * @param lost messages that were acknowledged and never delivered
 * @param doubled deliveries that the quality of service forbids
 * @param reordered deliveries out of the order of one publisher, topic and quality of service
 * @param corrupted deliveries whose payload is not what was published
 * @param notes what else a reader has to know, one sentence each, such as a connection that was lost
 */
public record Verdict(long lost, long doubled, long reordered, long corrupted, List<String> notes) {
    public Verdict {
        notes = List.copyOf(notes);
    }

    /** The same with further sentences behind its notes. */
    public Verdict withNotes(List<String> further) {
        List<String> all = new ArrayList<>(notes);
        all.addAll(further);
        return new Verdict(lost, doubled, reordered, corrupted, all);
    }

    /** Nothing lost, doubled, reordered or corrupted. */
    public boolean clean() {
        return lost == 0 && doubled == 0 && reordered == 0 && corrupted == 0;
    }
}

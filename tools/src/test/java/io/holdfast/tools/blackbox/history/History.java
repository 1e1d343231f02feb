// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.util.ArrayList;
import java.util.List;

/** The events of a run in one order. Any thread may record. */
public final class History {
    private final List<Event> events = new ArrayList<>();

    public synchronized void record(Event event) {
        events.add(event);
    }

    /** A copy of what was recorded so far. */
    public synchronized List<Event> events() {
        return List.copyOf(events);
    }

    public synchronized int size() {
        return events.size();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.LogEntryReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Counts what a log row says. */
final class LogTotals implements LogEntryReader.Visitor {
    private final LongPredicate sessions;
    private final long[] byKind = new long[EventKind.values().length];
    private long recipients;
    private long moves;
    private long ends;

    LogTotals(LongPredicate sessions) {
        this.sessions = sessions;
    }

    @Override
    public void recipient(long messageId, long number, int flags, int storedBytes, int @Nullable [] identifiers) {
        recipients += sessions.test(number) ? 1 : 0;
    }

    @Override
    public void moved(long source, long index, long target, long messageId, int flags, int identifier) {
        moves += sessions.test(source) || sessions.test(target) ? 1 : 0;
    }

    @Override
    public void event(EventKind kind, long number, long index) {
        byKind[kind.ordinal()] += sessions.test(number) ? 1 : 0;
    }

    @Override
    public void ended(long number) {
        ends += sessions.test(number) ? 1 : 0;
    }

    long recipients() {
        return recipients;
    }

    String events() {
        List<String> parts = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            add(
                    parts,
                    byKind[kind.ordinal()],
                    kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        add(parts, moves, "moved");
        add(parts, ends, "ended");
        return parts.isEmpty() ? "-" : String.join(", ", parts);
    }

    private static void add(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }
}

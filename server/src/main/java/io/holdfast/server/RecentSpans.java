// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.storage.log.Message;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Spans of stored messages that were read lately; those that nobody has asked for the longest go first. Sessions that
 * drain together pass each span once, so what counts is how long ago it was asked for: a cache that favours what was asked
 * for often would keep the spans that are over. Any thread.
 */
final class RecentSpans {
    /** Beside a record: its array, and what points to it. */
    private static final int RECORD_BYTES = 24;

    private final long bytesMax;
    private final LinkedHashMap<Long, Span> spans = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** The records from an id on; null where no row could be read. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Span(long first, byte[] @Nullable [] records, int bytes) {
        static int bytesOf(byte[] record) {
            return RECORD_BYTES + record.length;
        }

        /** Made of the record each time: most are asked for once, and a message is larger than its record. */
        @Nullable
        Message find(long id) {
            byte[] record = records[(int) (id - first)];
            return record == null ? null : Message.parse(record);
        }
    }

    /** @param bytesMax what all spans together may take; one span is kept whatever it takes */
    RecentSpans(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    synchronized @Nullable Span get(long number) {
        return spans.get(number);
    }

    synchronized void put(long number, Span span) {
        Span before = spans.put(number, span);
        bytes += span.bytes() - (before == null ? 0 : before.bytes());
        for (Iterator<Span> oldest = spans.values().iterator(); bytes > bytesMax && spans.size() > 1; ) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}

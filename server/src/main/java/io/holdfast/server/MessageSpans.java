// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.server.RecentSpans.Span;
import io.holdfast.server.session.StoredMessages;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads stored messages for sessions that drain. Sessions that were away together have their messages side by side in the
 * store, so a span of ids that is asked for a second time is read whole, in one walk, and kept a while for the others: a
 * row then costs a tenth of a read of its own. The first time only the one row is read, as a lone session's messages may
 * lie far apart.
 *
 * <p>Sessions that drift apart, as slow clients do, come to a span after the cache has lost it: then it would be read whole
 * for a message or two. So walks have to earn their cost by what is found in the cache later; while they do not, rows are
 * read one by one but for a walk now and then, which tells when company is back.
 *
 * <p>Rows never change and ids are never used again, so nothing that is kept can be wrong. Any thread.
 */
final class MessageSpans implements StoredMessages {
    static final int SPAN_IDS = 64;

    /** A span ends early at this many bytes: large messages gain nothing from being read in company. */
    static final int SPAN_BYTES_MAX = 64 << 10;

    private static final long CACHE_BYTES_MAX = 64L << 20;

    /** The cache's part of the heap, where that is less. */
    private static final int HEAP_SHARE = 16;

    private static final int ASKED_SLOTS = 4_096;

    // What walks cost and give, in reads of single rows.
    private static final int WALK_COST = 4;
    private static final int WALK_BYTES_COST = 8 << 10;
    private static final int CREDIT_MAX = 512;
    private static final int READS_PER_CREDIT = 64;

    private final RowReader store;
    private final StoredMessages single;
    private final RecentSpans spans =
            new RecentSpans(Math.min(CACHE_BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    /** The spans asked for lately, each in the slot of its number. */
    private final AtomicLongArray asked = new AtomicLongArray(ASKED_SLOTS);

    private final AtomicInteger credit = new AtomicInteger(CREDIT_MAX);
    private final AtomicInteger readsAlone = new AtomicInteger();

    MessageSpans(RowReader store) {
        this.store = store;
        single = StoredMessages.of(store);
    }

    @Override
    public @Nullable Message read(long id) {
        long number = id / SPAN_IDS;
        Span span = spans.get(number);
        if (span != null) {
            earn();
        } else if (isAskedAgain(number) && isWorthAWalk()) {
            span = load(number);
            spans.put(number, span);
            credit.addAndGet(-WALK_COST - span.bytes() / WALK_BYTES_COST);
        }
        Message kept = span == null ? null : span.find(id);
        // What the span does not hold may have been written since.
        return kept == null ? single.read(id) : kept;
    }

    private boolean isAskedAgain(long number) {
        // Number 0 counts as asked for from the start, which does no harm.
        return asked.getAndSet((int) (number % ASKED_SLOTS), number) == number;
    }

    private boolean isWorthAWalk() {
        if (credit.get() <= 0 && readsAlone.incrementAndGet() % READS_PER_CREDIT == 0) {
            credit.incrementAndGet();
        }
        return credit.get() > 0;
    }

    private void earn() {
        if (credit.get() < CREDIT_MAX) {
            credit.incrementAndGet();
        }
    }

    private Span load(long number) {
        long first = number * SPAN_IDS;
        byte[] @Nullable [] records = new byte[SPAN_IDS][];
        int bytes = 0;
        try (RowCursor rows = store.cursor(Table.MESSAGE, Keys.number(first), Keys.number(first + SPAN_IDS))) {
            while (bytes <= SPAN_BYTES_MAX && rows.next()) {
                byte[] record = record(rows);
                records[(int) (Keys.number(rows.key()) - first)] = record;
                bytes += record == null ? 0 : Span.bytesOf(record);
            }
        } catch (DamagedRowException e) {
            // Whoever asks for one of the others reads it by itself, and hears of the damage if it is among them.
            return new Span(first, records, bytes);
        }
        return new Span(first, records, bytes);
    }

    private static byte @Nullable [] record(RowCursor rows) {
        try {
            return rows.record();
        } catch (DamagedRowException e) {
            return null;
        }
    }
}

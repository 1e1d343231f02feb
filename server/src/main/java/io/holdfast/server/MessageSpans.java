// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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

    private static final long CACHE_BYTES_MAX = 16L << 20;

    /** Beside a message's record: its object, and what points to it. */
    private static final int MESSAGE_BYTES = 96;

    private static final int ASKED_SLOTS = 4_096;

    // What walks cost and give, in reads of single rows.
    private static final int WALK_COST = 4;
    private static final int WALK_BYTES_COST = 8 << 10;
    private static final int CREDIT_MAX = 512;
    private static final int READS_PER_CREDIT = 64;

    private final RowReader store;
    private final StoredMessages single;
    private final Cache<Long, Span> spans;
    /** The spans asked for lately, each in the slot of its number. */
    private final AtomicLongArray asked = new AtomicLongArray(ASKED_SLOTS);

    private final AtomicInteger credit = new AtomicInteger(CREDIT_MAX);
    private final AtomicInteger readsAlone = new AtomicInteger();

    /** The messages from an id on; null where no row could be read. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Span(long first, @Nullable Message[] messages, int bytes) {
        @Nullable
        Message find(long id) {
            return messages[(int) (id - first)];
        }
    }

    MessageSpans(RowReader store) {
        this.store = store;
        single = StoredMessages.of(store);
        spans = Caffeine.newBuilder()
                .maximumWeight(CACHE_BYTES_MAX)
                .weigher((Long number, Span span) -> span.bytes())
                .executor(Runnable::run)
                .build();
    }

    @Override
    public @Nullable Message read(long id) {
        long number = id / SPAN_IDS;
        Span span = spans.getIfPresent(number);
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
        @Nullable Message[] messages = new Message[SPAN_IDS];
        int bytes = 0;
        try (RowCursor rows = store.cursor(Table.MESSAGE, Keys.number(first), Keys.number(first + SPAN_IDS))) {
            while (bytes <= SPAN_BYTES_MAX && rows.next()) {
                Message message = parse(rows);
                messages[(int) (Keys.number(rows.key()) - first)] = message;
                bytes += message == null ? 0 : MESSAGE_BYTES + message.storedBytes();
            }
        } catch (DamagedRowException e) {
            // Whoever asks for one of the others reads it by itself, and hears of the damage if it is among them.
            return new Span(first, messages, bytes);
        }
        return new Span(first, messages, bytes);
    }

    private static @Nullable Message parse(RowCursor rows) {
        try {
            return Message.parse(rows.record());
        } catch (DamagedRowException e) {
            return null;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a session's queue that is read from the store by another thread: entries from one fragment, or the messages
 * of entries that are in memory. Made by the shard, filled by the reader, taken back by the shard.
 */
public final class QueuePage {
    private static final int ENTRIES_MAX = 64;
    private static final long BYTES_MAX = 1 << 20;

    /**
     * An entry of the queue.
     *
     * @param looked whether the message was looked for: null then means that its row is gone
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(
            long index,
            long delivery,
            int @Nullable [] identifiers,
            @Nullable Message message,
            boolean looked) {}

    private final long number;
    private final long fragmentFirst;
    private final long from;
    private final List<Entry> wanted;
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable RuntimeException failure;

    private QueuePage(long number, long fragmentFirst, long from, List<Entry> wanted) {
        this.number = number;
        this.fragmentFirst = fragmentFirst;
        this.from = from;
        this.wanted = wanted;
    }

    /** The indexes from {@code from} on that one fragment holds. */
    static QueuePage fragment(long number, long fragmentFirst, long from) {
        return new QueuePage(number, fragmentFirst, from, List.of());
    }

    /** The messages of entries in memory. */
    static QueuePage messages(long number, List<Entry> wanted) {
        return new QueuePage(number, -1, 0, wanted);
    }

    /** Reads; any thread. Damage is kept for the shard to judge. */
    public void fill(RowReader store, StoredMessages messages) {
        try {
            List<Entry> found = new ArrayList<>(wanted);
            if (fragmentFirst >= 0) {
                SessionRows.read(store, number, fragmentFirst, (index, delivery, identifiers) -> {
                    if (index >= from) {
                        found.add(new Entry(index, delivery, identifiers, null, false));
                    }
                });
            }
            long bytes = 0;
            for (Entry entry : found) {
                boolean full = entries.size() >= ENTRIES_MAX || bytes >= BYTES_MAX;
                Message message = full ? null : messages.read(Delivery.messageId(entry.delivery()));
                bytes += message == null ? 0 : message.storedBytes();
                if (full && fragmentFirst < 0) {
                    break;
                }
                entries.add(new Entry(entry.index(), entry.delivery(), entry.identifiers(), message, !full));
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    long number() {
        return number;
    }

    List<Entry> entries() {
        return entries;
    }

    boolean isFragment() {
        return fragmentFirst >= 0;
    }

    @Nullable
    RuntimeException failure() {
        return failure;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Moves;
import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.LongHashSet;

/**
 * How many recipients still need the messages of each block of ids; a block that nobody needs can
 * be deleted. Counters are in memory and saved at a clean stop only. After a crash every session is counted again, and
 * nothing is deleted before the last one is (C08): until its turn, a session's settles of messages from before the crash
 * are not counted, as its count, taken by its shard, comes behind them. Of a session whose rows are damaged nobody can
 * tell what it claims: while it lives, what is from before the crash stays, and newer messages go as usual. Commit thread
 * only.
 */
public final class BlockCounters {
    private final int blockMessages;
    private final Long2LongHashMap live = new Long2LongHashMap(0);
    private final LongHashSet uncounted = new LongHashSet();
    /** Sessions that could not be counted for damage: they pin every block of messages from before the crash. */
    private final LongHashSet unreadable = new LongHashSet();

    private final LongHashSet seen = new LongHashSet();
    /** Live messages of a block when it was last swept: to sweep it again is worth it when half of them are gone. */
    private final Long2LongHashMap swept = new Long2LongHashMap(Long.MAX_VALUE);

    private long recovered;

    BlockCounters(int blockMessages) {
        this.blockMessages = blockMessages;
    }

    /** After a crash: messages from {@code oldest} up to {@code recoveredPosition} wait until all sessions are counted. */
    void recount(long oldest, long recoveredPosition, long[] sessions) {
        recovered = recoveredPosition;
        for (long block = oldest / blockMessages; block <= recoveredPosition / blockMessages; block++) {
            seen.add(block);
        }
        for (long number : sessions) {
            uncounted.add(number);
        }
    }

    void load(long block, long count) {
        if (count != 0) {
            live.put(block, count);
        }
        seen.add(block);
    }

    void append(long messageId, int recipients) {
        add(messageId, recipients);
    }

    void settle(long number, long messageId) {
        if (messageId > recovered || isCounted(number)) {
            add(messageId, -1);
        }
    }

    private boolean isCounted(long number) {
        return !uncounted.contains(number) && !unreadable.contains(number);
    }

    /** A message has moved to a session or shared group; as with a settle, its count may be still to come. */
    void receive(long number, long messageId) {
        if (messageId > recovered || isCounted(number)) {
            add(messageId, 1);
        }
    }

    /** A shard's count of what a session still needs from before the crash; false when it was counted already. */
    boolean counted(long number, long[] messageIds) {
        if (!uncounted.remove(number)) {
            return false;
        }
        for (long id : messageIds) {
            if (id <= recovered) {
                add(id, 1);
            }
        }
        return true;
    }

    /** Corrects a count for a move of a group that the shard had not applied when it counted (C08). */
    void countedWithout(long number, Moved moved) {
        if (moved.messageId() <= recovered && moved.target() == number) {
            add(moved.messageId(), 1);
        } else if (moved.messageId() <= recovered && Moves.isToMember(moved.flags())) {
            // A member settles by itself what it gives back, before it counts; a group only when it is applied.
            add(moved.messageId(), -1);
        }
    }

    /** A shard cannot say what a session needs: its rows are damaged. The others do not wait for it. */
    void uncountable(long number) {
        if (uncounted.remove(number)) {
            unreadable.add(number);
        }
    }

    void ended(long number) {
        uncounted.remove(number);
        unreadable.remove(number);
    }

    /** Whether every session is counted, so that the counters can be saved. */
    boolean isComplete() {
        return uncounted.isEmpty() && unreadable.isEmpty();
    }

    private boolean isPinned(long block) {
        return !unreadable.isEmpty() && block <= recovered / blockMessages;
    }

    int uncountedSessions() {
        return uncounted.size();
    }

    private void add(long messageId, int n) {
        long block = messageId / blockMessages;
        seen.add(block);
        long count = live.get(block) + n;
        if (count == 0) {
            live.remove(block);
        } else {
            live.put(block, count);
        }
    }

    /** Receives {@code [from, to)} of message ids. */
    interface Deletion {
        void range(long from, long to);
    }

    /**
     * Hands out the dead blocks that lie wholly below {@code firstId} (C09), as few ranges as possible, and forgets them.
     *
     * @return messages ids given up
     */
    long takeDead(long firstId, Deletion deletion) {
        if (!uncounted.isEmpty()) {
            return 0;
        }
        long[] blocks = new long[seen.size()];
        int n = 0;
        for (LongHashSet.LongIterator i = seen.iterator(); i.hasNext(); ) {
            long block = i.nextValue();
            if ((block + 1) * blockMessages <= firstId && live.get(block) == 0 && !isPinned(block)) {
                blocks[n++] = block;
            }
        }
        Arrays.sort(blocks, 0, n);
        for (int i = 0; i < n; ) {
            int end = i + 1;
            while (end < n && blocks[end] == blocks[end - 1] + 1) {
                end++;
            }
            deletion.range(blocks[i] * blockMessages, (blocks[end - 1] + 1) * blockMessages);
            i = end;
        }
        for (int i = 0; i < n; i++) {
            seen.remove(blocks[i]);
            swept.remove(blocks[i]);
        }
        return (long) n * blockMessages;
    }

    /** Blocks wholly below {@code firstId} that few live messages keep, in rising order; noted as being swept. */
    SparseBlocks takeSparse(long firstId, int liveMax, int atLeast) {
        LongArrayList sparse = new LongArrayList();
        for (LongHashSet.LongIterator i = seen.iterator(); isComplete() && i.hasNext(); ) {
            long block = i.nextValue();
            long count = live.get(block);
            boolean old = (block + 1) * blockMessages <= firstId;
            if (old && count > 0 && count <= liveMax && count <= swept.get(block) / 2) {
                sparse.addLong(block);
            }
        }
        long[] blocks = sparse.size() < atLeast ? new long[0] : sparse.toLongArray();
        Arrays.sort(blocks);
        for (long block : blocks) {
            swept.put(block, live.get(block));
        }
        return new SparseBlocks(blocks, blockMessages);
    }

    /** Receives the counters at a clean stop. */
    interface Snapshot {
        void block(long block, long count);
    }

    void save(Snapshot snapshot) {
        for (LongHashSet.LongIterator i = seen.iterator(); i.hasNext(); ) {
            long block = i.nextValue();
            snapshot.block(block, live.get(block));
        }
    }
}

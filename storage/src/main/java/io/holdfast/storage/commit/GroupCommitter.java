// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.RecordWriter;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The only writer of the store: hand-overs become one batch, one log row and one sync for each group; replies follow the
 * sync. This class decides what a group holds and what it means; {@link CommitThread} decides when. It runs on one thread
 * and does no waiting of its own, so the simulation steps through it.
 *
 * <p>Life of a group: {@link #build} writes it (visible to readers, not yet durable), {@link #sync} makes it and all
 * unsynced ones before it durable, {@link #complete} tells the listener, in order. Floors move at the start of a later
 * group, so their range deletions can never be on disk before the rows that allow them.
 */
public final class GroupCommitter {
    /** Parts that the rolling checkpoint divides sessions into, by the sequence part of their number. */
    public static final int SEGMENTS = EventFloor.SEGMENTS;

    static final String CLEAN_STOP = "clean-stop";

    private final RowStore store;
    private final CommitListener listener;
    private final CommitSizes sizes;
    private final int shards;
    private final BlockCounters counters;
    private final SharedGroups groups = new SharedGroups();
    private final EventFloor floor;
    private final GroupBuilder builder;
    private final List<Group> unsynced = new ArrayList<>();
    private final List<Range> deleted = new ArrayList<>();
    private List<Group> durable = new ArrayList<>();

    private long position;
    private long lastTimeMillis;
    private long logBytesSinceDelete;
    private long messageBytesSinceDelete;
    private long logDeletedThrough;
    private boolean cleanStopRow;
    private long bytesWritten;
    private long logBytes;

    @SuppressWarnings("ArrayRecordComponent")
    private record Range(Table table, byte[] from, byte[] to) {}

    /**
     * A committer that goes on where the store's last group ended.
     *
     * @param start what {@link StartState#read} found
     * @param shards number of shards that take part in visits of the hand
     */
    public GroupCommitter(RowStore store, CommitListener listener, StartState start, int shards) {
        this(store, listener, start, shards, CommitSizes.STANDARD);
    }

    /** As above, with measures of one's own. */
    public GroupCommitter(RowStore store, CommitListener listener, StartState start, int shards, CommitSizes sizes) {
        this.store = store;
        this.listener = listener;
        this.shards = shards;
        this.sizes = sizes;
        counters = new BlockCounters(sizes.blockMessages());
        position = start.position();
        lastTimeMillis = start.lastTimeMillis();
        cleanStopRow = start.hasCleanStopRow();
        floor = new EventFloor(shards, sizes.segments());
        builder = new GroupBuilder(store, listener, counters, floor, groups);
        builder.raiseNextSession(start.nextSession());
        builder.addQueued(start.queued());
        start.fill(counters);
    }

    /**
     * The members of shared groups, as rows say; before the first group is built.
     *
     * @param ownerOf a session's shard, from its number
     */
    public void adopt(List<SharedMember> members, LongToIntFunction ownerOf) {
        groups.adopt(members, shards, ownerOf);
    }

    SharedGroups groups() {
        return groups;
    }

    /** The members of shared groups, once nothing is committed any more. */
    public List<SharedMember> sharedMembers() {
        return groups.all();
    }

    /**
     * Builds and writes one group.
     *
     * @throws io.holdfast.storage.store.StoreException when it could not be written; the instance has failed
     */
    public Group build(List<HandOver> handOvers, long nowMillis) {
        lastTimeMillis = Math.max(lastTimeMillis, nowMillis);
        builder.start(position, lastTimeMillis);
        if (cleanStopRow) {
            builder.batch().delete(Table.META, Keys.meta(CLEAN_STOP));
            cleanStopRow = false;
        }
        moveFloors(false);
        Group group = builder.build(handOvers);
        write(group);
        return group;
    }

    private void write(Group group) {
        if (!builder.batch().isEmpty()) {
            store.write(builder.batch());
        }
        long written = builder.batch().size();
        bytesWritten += written;
        if (group.position() != position) {
            logBytes += written;
            logBytesSinceDelete += written;
            messageBytesSinceDelete += group.messages().isEmpty() ? 0 : written;
        }
        position = group.position();
        unsynced.add(group);
    }

    /** Makes every group built so far durable. */
    public void sync() {
        store.sync();
        durable.addAll(unsynced);
        unsynced.clear();
    }

    /** Tells the listener of durable groups, in order. */
    public void complete() {
        List<Group> groups = durable;
        durable = new ArrayList<>();
        for (Group group : groups) {
            listener.committed(group);
        }
        for (Range range : deleted) {
            listener.reclaimable(range.table(), range.from(), range.to());
        }
        deleted.clear();
    }

    /** Deletes what nobody needs although there is too little of it to bother while busy. */
    public void deleteDead(long nowMillis) {
        lastTimeMillis = Math.max(lastTimeMillis, nowMillis);
        builder.start(position, lastTimeMillis);
        moveFloors(true);
        if (!builder.batch().isEmpty()) {
            write(builder.build(List.of()));
        }
    }

    private void moveFloors(boolean now) {
        // The newest row stays, or an empty log would restart positions low (C09).
        long through = Math.min(floor.floor(), position - 1);
        if (through > logDeletedThrough && (now || logBytesSinceDelete >= sizes.logDeleteBytes())) {
            delete(Table.LOG, 0, through + 1);
            logDeletedThrough = through;
            logBytesSinceDelete = 0;
        }
        if (now || messageBytesSinceDelete >= sizes.messageDeleteBytes()) {
            messageBytesSinceDelete = 0;
            counters.takeDead(position + 1, (from, to) -> delete(Table.MESSAGE, from, to));
        }
    }

    private void delete(Table table, long from, long to) {
        byte[] first = Keys.number(from);
        byte[] end = Keys.number(to);
        builder.batch().deleteRange(table, first, end);
        deleted.add(new Range(table, first, end));
    }

    /**
     * Enters the next segment of the rolling checkpoint.
     *
     * @param applied the lowest position that any shard has applied
     * @return the segment to visit with this bound, or -1 when there is nothing to do or a visit is under way
     */
    public int enterSegment(long applied) {
        return floor.isVisiting() ? -1 : floor.enter(applied);
    }

    /**
     * Starts to free blocks that a few sleeping sessions pin.
     *
     * @param applied the lowest position that any shard has applied: later messages may not have reached the sessions
     *     that claim them
     * @return the blocks, for shards to list their sessions' claims in; null when it is not worth it or under way
     */
    public @Nullable SparseBlocks enterSweep(long applied) {
        if (builder.isSweeping()) {
            return null;
        }
        SparseBlocks blocks = counters.takeSparse(applied + 1, sizes.sparseMessages(), sizes.sweepBlocksMin());
        if (blocks.isEmpty()) {
            return null;
        }
        builder.startSweep(new Sweep(blocks, shards, sizes.sweepGapMin()));
        return blocks;
    }

    /** Whether a segment's visit is under way. */
    public boolean isVisiting() {
        return floor.isVisiting();
    }

    /**
     * Writes and syncs what a clean stop leaves: the block counters, trusted only if no group follows.
     *
     * @param notes what the next start need not find out itself
     */
    public void stopCleanly(StopNotes notes) {
        RecordWriter pairs = new RecordWriter();
        RecordWriter record = new RecordWriter();
        if (counters.isComplete()) {
            counters.save((block, count) -> {
                pairs.varint(block);
                pairs.varint(count);
            });
            record.field(1, position);
            record.bytesField(2, pairs);
            record.field(3, notes.sessions());
            record.field(4, Integer.toUnsignedLong(notes.snapshotChecksum()));
            builder.start(position, lastTimeMillis);
            builder.batch().put(Table.META, Keys.meta(CLEAN_STOP), record.toBytes());
            store.write(builder.batch());
        }
        store.sync();
    }

    /** Whether groups are written that no sync has followed. */
    public boolean hasUnsynced() {
        return !unsynced.isEmpty();
    }

    public long position() {
        return position;
    }

    /** Wall clock of the newest group, milliseconds since 1970. */
    public long lastTimeMillis() {
        return lastTimeMillis;
    }

    /** Bytes of all batches since the start. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Bytes of batches with a log row since the start: the hand's measure of distance. */
    public long logBytes() {
        return logBytes;
    }

    /** Messages that all sessions together are owed, the group built last included. */
    public long queued() {
        return builder.queued();
    }

    public int uncountedSessions() {
        return counters.uncountedSessions();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.CommitOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.StopNotes;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.file.Path;
import java.util.List;

/** A store that is filled before a broker sees it, through the committer that a broker writes with. One thread. */
final class NewStore implements CommitListener, AutoCloseable {
    private static final int GROUP_OPS = 1_000;
    private static final int GROUP_BYTES = 8 << 20;

    private final StoreFolder folder;
    private final GroupCommitter committer;
    private final long nowMillis;
    private HandOver next = new HandOver(0);
    private int ops;
    private long bytes;

    NewStore(Path data, long nowMillis) {
        this.nowMillis = nowMillis;
        folder = StoreFolder.open(data, StoreOptions.defaults());
        StartState start = StartState.read(folder.rows(), new LogReplay(folder.rows(), IndexSpace.STANDARD).run());
        committer = new GroupCommitter(folder.rows(), this, start, 1);
    }

    /** Adds one step; groups are written when there is enough for one. */
    void add(CommitOp op, int opBytes) {
        next.add(op, 0);
        bytes += opBytes;
        if (++ops >= GROUP_OPS || bytes >= GROUP_BYTES) {
            commit();
        }
    }

    /** Makes everything that was added durable. */
    void commit() {
        if (ops > 0) {
            committer.build(List.of(next), nowMillis);
            committer.sync();
            committer.complete();
            next = new HandOver(0);
            ops = 0;
            bytes = 0;
        }
    }

    /** Position of the newest group. */
    long position() {
        return committer.position();
    }

    /**
     * Leaves the store as a broker does that was stopped, and the log without the rows that filled it: sessions begin at
     * indexes of their own, of which the log knows nothing, so their rows alone shall speak.
     */
    void finish(long sessions) {
        add(new RowOps.TimeNote(), 0); // The newest row of the log stays, and this one says nothing of sessions.
        commit();
        long applied = committer.position();
        for (int segment = committer.enterSegment(applied); segment >= 0; segment = committer.enterSegment(applied)) {
            add(new RowOps.SegmentDone(segment, applied), 0);
            commit();
        }
        committer.deleteDead(nowMillis);
        committer.sync();
        committer.complete();
        committer.stopCleanly(new StopNotes(sessions, 0));
    }

    @Override
    public void revise(MessageOp message, List<SubscriptionChange> changes) {
        // Who gets a message was decided by mosquitto.
    }

    @Override
    public void committed(Group group) {
        // Whoever added a message asks it for its id.
    }

    @Override
    public void reclaimable(Table table, byte[] from, byte[] to) {
        folder.rows().reclaim(table, from, to);
    }

    @Override
    public void close() {
        folder.close();
    }
}

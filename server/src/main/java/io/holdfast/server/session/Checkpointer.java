// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SparseBlocks;
import io.holdfast.storage.commit.SweepOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The shard's part of the rolling checkpoint: writes rows of dirty sessions when the hand comes to their segment, some
 * hundred for each group, and lets idle sessions leave memory behind their rows (C10). Rows are never waited for.
 */
final class Checkpointer {
    private static final int ROW_BYTES = 96;

    /** A session that has to be read first costs tenths of a millisecond, in which this loop's clients wait. */
    private static final int READS_PER_GROUP = 16;

    private final SessionShard shard;
    private final List<List<Session>> dirty = new ArrayList<>();
    /** For each segment, sessions whose rows lag behind the log since the start and that nobody has read yet. */
    private final List<LongArrayList> unread = new ArrayList<>();

    Checkpointer(SessionShard shard) {
        this.shard = shard;
        for (int i = 0; i < shard.sizes.segments(); i++) {
            dirty.add(new ArrayList<>());
            unread.add(new LongArrayList());
        }
    }

    void adopt(long[] numbers) {
        Arrays.sort(numbers);
        for (long number : numbers) {
            unread.get(segment(number)).addLong(number);
        }
    }

    /** Only for a test that shows what this is for. */
    void passUnread() {
        unread.replaceAll(numbers -> new LongArrayList());
    }

    /** Notes that a session with rows has changed. */
    void mark(Session session, Session.Dirty how) {
        if (!session.durable || session.ended) {
            return;
        }
        if (session.dirty == Session.Dirty.CLEAN) {
            dirty.get(segment(session.number)).add(session);
        }
        if (session.dirty.compareTo(how) < 0) {
            session.dirty = how;
        }
    }

    private int segment(long number) {
        return (int) (SessionNumbers.sequence(number) % shard.sizes.segments());
    }

    /** Visits the dirty sessions of a segment in rising number, in slices. */
    void visit(int segment, long bound) {
        List<Session> sessions = dirty.get(segment);
        dirty.set(segment, new ArrayList<>());
        LongArrayList numbers = unread.get(segment);
        unread.set(segment, new LongArrayList());
        sessions.sort(Comparator.comparingLong(session -> session.number));
        visit(sessions, numbers, 0, segment, bound);
    }

    private void visit(List<Session> sessions, LongArrayList numbers, int from, int segment, long bound) {
        int all = sessions.size() + numbers.size();
        int rows = shard.sizes.rowsPerGroup();
        int reads = shard.connections.isEmpty() ? rows : Math.min(rows, READS_PER_GROUP);
        int end = from < sessions.size() ? Math.min(sessions.size(), from + rows) : Math.min(all, from + reads);
        for (int i = from; i < end; i++) {
            // One that was read since the visit began is dirty all the same: its rows must be in this visit.
            Session session =
                    i < sessions.size() ? sessions.get(i) : shard.lagging(numbers.getLong(i - sessions.size()));
            if (session != null && !session.ended && session.dirty != Session.Dirty.CLEAN) {
                checkpoint(session);
            }
        }
        if (end == all) {
            shard.add(new RowOps.SegmentDone(segment, bound), 0);
            return;
        }
        shard.add(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        shard.applier.whenWhole(() -> visit(sessions, numbers, end, segment, bound));
                    }
                },
                0);
    }

    private void checkpoint(Session session) {
        boolean changed = session.dirty == Session.Dirty.CHANGED;
        session.dirty = Session.Dirty.CLEAN;
        long applied = shard.applier.applied();
        List<SessionRows.Range> added = fragments(session, changed, applied);
        long head = dropFragments(session, changed, added);
        if (changed || (added.isEmpty() && session.state.next() > session.checkpointNext)) {
            byte[] window = SessionRows.window(session.state, applied, head);
            shard.add(new RowOps.Window(session.number, window), window.length + ROW_BYTES);
        }
        session.checkpointNext = session.state.next();
        session.fragmentsUnderWay.addAll(added);
        session.pending++;
        shard.add(new Written(session, added), 0);
    }

    /** Puts what was appended since the last visit into fragments, unless the window row itself holds all of it. */
    private List<SessionRows.Range> fragments(Session session, boolean changed, long applied) {
        long first = firstOutside(session, changed);
        List<SessionRows.Range> added = new ArrayList<>(1);
        while (first >= 0 && first < session.state.next()) {
            long end = Math.min(session.state.next(), first + shard.sizes.fragmentEntries());
            byte[] record = SessionRows.fragment(session.state, first, end, applied);
            shard.add(
                    new RowOps.Put(Table.QUEUE, Keys.queue(session.number, first), record), record.length + ROW_BYTES);
            added.add(new SessionRows.Range(first, end));
            first = end;
        }
        return added;
    }

    /** The first new unsettled index if any new one stands outside the window row, else -1. */
    private long firstOutside(Session session, boolean changed) {
        long firstNew = -1;
        for (long i = session.checkpointNext; i < session.state.next() && firstNew < 0; i++) {
            firstNew = session.state.isSettled(i) ? -1 : i;
        }
        if (firstNew < 0 || !changed) {
            return firstNew;
        }
        long unsettled = session.state.unsettledCount();
        return unsettled <= shard.space.inline() ? -1 : firstNew;
    }

    /** Deletes fragments that are settled to their end, and returns where the queue begins now. */
    private long dropFragments(Session session, boolean changed, List<SessionRows.Range> added) {
        if (!changed) {
            return session.state.queueHead();
        }
        List<SessionRows.Range> known = shard.outbound.reading.fragments(session);
        int dead = 0;
        while (dead < known.size() && known.get(dead).end() <= session.state.acknowledged()) {
            long first = known.get(dead).first();
            shard.add(new RowOps.Delete(Table.QUEUE, Keys.queue(session.number, first)), ROW_BYTES);
            dead++;
        }
        known.subList(0, dead).clear();
        if (!known.isEmpty()) {
            return known.get(0).first();
        }
        if (!session.fragmentsUnderWay.isEmpty()) {
            return session.fragmentsUnderWay.get(0).first(); // Handed over by an earlier visit, not committed yet.
        }
        return added.isEmpty() ? session.state.next() : added.get(0).first();
    }

    /** Rows of a session are written: what they hold may leave memory. */
    private final class Written extends RowOps.Note {
        private final Session session;
        private final List<SessionRows.Range> added;

        Written(Session session, List<SessionRows.Range> added) {
            this.session = session;
            this.added = added;
        }

        @Override
        public void committed() {
            session.pending--;
            session.fragmentsUnderWay.removeAll(added);
            if (session.fragments != null) {
                // Somebody may have read the list from the store between the write and now.
                session.fragments.removeAll(added);
                session.fragments.addAll(added);
            }
            boolean settled = !added.isEmpty() && added.get(added.size() - 1).end() <= session.state.acknowledged();
            if (settled) {
                mark(session, Session.Dirty.CHANGED); // The row that said so could not delete what was under way.
            }
            if (!evictIfIdle(session) && session.state.entriesInMemory() > shard.sizes.residentEntriesMax()) {
                trim(session);
            }
        }
    }

    /** Leaves the tail of a long queue to its fragments. */
    private void trim(Session session) {
        for (SessionRows.Range range : shard.outbound.reading.fragments(session)) {
            long from = Math.max(range.first(), session.cursor + shard.space.inline());
            for (long i = Math.max(from, session.state.acknowledged()); i < range.end(); i++) {
                if (session.state.delivery(i) != Delivery.NONE && session.body(i) == null) {
                    session.state.forget(i);
                }
            }
        }
    }

    /** Lets a session without connection leave memory when its rows say all there is. */
    boolean evictIfIdle(Session session) {
        boolean idle = session.durable
                && !session.ended
                && session.connection == null
                && session.connecting == 0
                && session.pending == 0
                && session.dirty == Session.Dirty.CLEAN
                && session.addingInbound.isEmpty()
                && session.releasingInbound.isEmpty()
                && session.owed.isEmpty()
                && (session.group == null || session.group.isIdle())
                && !session.slicing;
        if (idle) {
            shard.sessions.remove(session.number);
            shard.clients.remove(session.clientId, session.number);
        }
        return idle;
    }

    /** Tells the commit thread which messages from before a crash a session still claims (C08). */
    void recount(long number, long recoveredPosition) {
        Session session = shard.get(number);
        if (session != null) {
            long[] claims = claims(session, id -> id <= recoveredPosition);
            if (claims == null) {
                shard.add(new EndOp.Uncountable(number), 0);
                return;
            }
            shard.add(new EndOp.Count(number, claims, shard.applier.applied()), claims.length * Long.BYTES);
            if (session.connection == null && session.dirty != Session.Dirty.CLEAN) {
                checkpoint(session); // All sessions are counted: those read for it alone must not pile up in memory.
            } else {
                evictIfIdle(session);
            }
        } else if (shard.isQuarantined(number)) {
            shard.add(new EndOp.Uncountable(number), 0); // Else no message would ever be deleted again.
        }
    }

    private long @Nullable [] claims(Session session, LongPredicate wanted) {
        try {
            return SessionEnd.claims(shard, session, wanted);
        } catch (DamagedRowException damage) {
            shard.quarantine(session.number, damage);
            return null;
        }
    }

    /** Lists what a session still claims in blocks that are to be freed of everything else. */
    void listClaims(long number, SparseBlocks blocks) {
        Session session = shard.get(number);
        if (session != null && session.state.unsettledCount() > 0) {
            long[] claims = claims(session, blocks);
            if (claims != null && claims.length > 0) {
                shard.add(new SweepOps.Claims(claims), claims.length * Long.BYTES);
            }
            evictIfIdle(session);
        }
    }
}

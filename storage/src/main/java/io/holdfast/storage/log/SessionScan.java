// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All sessions of a store in the order of their numbers, each with its rows and the tail of the log folded over them: what
 * a broker that starts now would find. The tables are walked side by side, so a million sessions take one pass over each
 * and the memory of one session. For the inspecting tools; not thread-safe.
 */
public final class SessionScan implements AutoCloseable {
    private final RowReader store;
    private final SessionTails tails;
    private final IndexSpace space;
    private final long from;
    private final byte[] to;
    private final Consumer<DamagedRowException> damaged;
    private final RowCursor sessions;
    private final NumberedRows windows;
    private final NumberedRows fragments;
    private final NumberedRows marks;
    /** The queue a second time: entries are read behind the session's last fragment, which says how far it reaches. */
    private @Nullable NumberedRows entries;

    private long number;
    private SessionRecord record = SessionRecord.getDefaultInstance();
    private SessionState state;
    private InflightRecord window = InflightRecord.getDefaultInstance();
    private boolean connected;

    /**
     * The sessions with numbers {@code [from, to)}.
     *
     * @param tails the tail of the log
     * @param damaged hears of rows that hide a session; it is left out
     */
    public SessionScan(RowReader store, SessionTails tails, long from, long to, Consumer<DamagedRowException> damaged) {
        this(store, tails, IndexSpace.STANDARD, from, to, damaged);
    }

    /** As above, with packet identifiers of one's own. */
    public SessionScan(
            RowReader store,
            SessionTails tails,
            IndexSpace space,
            long from,
            long to,
            Consumer<DamagedRowException> damaged) {
        this.store = store;
        this.tails = tails;
        this.from = from;
        this.damaged = damaged;
        this.space = space;
        state = new SessionState(0, space);
        this.to = to == Long.MAX_VALUE ? Keys.end() : Keys.number(to);
        sessions = store.cursor(Table.SESSION, Keys.number(from), this.to);
        windows = new NumberedRows(store, Table.INFLIGHT, Keys::number, Keys::number, from, this.to);
        fragments = queue();
        marks = new NumberedRows(
                store,
                Table.TIMER,
                Keys::timerSession,
                n -> Keys.timer(0, n, TimerKind.CONNECTED),
                from,
                Keys.timer(0, to, TimerKind.CONNECTED));
    }

    private NumberedRows queue() {
        return new NumberedRows(store, Table.QUEUE, Keys::number, n -> Keys.queue(n, 0), from, to);
    }

    /** Goes on to the next session that can be read; false behind the last one. */
    public boolean next() {
        while (sessions.nextReadable(damaged)) {
            try {
                number = Keys.number(sessions.key());
                load();
                return true;
            } catch (DamagedRowException e) {
                damaged.accept(e);
            }
        }
        return false;
    }

    private void load() {
        byte[] row = sessions.record();
        try {
            record = SessionRecord.parseFrom(row);
        } catch (InvalidProtocolBufferException e) {
            throw new DamagedRowException(
                    Table.SESSION, sessions.key(), row, "its checksum fits, but it is no record of this table", e);
        }
        boolean hasWindow = windows.seek(number);
        window = hasWindow ? SessionRows.parseWindow(number, windows.record()) : InflightRecord.getDefaultInstance();
        byte[] lastKey = null;
        byte[] last = null;
        DamagedRowException lastDamaged = null;
        for (boolean more = fragments.seek(number); more; more = fragments.seek(number)) {
            if (Keys.queueFirstIndex(fragments.key()) >= window.getQueueHead()) {
                lastKey = fragments.key();
                try {
                    last = fragments.record();
                    lastDamaged = null;
                } catch (DamagedRowException e) {
                    lastDamaged = e;
                }
            }
            fragments.advance();
        }
        if (lastDamaged != null) {
            throw lastDamaged;
        }
        state = SessionRows.assemble(number, space, window, lastKey, last);
        connected = marks.seek(number);
        tails.forEach(number, new TailFold(state));
    }

    public long number() {
        return number;
    }

    public SessionRecord record() {
        return record;
    }

    /** The session with the tail of the log folded over its rows. */
    public SessionState state() {
        return state;
    }

    /** The window row as it lies in the store; the empty record when there is none. */
    public InflightRecord window() {
        return window;
    }

    /** Whether its connection lives; when no broker runs, whether it ended with the broker. */
    public boolean isConnected() {
        return connected;
    }

    /** What the tail of the log says of the session, also what its rows hold already. */
    public void tail(SessionTails.Visitor visitor) {
        tails.forEach(number, visitor);
    }

    /** The session's unsettled messages with an index below {@code end}, as {@link QueueWalk} tells them; once. */
    public void walk(long end, QueueWalk.Visitor visitor) {
        if (entries == null) {
            entries = queue();
        }
        QueueWalk.forEach(entries.of(number, Keys.queue(number, state.queueHead())), state, end, visitor);
    }

    @Override
    public void close() {
        sessions.close();
        windows.close();
        fragments.close();
        marks.close();
        if (entries != null) {
            entries.close();
        }
    }
}

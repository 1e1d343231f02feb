// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.record.Identifiers;
import io.holdfast.storage.record.InflightRecord;
import io.holdfast.storage.record.QueueFragment;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.schema.UnknownFields;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session's checkpoint: the window row ({@code InflightRecord}) and queue fragments, written and read. Rows lag behind
 * memory; the log from their two positions on tells the rest. {@code A} (appends through) is the last group whose appends
 * the row holds; {@code X} (events through) the last group before the one that carries the row (C01).
 */
public final class SessionRows {
    /** Deliveries in one fragment at most: some 600 bytes. */
    public static final int FRAGMENT_ENTRIES = 256;

    private static final int EVENTS_THROUGH = 2;

    /** Where a fragment's indexes begin (inclusive) and end (exclusive). */
    public record Range(long first, long end) {}

    private SessionRows() {}

    /** The window row without {@code X}, which only the commit thread knows: see {@link #withEventsThrough}. */
    public static byte[] window(SessionState state, long appendsThrough, long queueHead) {
        RecordWriter out = new RecordWriter(96);
        RecordWriter list = new RecordWriter();
        out.field(1, appendsThrough);
        out.field(3, state.next());
        out.field(4, state.acknowledged());
        distances(out, 5, list, state.settledSorted(), state.acknowledged());
        distances(out, 6, list, state.releasedSorted(), state.acknowledged());
        list.clear();
        for (int packetId : state.inboundSorted()) {
            list.varint(packetId);
        }
        out.bytesField(7, list);
        inline(out, list, state);
        out.field(10, queueHead);
        out.field(11, state.queuedBytes());
        return UnknownFields.kept(out.toBytes(), state.unknownFields());
    }

    /** Completes a window row; a later field wins, so {@code X} is appended. */
    public static byte[] withEventsThrough(byte[] window, long eventsThrough) {
        RecordWriter out = new RecordWriter(window.length + 11);
        out.raw(window, 0, window.length);
        out.field(EVENTS_THROUGH, eventsThrough);
        return out.toBytes();
    }

    private static void distances(RecordWriter out, int field, RecordWriter list, long[] indexes, long from) {
        list.clear();
        for (long index : indexes) {
            list.varint(index - from);
        }
        out.bytesField(field, list);
    }

    private static void inline(RecordWriter out, RecordWriter list, SessionState state) {
        list.clear();
        List<RecordWriter> identifiers = new ArrayList<>(0);
        int unsettled = 0;
        for (long i = state.acknowledged();
                i < state.next() && unsettled < state.space().inline();
                i++) {
            if (state.isSettled(i)) {
                continue;
            }
            unsettled++;
            long delivery = state.delivery(i);
            if (delivery != Delivery.NONE) {
                list.varint(i - state.acknowledged());
                list.varint(Delivery.messageId(delivery));
                list.varint(Delivery.flags(delivery));
                addIdentifiers(identifiers, state, i);
            }
        }
        out.bytesField(8, list);
        identifiers.forEach(content -> out.elementField(9, content));
    }

    private static void addIdentifiers(List<RecordWriter> to, SessionState state, long index) {
        int[] values = state.identifiers(index);
        if (values != null) {
            RecordWriter packed = new RecordWriter(16);
            for (int value : values) {
                packed.varint(value);
            }
            RecordWriter element = new RecordWriter(24);
            element.field(1, index);
            element.bytesField(2, packed);
            to.add(element);
        }
    }

    /** A fragment of the indexes {@code [first, end)}; settled ones are marked as holes. */
    public static byte[] fragment(SessionState state, long first, long end, long appendsThrough) {
        RecordWriter entries = new RecordWriter(64);
        List<RecordWriter> identifiers = new ArrayList<>(0);
        long lastId = 0;
        int lastFlags = 0;
        for (long i = first; i < end; i++) {
            long delivery = state.delivery(i);
            if (delivery == Delivery.NONE && !state.isSettled(i)) {
                throw new IllegalStateException("index " + i + " of session " + state.number() + " is not in memory");
            }
            long id = delivery == Delivery.NONE ? lastId : Delivery.messageId(delivery);
            int flags = delivery == Delivery.NONE ? HOLE : Delivery.flags(delivery);
            entries.zigzag((id - lastId) * 2 + (flags == lastFlags ? 0 : 1));
            if (flags != lastFlags) {
                entries.zigzag(flags);
            }
            lastId = id;
            lastFlags = flags;
            addIdentifiers(identifiers, state, i);
        }
        RecordWriter out = new RecordWriter(entries.size() + 32);
        out.field(1, appendsThrough);
        out.field(2, end - first);
        out.bytesField(3, entries);
        identifiers.forEach(content -> out.elementField(4, content));
        out.field(5, state.queuedBytes());
        return out.toBytes();
    }

    /** Flags of an index that was settled before the fragment was written; no delivery has QoS 3. */
    private static final int HOLE = Delivery.QOS_MASK;

    /** A session as its rows say, without the log (C05). The entries of its queue stay on disk. */
    public static SessionState load(RowReader store, long number, IndexSpace space) {
        byte[] window = store.get(Table.INFLIGHT, Keys.number(number));
        InflightRecord row = window == null ? InflightRecord.getDefaultInstance() : parseWindow(number, window);
        byte[] last = store.lastKey(Table.QUEUE, Keys.queue(number, row.getQueueHead()), Keys.queue(number + 1, 0));
        return assemble(number, space, row, last, last == null ? null : store.get(Table.QUEUE, last));
    }

    /** As above, of rows that were read elsewhere: the last fragment is null, and so its key, when there is none. */
    static SessionState assemble(
            long number, IndexSpace space, InflightRecord row, byte @Nullable [] lastKey, byte @Nullable [] last) {
        SessionState state = new SessionState(number, space);
        long next = row.getNext();
        long appendsThrough = row.getAppendsThrough();
        long queuedBytes = row.getQueuedBytes();
        if (lastKey != null) {
            QueueFragment fragment = parseFragment(lastKey, last);
            next = Math.max(next, Keys.queueFirstIndex(lastKey) + fragment.getCount());
            if (fragment.getAppendsThrough() > appendsThrough) {
                appendsThrough = fragment.getAppendsThrough();
                queuedBytes = fragment.getQueuedBytes();
            }
        }
        state.loadCursor(next, row.getAcknowledged(), queuedBytes);
        state.loadClaims(appendsThrough, row.getEventsThrough(), row.getQueueHead());
        fill(state, row);
        return state;
    }

    private static void fill(SessionState state, InflightRecord row) {
        long from = row.getAcknowledged();
        for (int i = 0; i < row.getSettledCount(); i++) {
            state.loadSettled(from + row.getSettled(i));
        }
        for (int i = 0; i < row.getReleasedCount(); i++) {
            state.release(from + row.getReleased(i));
        }
        for (int i = 0; i < row.getInboundCount(); i++) {
            state.addInbound(row.getInbound(i));
        }
        for (int i = 0; i + 2 < row.getWindowCount(); i += 3) {
            state.restore(from + row.getWindow(i), Delivery.of(row.getWindow(i + 1), (int) row.getWindow(i + 2)), null);
        }
        row.getIdentifiersList().forEach(ids -> restoreIdentifiers(state, ids));
        state.loadUnknownFields(UnknownFields.of(row));
    }

    private static void restoreIdentifiers(SessionState state, Identifiers ids) {
        long delivery = state.delivery(ids.getIndex());
        if (delivery != Delivery.NONE) {
            state.forget(ids.getIndex());
            state.restore(ids.getIndex(), delivery, values(ids));
        }
    }

    private static int[] values(Identifiers ids) {
        int[] values = new int[ids.getValuesCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = ids.getValues(i);
        }
        return values;
    }

    /** Receives what fragments hold. */
    public interface FragmentVisitor {
        void entry(long index, long delivery, int @Nullable [] identifiers);
    }

    /**
     * The fragments of a session in index order, from {@code head} on. A damaged one is taken to reach up to the next:
     * who reads it will hear of the damage.
     */
    public static List<Range> fragments(RowReader store, long number, long head) {
        List<Range> ranges = new ArrayList<>();
        long damagedFirst = -1;
        try (RowCursor rows = store.cursor(Table.QUEUE, Keys.queue(number, head), Keys.queue(number + 1, 0))) {
            while (rows.next()) {
                long first = Keys.queueFirstIndex(rows.key());
                if (damagedFirst >= 0) {
                    ranges.add(new Range(damagedFirst, first));
                    damagedFirst = -1;
                }
                try {
                    ranges.add(new Range(
                            first,
                            first + parseFragment(rows.key(), rows.record()).getCount()));
                } catch (DamagedRowException e) {
                    damagedFirst = first;
                }
            }
        }
        if (damagedFirst >= 0) {
            ranges.add(new Range(damagedFirst, Long.MAX_VALUE));
        }
        return ranges;
    }

    /** Reads one fragment; holes are left out. */
    public static void read(RowReader store, long number, long first, FragmentVisitor visitor) {
        byte[] key = Keys.queue(number, first);
        byte[] record = store.get(Table.QUEUE, key);
        if (record != null) {
            readFragment(key, record, visitor);
        }
    }

    /**
     * Reads a fragment that the caller has found; holes are left out.
     *
     * @throws DamagedRowException when the record is no fragment; the entries before the flaw have been visited
     */
    static void readFragment(byte[] key, byte[] record, FragmentVisitor visitor) {
        try {
            visit(parseFragment(key, record), Keys.queueFirstIndex(key), visitor);
        } catch (IndexOutOfBoundsException e) {
            throw new DamagedRowException(Table.QUEUE, key, record, "it holds fewer entries than it says", e);
        }
    }

    private static void visit(QueueFragment fragment, long first, FragmentVisitor visitor) {
        long id = 0;
        int flags = 0;
        int at = 0;
        int nextIdentifiers = 0;
        for (int i = 0; i < fragment.getCount(); i++) {
            long head = fragment.getEntries(at++);
            id += head >> 1;
            if ((head & 1) != 0) {
                flags = (int) fragment.getEntries(at++);
            }
            int[] identifiers = null;
            if (nextIdentifiers < fragment.getIdentifiersCount()
                    && fragment.getIdentifiers(nextIdentifiers).getIndex() == first + i) {
                identifiers = values(fragment.getIdentifiers(nextIdentifiers++));
            }
            if (flags != HOLE) {
                visitor.entry(first + i, Delivery.of(id, flags), identifiers);
            }
        }
    }

    static InflightRecord parseWindow(long number, byte[] record) {
        try {
            return InflightRecord.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            throw new DamagedRowException(Table.INFLIGHT, Keys.number(number), record, "it is no InflightRecord", e);
        }
    }

    private static QueueFragment parseFragment(byte[] key, byte @Nullable [] record) {
        if (record == null) {
            return QueueFragment.getDefaultInstance();
        }
        try {
            return QueueFragment.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            throw new DamagedRowException(Table.QUEUE, key, record, "it is no QueueFragment", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.transfer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.storage.commit.CommitListener;
import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.GroupCommitter;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.ReturnOp;
import io.holdfast.storage.commit.SharedMember;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.commit.SubscriptionChange;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions in a store on which no broker runs, through the committer that a broker would do it with: what they hold of
 * shared groups goes back, what nobody waits for any more goes at the next start of a broker. Sessions that were connected,
 * and shared groups, are left alone.
 */
public final class SessionPurge {
    private static final int SESSIONS_IN_GROUP = 256;
    private static final int NEVER_EXPIRES = -1;

    private final RowStore store;
    private final GroupCommitter committer;
    private final LogTail tail;
    private HandOver out = new HandOver(0);
    private long sessions;
    private long messages;

    private SessionPurge(RowStore store) {
        this.store = store;
        tail = new LogTail(store, 1, number -> 0).run();
        committer = new GroupCommitter(store, new Nobody(), StartState.read(store, tail), 1);
        committer.adopt(members(), number -> 0);
    }

    /** What went. */
    public record Purged(long sessions, long messages) {}

    /**
     * Ends the sessions that are not wanted any more.
     *
     * @throws StoreException when the store cannot be used, or when rows of such a session are damaged
     */
    public static Purged run(Path path, Predicate<SessionRecord> unwanted) {
        try (StoreFolder folder = StoreFolder.open(path, StoreOptions.defaults())) {
            SessionPurge purge = new SessionPurge(folder.rows());
            purge.scan(unwanted);
            folder.rows().syncDevice();
            return new Purged(purge.sessions, purge.messages);
        }
    }

    private List<SharedMember> members() {
        List<SharedMember> members = new ArrayList<>();
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                long group = SubscriptionRecord.parseFrom(rows.record()).getGroup();
                if (group != 0) {
                    byte[] filter = Keys.subscriptionFilter(rows.key());
                    String inner = StoreIntake.inner(new String(filter, StandardCharsets.UTF_8));
                    members.add(
                            new SharedMember(group, filter, StoreIntake.utf8(inner), inner, Keys.number(rows.key())));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("a row of table subscription is none", e);
        }
        return members;
    }

    private void scan(Predicate<SessionRecord> unwanted) {
        try (SessionScan scan = new SessionScan(store, tail.of(0), 0, Long.MAX_VALUE, row -> {
            throw row;
        })) {
            while (scan.next()) {
                boolean client = scan.record().getSharedFilter().isEmpty();
                if (client && !scan.isConnected() && unwanted.test(scan.record())) {
                    end(scan);
                }
            }
        }
        commit();
    }

    private void end(SessionScan scan) {
        SessionRecord record = scan.record();
        Claims claims = new Claims(scan.number(), record.getSentThrough());
        scan.walk(scan.state().next(), claims);
        long[] fragments = SessionRows.fragments(
                        store, scan.number(), scan.state().queueHead())
                .stream()
                .mapToLong(SessionRows.Range::first)
                .toArray();
        EndOp end = new EndOp(
                scan.number(),
                StoreIntake.utf8(record.getClientId()),
                claims.ids.toLongArray(),
                fragments,
                timers(scan.number(), record),
                filter -> new String(filter, StandardCharsets.UTF_8));
        end.giveBack(tail.position(), claims.back);
        out.addUrgent(end, 0);
        sessions++;
        messages += claims.ids.size() + claims.back.size();
        if (sessions % SESSIONS_IN_GROUP == 0) {
            commit();
        }
    }

    private static List<byte[]> timers(long number, SessionRecord record) {
        List<byte[]> timers = new ArrayList<>();
        if (record.getExpirySeconds() != NEVER_EXPIRES) {
            long due = record.getDisconnectedMillis() + Integer.toUnsignedLong(record.getExpirySeconds()) * 1_000;
            timers.add(Keys.timer(due, number, TimerKind.SESSION_EXPIRY));
        }
        if (record.getWillDueMillis() != 0) {
            timers.add(Keys.timer(record.getWillDueMillis(), number, TimerKind.WILL_DELAY));
        }
        return timers;
    }

    private void commit() {
        if (!out.isEmpty()) {
            committer.build(List.of(out), System.currentTimeMillis());
            committer.sync();
            committer.complete();
            out = new HandOver(0);
        }
    }

    /** What a session that ends holds: claims that go with it, and messages that go to other members (C28). */
    private static final class Claims implements QueueWalk.Visitor {
        private final long number;
        private final long sentThrough;
        private final LongArrayList ids = new LongArrayList();
        private final ReturnOp back;

        Claims(long number, long sentThrough) {
            this.number = number;
            this.sentThrough = sentThrough;
            back = new ReturnOp(number);
        }

        @Override
        public void entry(long index, long delivery, int @Nullable [] beside) {
            boolean shared = beside != null && Origin.isShared(delivery);
            if (shared && beside != null && (Delivery.qos(delivery) == 1 || index >= sentThrough)) {
                back.add(index, Delivery.messageId(delivery), Origin.group(beside), Origin.groupFlags(beside));
            } else {
                ids.addLong(Delivery.messageId(delivery));
            }
        }

        @Override
        public void missing(long from, long to) {
            throw new StoreException(
                    "session " + number + " is damaged: its indexes " + from + " to " + (to - 1) + " are in no row",
                    null);
        }

        @Override
        public void damaged(DamagedRowException row) {
            throw row;
        }
    }

    /** No broker: nobody has to be told. */
    private static final class Nobody implements CommitListener {
        @Override
        public void revise(MessageOp message, List<SubscriptionChange> changes) {
            throw new IllegalStateException("nothing is published here");
        }

        @Override
        public void committed(Group group) {
            // Rows are all there is.
        }

        @Override
        public void reclaimable(Table table, byte[] from, byte[] to) {
            // The next broker finds the same range dead.
        }
    }
}

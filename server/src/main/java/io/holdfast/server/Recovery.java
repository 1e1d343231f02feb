// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionTree;
import io.holdfast.storage.commit.StartState;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a store and brings memory to where the disk is. The normal path of every start, clean or not, and of every new
 * life after a failure. Rows that cannot be trusted are reported and left out, with their sessions; the rest starts.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /** More sessions than this are not asked one by one how much they are owed: the start must not wait for a number. */
    private static final long REPORT_ROWS_MAX = 4_000_000;

    private final RowReader store;
    private final IndexSpace space;
    private final SubscriptionTree tree = new SubscriptionTree();
    private final List<Recovered.Owed> owed = new ArrayList<>();
    private long sessions;
    private long queued;
    private long inflight;
    private long quarantined;

    private Recovery(RowReader store, IndexSpace space) {
        this.store = store;
        this.space = space;
    }

    /**
     * Opens and recovers.
     *
     * @throws io.holdfast.storage.store.StoreException when the store cannot be used; it is closed then
     */
    static Recovered run(Path path, StoreOptions options, IndexSpace space) {
        long began = System.nanoTime();
        StoreFolder folder = StoreFolder.open(path, options);
        try {
            return new Recovery(folder.rows(), space).recover(folder, began);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private Recovered recover(StoreFolder folder, long began) {
        LogReplay replay = new LogReplay(store, space).run();
        replay.damaged().forEach(this::quarantine);
        StartState start = StartState.read(store, replay);
        loadSubscriptions();
        List<Long> leftOver = leftOver();
        countSessions(replay);
        long retained = count(Table.RETAINED);
        RecoveryReport report = new RecoveryReport(
                sessions,
                queued,
                inflight,
                retained,
                tree.subscriptionCount(),
                replay.bytes(),
                quarantined,
                replay.lastTimeMillis(),
                start.isClean(),
                Duration.ofNanos(System.nanoTime() - began));
        return new Recovered(folder, replay, start, tree, owed, leftOver, report);
    }

    private void quarantine(DamagedRowException damage) {
        quarantined++;
        LOG.error("quarantined: {}", damage.getMessage());
    }

    /** Rows of sessions that have ended may still be there: they count for nothing. */
    private void loadSubscriptions() {
        long known = -1;
        boolean exists = false;
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                long number = Keys.number(rows.key());
                if (number != known) {
                    known = number;
                    exists = exists(number);
                }
                if (exists) {
                    loadSubscription(number, rows);
                }
            }
        }
    }

    private boolean exists(long number) {
        try {
            return store.get(Table.SESSION, Keys.number(number)) != null;
        } catch (DamagedRowException e) {
            return false; // Reported by the walk over all sessions.
        }
    }

    private void loadSubscription(long number, RowCursor rows) {
        try {
            SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
            TopicFilter filter = TopicFilter.parse(Keys.subscriptionFilter(rows.key()));
            tree.put(filter, number, row.getOptions(), row.getIdentifier());
            if (row.getOwed()) {
                owed.add(new Recovered.Owed(number, filter, row.getOptions()));
            }
        } catch (DamagedRowException e) {
            quarantine(e);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            quarantine(new DamagedRowException(Table.SUBSCRIPTION, rows.key()));
        }
    }

    /** Sessions that were connected when the broker before ended; their timer rows stand first (C03). */
    private List<Long> leftOver() {
        List<Long> numbers = new ArrayList<>();
        try (RowCursor rows = store.cursor(Table.TIMER, Keys.number(0), Keys.number(1))) {
            while (rows.next()) {
                numbers.add(Keys.timerSession(rows.key()));
            }
        }
        return numbers;
    }

    private void countSessions(LogReplay replay) {
        try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                long number = Keys.number(rows.key());
                sessions++;
                try {
                    SessionRecord row = SessionRecord.parseFrom(rows.record());
                    if (sessions <= REPORT_ROWS_MAX) {
                        countQueue(number, row, replay);
                    }
                } catch (DamagedRowException e) {
                    quarantine(e);
                } catch (InvalidProtocolBufferException e) {
                    quarantine(new DamagedRowException(Table.SESSION, rows.key()));
                }
            }
        }
    }

    private void countQueue(long number, SessionRecord row, LogReplay replay) {
        SessionState replayed = replay.sessions().get(number);
        SessionState state = replayed == null ? SessionRows.load(store, number, space) : replayed;
        long unsettled = state.unsettledCount();
        queued += unsettled;
        // Below `sent through`, or for a client that was still connected within its window, it may have been sent.
        boolean connected = row.getDisconnectedMillis() == 0;
        long sent = Math.max(0, Math.min(unsettled, row.getSentThrough() - state.acknowledged()));
        inflight += connected ? Math.max(sent, Math.min(unsettled, row.getReceiveMaximum())) : sent;
    }

    private long count(Table table) {
        long rows = 0;
        try (RowCursor cursor = store.cursor(table, Keys.number(0), Keys.end())) {
            while (cursor.next()) {
                rows++;
            }
        }
        return rows;
    }
}

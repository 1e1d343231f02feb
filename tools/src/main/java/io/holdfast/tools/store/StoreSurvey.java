// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.google.protobuf.Parser;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.log.SessionTails;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.storage.store.TableSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Collects what {@code store info} says: one pass over the keys of each table and one over all sessions. */
final class StoreSurvey {
    private static final int HOLDERS_SHOWN = 10;
    private static final int HEAVIEST_SHOWN = 5;

    private final StoreReader store;
    private final StoreFacts facts;
    private final LogTail tail;
    private final List<Holder> holders = new ArrayList<>();
    private final TopList<Holder> heaviest = new TopList<>(HEAVIEST_SHOWN);
    private long damagedRows;
    private long firstLog = -1;
    private long sessions;
    private long connected;
    private long owed;
    private long owedBytes;
    private long oldest = Long.MAX_VALUE;
    private long holderCount;

    /** A session that waits for messages. */
    private record Holder(long number, String client, long owed, long bytes) {}

    StoreSurvey(StoreReader store, StoreFacts facts) {
        this.store = store;
        this.facts = facts;
        tail = new LogTail(store, 1, number -> 0);
    }

    /** Whether every row that was needed could be read; known once the report is made. */
    boolean isSound() {
        return damagedRows == 0;
    }

    Report report() {
        readLog();
        readSessions();
        Report report = new Report();
        describe(report);
        position(report);
        content(report);
        oldest(report);
        tables(report);
        return report;
    }

    private void readLog() {
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            firstLog = log.next() ? Keys.number(log.key()) : -1;
        }
        damagedRows += LogEntries.fold(store, tail);
    }

    private void readSessions() {
        SessionTails tails = tail.of(0);
        try (SessionScan scan = new SessionScan(store, tails, 0, Long.MAX_VALUE, row -> damagedRows++)) {
            while (scan.next()) {
                sessions++;
                connected += scan.isConnected() ? 1 : 0;
                owed += scan.state().unsettledCount();
                owedBytes += scan.state().queuedBytes();
                Holder holder = new Holder(
                        scan.number(),
                        StoredSession.name(scan.record()),
                        scan.state().unsettledCount(),
                        scan.state().queuedBytes());
                heaviest.offer(holder.bytes(), holder);
                Oldest first = new Oldest();
                scan.walk(scan.state().next(), first);
                hold(holder, first.id);
            }
        }
    }

    /** The lowest message id of a session. */
    private final class Oldest implements QueueWalk.Visitor {
        private long id = Long.MAX_VALUE;

        @Override
        public void entry(long index, long delivery, int @Nullable [] identifiers) {
            id = Math.min(id, Delivery.messageId(delivery));
        }

        @Override
        public void missing(long from, long to) {
            damagedRows++;
        }

        @Override
        public void damaged(DamagedRowException row) {
            damagedRows++;
        }
    }

    private void hold(Holder holder, long id) {
        if (id == Long.MAX_VALUE || id > oldest) {
            return;
        }
        if (id < oldest) {
            oldest = id;
            holders.clear();
            holderCount = 0;
        }
        holderCount++;
        if (holders.size() < HOLDERS_SHOWN) {
            holders.add(holder);
        }
    }

    private void describe(Report report) {
        StoreMeta meta = meta(MetaRow.STORE, StoreMeta.parser());
        CleanStop stop = meta(MetaRow.CLEAN_STOP, CleanStop.parser());
        boolean clean = stop != null && stop.getPosition() == tail.position();
        String left = clean
                ? "clean"
                : facts.holderPid().isPresent()
                        ? "in use by process " + facts.holderPid().getAsLong()
                        : "not stopped cleanly";
        report.group("store")
                .add("id", facts.storeId())
                .add("format", facts.format())
                .add("created", new Report.Time(meta == null ? 0 : meta.getCreatedMillis()))
                .add("stop", left)
                .add("folder", new Report.Bytes(facts.folderBytes()))
                .add("diskFree", new Report.Bytes(facts.diskFreeBytes()))
                .add("disk", new Report.Bytes(facts.diskBytes()));
    }

    private <M extends com.google.protobuf.Message> @Nullable M meta(MetaRow row, Parser<M> parser) {
        try {
            byte[] record = store.get(Table.META, row.key());
            return record == null ? null : Damage.parse(Table.META, row.key(), record, parser);
        } catch (DamagedRowException e) {
            damagedRows++;
            return null;
        }
    }

    private void position(Report report) {
        report.group("log")
                .add("head", tail.position())
                .add("lastGroup", new Report.Time(tail.lastTimeMillis()))
                .add("floor", Math.max(0, firstLog))
                .add("rows", tail.rows())
                .add("bytes", new Report.Bytes(tail.bytes()))
                .add("lagging", tail.of(0).sessions())
                .add("writeAheadLog", new Report.Bytes(facts.log().bytes()))
                .add("logDamage", facts.damagedLogPlace())
                .add("sequence", store.sequence())
                .add("watermark", facts.watermarkSequence())
                .add("watermarkFile", facts.watermark().name().toLowerCase(Locale.ROOT));
    }

    private void content(Report report) {
        report.group("content")
                .add("sessions", sessions)
                .add("connected", connected)
                .add("owed", owed)
                .add("owedSize", new Report.Bytes(owedBytes))
                .add("damagedRows", damagedRows);
    }

    private void oldest(Report report) {
        Report.Group group = report.group("oldest");
        if (oldest != Long.MAX_VALUE) {
            Message message = message(oldest);
            group.add("message", oldest)
                    .add("published", new Report.Time(message == null ? 0 : message.publishedMillis()))
                    .add("topic", message == null ? null : message.topic())
                    .add("sessions", holderCount);
        } else {
            group.add("message", null).add("sessions", 0);
        }
        add(report.rows("holders", "session", "owed", "size", "client"), holders);
        add(report.rows("heaviest", "session", "owed", "size", "client"), heaviest.values());
    }

    private static void add(Report.Rows rows, List<Holder> holders) {
        for (Holder holder : holders) {
            rows.add(holder.number(), holder.owed(), new Report.Bytes(holder.bytes()), holder.client());
        }
    }

    private @Nullable Message message(long id) {
        byte[] key = Keys.number(id);
        try {
            byte[] record = store.get(Table.MESSAGE, key);
            return record == null ? null : Stored.message(Table.MESSAGE, key, record);
        } catch (DamagedRowException e) {
            damagedRows++;
            return null;
        }
    }

    private void tables(Report report) {
        Report.Rows rows = report.rows("tables", "table", "rows", "files", "inFiles", "inMemory");
        for (Table table : Table.values()) {
            TableSize size = store.size(table);
            rows.add(
                    table.familyName(),
                    count(table),
                    size.files(),
                    new Report.Bytes(size.fileBytes()),
                    new Report.Bytes(size.memoryBytes()));
        }
    }

    private long count(Table table) {
        long rows = 0;
        try (RowCursor cursor = store.cursor(table, Keys.text(new byte[0]), Keys.end())) {
            while (cursor.next()) {
                rows++;
            }
        } catch (StoreException e) {
            damagedRows++;
        }
        return rows;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.schema.FormatVersion;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFacts;
import io.holdfast.storage.store.StoreFacts.WatermarkState;
import io.holdfast.storage.store.StoreReader;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks a whole store: files, log, every row, every session, and the counters. The tail of the log is in memory, as in a
 * broker; everything else is read row by row, so a store of any size takes the same.
 */
public final class StoreChecker {
    /** Subscriptions before sessions: by then the members of every group are known. */
    private static final List<Table> ORDER = List.of(
            Table.META,
            Table.LOG,
            Table.CLIENT,
            Table.SUBSCRIPTION,
            Table.SESSION,
            Table.INFLIGHT,
            Table.QUEUE,
            Table.RETAINED,
            Table.WILL,
            Table.TIMER,
            Table.TOPIC,
            Table.MESSAGE);

    private final StoreReader store;
    private final StoreFacts facts;
    private final CheckListener out;
    private final Depth depth;

    public StoreChecker(StoreReader store, StoreFacts facts, CheckListener out, Depth depth) {
        this.store = store;
        this.facts = facts;
        this.out = out;
        this.depth = depth;
    }

    /** Runs all checks. */
    public void run() {
        files();
        LogTail tail = log();
        CleanStop stop = meta(MetaRow.CLEAN_STOP, CleanStop.parser());
        NextSession next = meta(MetaRow.NEXT_SESSION, NextSession.parser());
        boolean clean = stop != null && stop.getPosition() == tail.position();
        Ground ground = new Ground(store, out, tail.position(), next == null ? 1 : next.getSequence(), clean);
        identity();
        rows(ground);
        BlockCounts blocks = new BlockCounts();
        SessionChecks sessions = new SessionChecks(ground, tail, blocks);
        out.part("sessions", rows(Table.SESSION));
        guarded(sessions::run);
        guarded(() -> newestLogRow(ground, tail));
        if (stop != null && clean) {
            counters(stop, sessions, blocks);
        }
    }

    private long rows(Table table) {
        return store.size(table).rowsEstimated();
    }

    private void damage(Check check, @Nullable Table table, String what) {
        out.found(Finding.damage(check, table, null, 0, what));
    }

    private void guarded(Runnable part) {
        try {
            part.run();
        } catch (StoreException e) {
            damage(Check.BLOCK, null, "a part of the check cannot go on: " + e.getMessage());
        }
    }

    private void files() {
        if (facts.watermark() != WatermarkState.READ) {
            String state = facts.watermark().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            out.found(Finding.untidy(Check.WATERMARK, null, null, 0, "the watermark is " + state));
        }
        if (store.sequence() < facts.watermarkSequence()) {
            damage(
                    Check.LOG,
                    null,
                    "the log ends " + (facts.watermarkSequence() - store.sequence()) + " rows before what was on disk"
                            + (facts.damagedLogPlace() == null ? "" : ", damaged in " + facts.damagedLogPlace()));
        } else if (facts.log().intactBeyond() > 0) {
            out.found(Finding.untidy(
                    Check.LOG,
                    null,
                    null,
                    0,
                    "the log is damaged in " + facts.damagedLogPlace() + ", with "
                            + facts.log().intactBeyond()
                            + " whole batches behind; a power cut leaves the same when these were not acknowledged"));
        }
        if (depth == Depth.DEEP) {
            out.part("files", 1);
            try {
                store.verifyFiles();
            } catch (StoreException e) {
                damage(Check.BLOCK, null, String.valueOf(e.getMessage()));
            }
        }
    }

    private LogTail log() {
        out.part("log", rows(Table.LOG));
        LogChecks log = new LogChecks(store, out);
        guarded(log::run);
        return log.tail();
    }

    private void rows(Ground ground) {
        RowChecks rows = new RowChecks(ground, depth);
        for (Table table : ORDER) {
            out.part(table.familyName(), rows(table));
            rows.table(table);
        }
    }

    private <M extends Message> @Nullable M meta(MetaRow row, Parser<M> parser) {
        try {
            byte[] record = store.get(Table.META, row.key());
            return record == null ? null : parser.parseFrom(record);
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            return null; // Told with the rows of all tables.
        }
    }

    private void identity() {
        StoreMeta meta = meta(MetaRow.STORE, StoreMeta.parser());
        if (meta == null) {
            damage(Check.META, Table.META, "no row says which store this is");
            return;
        }
        if (!meta.getStoreId().equals(ByteString.copyFrom(HexFormat.of().parseHex(facts.storeId())))) {
            damage(Check.META, Table.META, "the rows are those of another store than the folder's marker names");
        }
        if (facts.watermark() == WatermarkState.OTHER_STORE) {
            damage(Check.META, null, "the watermark belongs to another store");
        }
        // A start raises the row first and the marker behind it.
        boolean known = FormatVersion.of(meta.getFormatVersion()).isPresent();
        if (!known || meta.getFormatVersion() < facts.format() || meta.getPartitions() != 1) {
            damage(
                    Check.META,
                    Table.META,
                    "the rows have format " + meta.getFormatVersion() + " and " + meta.getPartitions()
                            + " partitions, the folder's marker has format " + facts.format());
        }
    }

    private void newestLogRow(Ground ground, LogTail tail) {
        if (tail.rows() == 0 && hasMessages()) {
            damage(
                    Check.FLOOR,
                    Table.LOG,
                    "the log is empty, though its newest row must stay: ids would be used twice from " + ground.head());
        }
    }

    /** Sessions alone need no log row yet; what their rows hold of the log is held against its end by itself. */
    private boolean hasMessages() {
        return store.lastKey(Table.MESSAGE, Keys.number(0), Keys.end()) != null;
    }

    private void counters(CleanStop stop, SessionChecks sessions, BlockCounts blocks) {
        if (stop.getSessions() != sessions.sessions()) {
            counter("the clean stop counted " + stop.getSessions() + " sessions, there are " + sessions.sessions());
        }
        for (int i = 0; i + 1 < stop.getBlockCountersCount(); i += 2) {
            long block = stop.getBlockCounters(i);
            long live = blocks.take(block);
            if (live != stop.getBlockCounters(i + 1)) {
                counter("block " + block + " of messages has " + live + " recipients, the clean stop counted "
                        + stop.getBlockCounters(i + 1));
            }
        }
        if (blocks.rest() != 0) {
            counter(blocks.rest() + " recipients need messages of blocks that the clean stop did not count");
        }
    }

    private void counter(String what) {
        out.found(Finding.untidy(Check.COUNTER, Table.META, MetaRow.CLEAN_STOP.key(), 0, what));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.tools.store.NarrowedOutput.SectionFull;
import java.io.IOException;
import java.util.Set;

/**
 * Prints what a broker would find at a start: rows with the tail of the log folded over them as a start folds it, in the
 * order of keys. A row that cannot be read is printed in raw form and the dump goes on. Memory grows with the tail of the
 * log, which the broker bounds, and neither with sessions nor with queues.
 */
final class StoreDumper {
    private final StoreReader store;
    private final DumpOutput out;
    private final Damage damage;
    private final LogTail tail;
    private final LongWork progress;

    StoreDumper(StoreReader store, DumpOutput out, LongWork progress) {
        this.store = store;
        this.out = out;
        this.progress = progress;
        damage = new Damage(out);
        tail = new LogTail(store, 1, number -> 0);
    }

    /**
     * Prints sections, as far as they can have rows that were selected.
     *
     * @return whether everything could be read
     * @throws IOException when the output cannot be written
     */
    boolean dump(Set<Section> sections, Selection selection) throws IOException {
        if (sections.stream().anyMatch(Section::needsReplay)) {
            guarded(this::readLog);
        }
        StoredSessions sessions = new StoredSessions(store, tail.of(0), damage, selection);
        SessionSections ofSessions = new SessionSections(store, sessions, selection, out, damage, progress);
        TableSections ofTables = new TableSections(store, sessions, selection, out, damage, progress);
        for (Section section : sections) {
            if (!selection.wants(section)) {
                continue;
            }
            out.begin(section, section.columns());
            progress.begin(section.title(), store.size(section.table()).rowsEstimated());
            guarded(() -> {
                switch (section) {
                    case STORE -> store();
                    case SESSIONS -> ofSessions.sessions();
                    case INFLIGHT -> ofSessions.inflight();
                    case INBOUND -> ofSessions.inbound();
                    case QUEUED -> ofSessions.queued();
                    case SUBSCRIPTIONS -> ofTables.subscriptions();
                    case RETAINED -> ofTables.retained();
                    case WILLS -> ofTables.wills();
                    case TIMERS -> ofTables.timers();
                    case TOPICS -> ofTables.topics();
                    case LOG -> ofTables.log();
                    case EVENTS -> ofTables.events();
                }
            });
            out.end(section);
        }
        progress.hide();
        out.close();
        return !damage.isAny();
    }

    private interface Step {
        void run() throws IOException;
    }

    /** A table whose files are damaged ends its section, not the dump. */
    private void guarded(Step step) throws IOException {
        try {
            step.run();
        } catch (SectionFull e) {
            return; // As many rows as were asked for.
        } catch (DamagedRowException e) {
            damage.row(e);
        } catch (StoreException e) {
            damage.finding(ScreenText.of(e.getMessage()) + "; what follows in this section is not shown");
        }
    }

    private void readLog() throws IOException {
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (log.next()) {
                try {
                    byte[] record = log.record();
                    LogEntries.read(log.key(), record);
                    tail.fold(Keys.number(log.key()), record);
                } catch (DamagedRowException e) {
                    damage.row(e);
                    damage.finding("a log row is lost: sessions it spoke of are shown without what it said");
                }
            }
        }
    }

    private void store() throws IOException {
        byte[] meta = store.get(Table.META, MetaRow.STORE.key());
        byte[] next = store.get(Table.META, MetaRow.NEXT_SESSION.key());
        byte[] stop = store.get(Table.META, MetaRow.CLEAN_STOP.key());
        StoreMeta store = meta == null
                ? StoreMeta.getDefaultInstance()
                : Damage.parse(Table.META, MetaRow.STORE.key(), meta, StoreMeta.parser());
        long nextSession = next == null
                ? 1
                : Damage.parse(Table.META, MetaRow.NEXT_SESSION.key(), next, NextSession.parser())
                        .getSequence();
        boolean clean = stop != null
                && Damage.parse(Table.META, MetaRow.CLEAN_STOP.key(), stop, CleanStop.parser())
                                .getPosition()
                        == tail.position();
        byte[] id = store.getStoreId().toByteArray();
        out.text(ScreenText.hex(id, 0, id.length));
        out.number(store.getFormatVersion());
        out.number(tail.position());
        out.time(tail.lastTimeMillis());
        out.number(tail.rows());
        out.number(nextSession);
        out.flag(clean);
        out.endRow();
    }
}

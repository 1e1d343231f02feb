// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.record.CleanStop;
import io.holdfast.storage.record.NextSession;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a broker would find at a start: rows with the tail of the log folded over them by the broker's own
 * {@link LogReplay}, in the order of keys. A row that cannot be read is printed in raw form and the dump goes on. Memory
 * grows with the tail of the log, as in a broker, but not with queues.
 */
final class StoreDumper {
    private final RowReader store;
    private final DumpOutput out;
    private final Damage damage;
    private final LogReplay replay;

    StoreDumper(RowReader store, DumpOutput out) {
        this.store = store;
        this.out = out;
        damage = new Damage(out);
        replay = new LogReplay(store, IndexSpace.STANDARD);
    }

    /**
     * Prints sections.
     *
     * @param client the one client to show, null for all
     * @return whether everything could be read
     * @throws IOException when the output cannot be written
     */
    boolean dump(Set<Section> sections, @Nullable String client) throws IOException {
        if (sections.stream().anyMatch(Section::needsReplay)) {
            guarded(this::replay);
        }
        StoredSessions sessions = new StoredSessions(store, replay, damage, client);
        SessionSections ofSessions = new SessionSections(store, sessions, out, damage);
        TableSections ofTables = new TableSections(store, sessions, out, damage);
        for (Section section : sections) {
            out.begin(section);
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
                }
            });
            out.end(section);
        }
        out.flush();
        return !damage.isAny();
    }

    private interface Step {
        void run() throws IOException;
    }

    /** A table whose files are damaged ends its section, not the dump. */
    private void guarded(Step step) throws IOException {
        try {
            step.run();
        } catch (DamagedRowException e) {
            damage.row(e);
        } catch (StoreException e) {
            damage.finding(ScreenText.of(e.getMessage()) + "; what follows in this section is not shown");
        }
    }

    private void replay() throws IOException {
        try (RowCursor log = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (log.next()) {
                try {
                    byte[] record = log.record();
                    LogEntries.read(log.key(), record);
                    replay.fold(Keys.number(log.key()), record);
                } catch (DamagedRowException e) {
                    damage.row(e);
                    damage.finding("a log row is lost: sessions it spoke of are shown without what it said");
                }
            }
        }
        for (DamagedRowException row : replay.damaged()) {
            damage.row(row);
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
                        == replay.position();
        byte[] id = store.getStoreId().toByteArray();
        out.text(ScreenText.hex(id, 0, id.length));
        out.number(store.getFormatVersion());
        out.number(replay.position());
        out.time(replay.lastTimeMillis());
        out.number(replay.rows());
        out.number(nextSession);
        out.flag(clean);
        out.endRow();
    }
}

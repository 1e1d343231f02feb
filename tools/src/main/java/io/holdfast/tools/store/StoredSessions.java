// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.log.SessionTails;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The sessions of a store that were asked for, in the order of their numbers. */
final class StoredSessions {
    /** Reads a session's unsettled messages with an index below {@code end}. */
    interface Walk {
        void walk(long end, QueueWalk.Visitor visitor);
    }

    /** What is done with each session. */
    interface Visitor {
        void session(StoredSession session, Walk walk) throws IOException;
    }

    private final RowReader store;
    private final SessionTails tails;
    private final Damage damage;
    private final Selection selection;
    private final long onlyNumber;
    private long knownNumber;
    private boolean knownWanted;
    private @Nullable String knownName;

    StoredSessions(RowReader store, SessionTails tails, Damage damage, Selection selection) throws IOException {
        this.store = store;
        this.tails = tails;
        this.damage = damage;
        this.selection = selection;
        String client = selection.clients().exact();
        onlyNumber = client == null ? 0 : find(client);
    }

    /** The number of a client's session, 0 when it has none. */
    private long find(String client) throws IOException {
        byte[] key = Keys.text(client.getBytes(StandardCharsets.UTF_8));
        try {
            byte[] record = store.get(Table.CLIENT, key);
            return record == null
                    ? search(client)
                    : Damage.parse(Table.CLIENT, key, record, ClientRecord.parser())
                            .getSession();
        } catch (DamagedRowException e) {
            damage.row(e);
            return search(client);
        }
    }

    /** A shared group has no row in the table of clients; nor has a session whose row there is damaged. */
    private long search(String client) throws IOException {
        try (RowCursor rows = store.cursor(Table.SESSION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                if (client.equals(clientId(Keys.number(rows.key())))) {
                    return Keys.number(rows.key());
                }
            }
        }
        return 0;
    }

    /** Whether rows of a session are to be shown. */
    boolean wants(long number) throws IOException {
        if (wantsAll()) {
            return true;
        }
        if (isOne() && number != onlyNumber) {
            return false;
        }
        know(number);
        return knownWanted;
    }

    private boolean isOne() {
        return selection.clients().exact() != null;
    }

    /** Whether rows that belong to no session are to be shown. */
    boolean wantsAll() {
        return selection.clients().isAll() && !selection.dependsOnState();
    }

    /** The first key of the sessions to show, in tables whose keys begin with a number. */
    byte[] from() {
        return Keys.number(isOne() ? onlyNumber : 0);
    }

    /** The first key behind them. */
    byte[] to() {
        return isOne() ? Keys.number(onlyNumber + 1) : Keys.end();
    }

    /** The client identifier of a session; null when it has no row, or one that cannot be read. */
    @Nullable
    String clientId(long number) throws IOException {
        know(number);
        return knownName;
    }

    /** Rows of one session mostly stand together, so the one looked up last is kept. */
    private void know(long number) throws IOException {
        if (number == knownNumber) {
            return;
        }
        knownNumber = number;
        knownName = null;
        knownWanted = false;
        byte[] key = Keys.number(number);
        try {
            byte[] row = store.get(Table.SESSION, key);
            if (row != null) {
                SessionRecord record = Damage.parse(Table.SESSION, key, row, SessionRecord.parser());
                knownName = StoredSession.name(record);
                knownWanted = wantsName(knownName) && wantsState(record, number);
            }
        } catch (DamagedRowException e) {
            damage.row(e);
        }
        // What belongs to one session is shown even when the row that would name it is gone.
        knownWanted |= isOne() && number == onlyNumber && !selection.dependsOnState();
    }

    private boolean wantsName(String name) {
        var pattern = selection.clients().pattern();
        return pattern == null || pattern.test(name);
    }

    private boolean wantsState(SessionRecord record, long number) {
        return !selection.dependsOnState() || selection.wantsSession(StoredSession.condition(record, hasMark(number)));
    }

    private boolean hasMark(long number) {
        return store.get(Table.TIMER, Keys.timer(0, number, TimerKind.CONNECTED)) != null;
    }

    void forEach(Visitor visitor) throws IOException {
        long from = isOne() ? onlyNumber : 0;
        long to = isOne() ? onlyNumber + 1 : Long.MAX_VALUE;
        try (SessionScan scan = new SessionScan(store, tails, from, to, this::damaged)) {
            while (scan.next()) {
                StoredSession session = new StoredSession(scan.record(), scan.state(), scan.isConnected());
                if (wantsName(session.clientId()) && selection.wantsSession(session.condition())) {
                    visitor.session(session, scan::walk);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void damaged(DamagedRowException row) {
        try {
            damage.row(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

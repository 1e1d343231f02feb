// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.ClientRecord;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Keys.TimerKind;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The sessions of a store, in the order of their numbers, or the one that was asked for. */
final class StoredSessions {
    /** What is done with each session. */
    interface Visitor {
        void session(StoredSession session) throws IOException;
    }

    private final RowReader store;
    private final LogReplay replay;
    private final Damage damage;
    private final @Nullable String wantedClient;
    private final long wantedNumber;
    private long namedNumber;
    private @Nullable String name;

    StoredSessions(RowReader store, LogReplay replay, Damage damage, @Nullable String client) throws IOException {
        this.store = store;
        this.replay = replay;
        this.damage = damage;
        wantedClient = client;
        wantedNumber = client == null ? 0 : find(client);
    }

    /** The number of a client's session, 0 when it has none. */
    private long find(String client) throws IOException {
        byte[] key = Keys.text(client.getBytes(StandardCharsets.UTF_8));
        try {
            byte[] record = store.get(Table.CLIENT, key);
            return record == null
                    ? 0
                    : Damage.parse(Table.CLIENT, key, record, ClientRecord.parser())
                            .getSession();
        } catch (DamagedRowException e) {
            damage.row(e);
            return search(client);
        }
    }

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
    boolean wants(long number) {
        return wantedClient == null || number == wantedNumber;
    }

    /** Whether rows that belong to no session are to be shown. */
    boolean wantsAll() {
        return wantedClient == null;
    }

    /** The first key of the sessions to show, in tables whose keys begin with a number. */
    byte[] from() {
        return Keys.number(wantsAll() ? 0 : wantedNumber);
    }

    /** The first key behind them. */
    byte[] to() {
        return wantsAll() ? Keys.end() : Keys.number(wantedNumber + 1);
    }

    /** The client identifier of a session; null when it has no row, or one that cannot be read. */
    @Nullable
    String clientId(long number) throws IOException {
        if (number != namedNumber) {
            namedNumber = number;
            name = null;
            byte[] key = Keys.number(number);
            try {
                byte[] record = store.get(Table.SESSION, key);
                if (record != null) {
                    name = StoredSession.name(Damage.parse(Table.SESSION, key, record, SessionRecord.parser()));
                }
            } catch (DamagedRowException e) {
                damage.row(e);
            }
        }
        return name;
    }

    void forEach(Visitor visitor) throws IOException {
        try (RowCursor rows = store.cursor(Table.SESSION, from(), to())) {
            while (rows.next()) {
                try {
                    SessionRecord record = Damage.parse(Table.SESSION, rows, SessionRecord.parser());
                    visitor.session(load(Keys.number(rows.key()), record));
                } catch (DamagedRowException e) {
                    damage.row(e);
                }
            }
        }
    }

    private StoredSession load(long number, SessionRecord record) {
        SessionState known = replay.sessions().get(number);
        SessionState state = known == null ? SessionRows.load(store, number, IndexSpace.STANDARD) : known;
        byte[] mark = Keys.timer(0, number, TimerKind.CONNECTED);
        boolean connected = store.lastKey(Table.TIMER, mark, Keys.timer(0, number, TimerKind.SESSION_EXPIRY)) != null;
        return new StoredSession(record, state, connected);
    }
}

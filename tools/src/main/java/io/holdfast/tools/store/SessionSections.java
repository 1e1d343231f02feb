// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowReader;
import io.holdfast.tools.store.StoredSession.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The sections that tell sessions: rows with the tail of the log folded over them. */
final class SessionSections {
    private final RowReader store;
    private final StoredSessions sessions;
    private final DumpOutput out;
    private final Damage damage;

    SessionSections(RowReader store, StoredSessions sessions, DumpOutput out, Damage damage) {
        this.store = store;
        this.sessions = sessions;
        this.out = out;
        this.damage = damage;
    }

    void sessions() throws IOException {
        sessions.forEach(session -> {
            long inflight = session.inflightCount();
            out.number(session.number());
            out.text(session.condition());
            out.text(session.protocol());
            out.text(session.expiry());
            out.number(session.state().next());
            out.number(session.state().acknowledged());
            out.number(inflight);
            out.number(session.state().inboundCount());
            out.number(session.state().unsettledCount() - inflight);
            out.number(session.state().queuedBytes());
            out.text(session.clientId());
            out.endRow();
        });
    }

    void inbound() throws IOException {
        sessions.forEach(session -> {
            for (int packetId : session.state().inboundSorted()) {
                out.number(session.number());
                out.text(session.clientId());
                out.number(packetId);
                out.endRow();
            }
        });
    }

    void inflight() throws IOException {
        sessions.forEach(session -> walk(new InflightRows(session), session.inflightEnd()));
    }

    void queued() throws IOException {
        sessions.forEach(
                session -> walk(new QueuedRows(session), session.state().next()));
    }

    private void walk(Rows rows, long end) throws IOException {
        try {
            QueueWalk.forEach(store, rows.session.state(), end, rows);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** One row for each message of a walk. */
    private abstract class Rows implements QueueWalk.Visitor {
        final StoredSession session;

        Rows(StoredSession session) {
            this.session = session;
        }

        abstract void row(long index, long delivery, @Nullable Message message) throws IOException;

        abstract boolean wants(long index);

        @Override
        public final void entry(long index, long delivery, int @Nullable [] identifiers) {
            if (!wants(index)) {
                return;
            }
            try {
                row(index, delivery, message(index, Delivery.messageId(delivery)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private @Nullable Message message(long index, long id) throws IOException {
            byte[] key = Keys.number(id);
            try {
                byte[] record = store.get(Table.MESSAGE, key);
                if (record != null) {
                    return Stored.message(Table.MESSAGE, key, record);
                }
                damage.finding("message " + id + ", index " + index + " of session " + session.number()
                        + ", is not in the store");
            } catch (DamagedRowException e) {
                damage.row(e);
            }
            return null;
        }

        @Override
        public final void missing(long from, long to) {
            try {
                damage.finding("indexes " + from + " to " + (to - 1) + " of session " + session.number()
                        + " are in no readable row");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public final void damaged(DamagedRowException row) {
            try {
                damage.row(row);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        final void size(@Nullable Message message) throws IOException {
            if (message == null) {
                out.unknown();
            } else {
                out.number(message.payloadBytes());
            }
        }

        final void topic(@Nullable Message message) throws IOException {
            if (message == null) {
                out.unknown();
            } else {
                out.text(message.topic());
            }
        }

        final void packetId(long index) throws IOException {
            out.number(session.state().space().packetId(index));
        }
    }

    private final class InflightRows extends Rows {
        InflightRows(StoredSession session) {
            super(session);
        }

        @Override
        boolean wants(long index) {
            return true;
        }

        @Override
        void row(long index, long delivery, @Nullable Message message) throws IOException {
            Progress progress = session.progress(index);
            out.number(session.number());
            out.text(session.clientId());
            packetId(index);
            out.text(progress.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            out.number(index);
            out.number(Delivery.messageId(delivery));
            out.number(Delivery.qos(delivery));
            size(message);
            topic(message);
            out.endRow();
        }
    }

    private final class QueuedRows extends Rows {
        private final long from;

        QueuedRows(StoredSession session) {
            super(session);
            from = session.inflightEnd();
        }

        @Override
        boolean wants(long index) {
            return index >= from;
        }

        @Override
        void row(long index, long delivery, @Nullable Message message) throws IOException {
            out.number(session.number());
            out.text(session.clientId());
            out.number(index);
            packetId(index);
            out.number(Delivery.messageId(delivery));
            out.number(Delivery.qos(delivery));
            out.flag((Delivery.flags(delivery) & Delivery.RETAIN) != 0);
            size(message);
            topic(message);
            if (message == null) {
                out.unknown();
            } else {
                out.payload(message.payloadArray(), message.payloadOffset(), message.payloadBytes());
            }
            out.endRow();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowReader;
import io.holdfast.tools.store.StoredSession.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The sections that tell sessions: rows with the tail of the log folded over them. */
final class SessionSections {
    private final RowReader store;
    private final StoredSessions sessions;
    private final Selection selection;
    private final DumpOutput out;
    private final Damage damage;
    private final LongWork progress;

    SessionSections(
            RowReader store,
            StoredSessions sessions,
            Selection selection,
            DumpOutput out,
            Damage damage,
            LongWork progress) {
        this.store = store;
        this.sessions = sessions;
        this.selection = selection;
        this.out = out;
        this.damage = damage;
        this.progress = progress;
    }

    void sessions() throws IOException {
        sessions.forEach((session, walk) -> {
            progress.step();
            if (!selection.wantsTime(session.seenMillis())) {
                return;
            }
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
        sessions.forEach((session, walk) -> {
            progress.step();
            for (int packetId : session.state().inboundSorted()) {
                out.number(session.number());
                out.text(session.clientId());
                out.number(packetId);
                out.endRow();
            }
        });
    }

    void inflight() throws IOException {
        EntryPage page = page(this::inflightRow);
        sessions.forEach((session, walk) -> {
            progress.step();
            long end = session.inflightEnd();
            if (end > session.state().acknowledged()) {
                walk.walk(end, new Entries(session, page, 0));
            }
        });
        page.flush();
    }

    void queued() throws IOException {
        if (!selection.wantsMessage(Progress.QUEUED.title())) {
            return;
        }
        EntryPage page = page(this::queuedRow);
        sessions.forEach((session, walk) -> {
            progress.step();
            if (session.state().unsettledCount() > 0) {
                walk.walk(session.state().next(), new Entries(session, page, session.inflightEnd()));
            }
        });
        page.flush();
    }

    private EntryPage page(EntryPage.Visitor row) {
        return new EntryPage(store, damage, selection.needsMessages(), (session, index, delivery, message) -> {
            if (isWanted(message)) {
                row.entry(session, index, delivery, message);
            }
        });
    }

    /** A message that cannot be read is shown unless its topic or time is asked for. */
    private boolean isWanted(@Nullable Message message) {
        if (message == null) {
            return selection.topic() == null && selection.wantsTime(0);
        }
        return selection.wantsTime(message.publishedMillis())
                && selection.wantsTopic(message.topicArray(), message.topicOffset(), message.topicBytes());
    }

    private void inflightRow(StoredSession session, long index, long delivery, @Nullable Message message)
            throws IOException {
        String progressed = session.progress(index).title();
        if (!selection.wantsMessage(progressed)) {
            return;
        }
        out.number(session.number());
        out.text(session.clientId());
        out.number(session.state().space().packetId(index));
        out.text(progressed);
        out.number(index);
        out.number(Delivery.messageId(delivery));
        out.number(Delivery.qos(delivery));
        size(message);
        topic(message);
        out.endRow();
    }

    private void queuedRow(StoredSession session, long index, long delivery, @Nullable Message message)
            throws IOException {
        out.number(session.number());
        out.text(session.clientId());
        out.number(index);
        out.number(session.state().space().packetId(index));
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

    private void size(@Nullable Message message) throws IOException {
        if (message == null) {
            out.unknown();
        } else {
            out.number(message.payloadBytes());
        }
    }

    private void topic(@Nullable Message message) throws IOException {
        if (message == null) {
            out.unknown();
        } else {
            out.text(message.topic());
        }
    }

    /** Collects the entries of one session from an index on. */
    private final class Entries implements QueueWalk.Visitor {
        private final StoredSession session;
        private final EntryPage page;
        private final long from;

        Entries(StoredSession session, EntryPage page, long from) {
            this.session = session;
            this.page = page;
            this.from = from;
        }

        @Override
        public void entry(long index, long delivery, int @Nullable [] identifiers) {
            if (index < from) {
                return;
            }
            try {
                page.add(session, index, delivery);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void missing(long start, long end) {
            try {
                damage.finding("indexes " + start + " to " + (end - 1) + " of session " + session.number()
                        + " are in no readable row");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void damaged(DamagedRowException row) {
            try {
                damage.row(row);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

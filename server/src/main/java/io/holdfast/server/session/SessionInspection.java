// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.session.OrderRefusedException.Reason;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.SessionRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;

/**
 * What an operator may see of a shard's sessions, in steps short enough for its clients not to notice. On the shard's
 * thread, between whole groups; changes nothing, and lets go of what it had to read. Whatever goes wrong here fails the
 * question and not the broker.
 */
public final class SessionInspection {
    /** Indexes looked at for one page: behind a message that nobody acknowledges there may be a million settled ones. */
    private static final int LOOKS_MAX = 1 << 16;

    private final SessionShard shard;

    public SessionInspection(SessionShard shard) {
        this.shard = shard;
    }

    /** Numbers of the sessions that have no row, rising: they live in memory, as long as their connections. */
    public void withoutRows(Answer<long[]> answer) {
        ask(answer, () -> {
            LongArrayList numbers = new LongArrayList();
            for (Session session : shard.sessions.values()) {
                if (!session.durable && session.group == null) {
                    numbers.addLong(session.number);
                }
            }
            long[] sorted = numbers.toLongArray();
            Arrays.sort(sorted);
            return sorted;
        });
    }

    /** Those of some sessions that are in memory, or whose rows lag behind the log; of the others the rows say all. */
    public void figures(long[] numbers, Answer<Map<Long, SessionFigures>> answer) {
        ask(answer, () -> {
            Map<Long, SessionFigures> known = new HashMap<>();
            for (long number : numbers) {
                Session session = shard.lagging(number);
                if (session != null) {
                    known.put(number, SessionFigures.of(session));
                    shard.checkpoints.evictIfIdle(session);
                }
            }
            return known;
        });
    }

    /** The topic filters of some sessions that have no row, one after the other. */
    public void filters(long[] numbers, Answer<List<String>> answer) {
        ask(answer, () -> {
            List<String> filters = new ArrayList<>();
            for (long number : numbers) {
                Session session = shard.sessions.get(number);
                if (session != null && !session.durable) {
                    session.volatileFilters().forEach(filter -> filters.add(filter.toString()));
                }
            }
            return filters;
        });
    }

    /**
     * Connected clients that are behind, the worst of them first: by what waits in their sockets, then by what they have
     * not acknowledged.
     */
    public void slowest(int limit, Answer<List<SlowConsumer>> answer) {
        ask(answer, () -> {
            Comparator<SlowConsumer> worst = Comparator.comparingLong(SlowConsumer::waitingBytes)
                    .thenComparingLong(SlowConsumer::unacknowledged)
                    .thenComparingLong(SlowConsumer::messages);
            PriorityQueue<SlowConsumer> kept = new PriorityQueue<>(limit + 1, worst);
            for (Connection connection : shard.connections) {
                Session session = connection.session;
                if (session != null && session.connection == connection && session.group == null) {
                    keep(kept, limit, connection, session);
                }
            }
            return kept.stream().sorted(worst.reversed()).toList();
        });
    }

    private static void keep(PriorityQueue<SlowConsumer> kept, int limit, Connection connection, Session session) {
        long messages = session.state.unsettledCount();
        long waiting = connection.waitingBytes();
        if (messages == 0 && waiting == 0) {
            return;
        }
        long first = session.state.acknowledged();
        kept.add(new SlowConsumer(
                session.clientId,
                connection.peer(),
                waiting,
                session.inflight,
                messages,
                messages == 0 || session.state.isSettled(first) ? Delivery.NONE : session.state.delivery(first)));
        if (kept.size() > limit) {
            kept.poll();
        }
    }

    /** Looks into one session. */
    public void view(String clientId, Answer<SessionView> answer) {
        ask(answer, () -> {
            Session session = find(shard, clientId);
            SessionView view = view(session);
            shard.checkpoints.evictIfIdle(session);
            return view;
        });
    }

    private static SessionView view(Session session) {
        long sent = 0;
        for (long i = session.state.acknowledged(); i < Math.min(session.firstUnsent(), session.state.next()); i++) {
            sent += session.state.isSettled(i) ? 0 : 1;
        }
        List<String> filters = session.durable
                ? null
                : session.volatileFilters().stream()
                        .map(TopicFilter::toString)
                        .sorted()
                        .toList();
        return new SessionView(
                SessionFigures.of(session),
                sent,
                session.state.releasedCount(),
                session.state.inboundSorted(),
                session.state.acknowledged(),
                session.firstUnsent(),
                session.state.next(),
                session.generation,
                session.receiveMaximum,
                session.expiryDueMillis,
                session.willDueMillis,
                filters);
    }

    /** A copy of one session that has rows, which may be looked at on any thread. */
    public void copy(String clientId, Answer<SessionCopy> answer) {
        ask(answer, () -> {
            Session session = find(shard, clientId);
            if (!session.durable) {
                throw new OrderRefusedException(
                        Reason.CONFLICT,
                        "the session lives no longer than its connection, so there is nothing to keep");
            }
            boolean connected = session.connection != null;
            SessionCopy copy = new SessionCopy(session.number, session.state.copy(), connected, session.sentThrough);
            shard.checkpoints.evictIfIdle(session);
            return copy;
        });
    }

    /**
     * A page of a queue.
     *
     * @param from the lowest index wanted
     * @param limit messages on the page at most
     */
    public void queue(String clientId, long from, int limit, Answer<QueueSlice> answer) {
        ask(answer, () -> {
            Session session = find(shard, clientId);
            QueueSlice slice = new Page(session).read(from, limit);
            shard.checkpoints.evictIfIdle(session);
            return slice;
        });
    }

    /** Reads the fragments that a page needs, and leaves the session's memory as it was. */
    private final class Page {
        private final Session session;
        private final List<QueueSlice.Entry> entries = new ArrayList<>();
        private Long2LongHashMap fragment = new Long2LongHashMap(Delivery.NONE);
        private long fragmentEnd = -1;

        Page(Session session) {
            this.session = session;
        }

        QueueSlice read(long from, int limit) {
            long at = Math.max(from, session.state.acknowledged());
            for (int looks = 0; at < session.state.next() && entries.size() < limit && looks < LOOKS_MAX; looks++) {
                if (!session.state.isSettled(at)) {
                    entries.add(entry(at));
                }
                at++;
            }
            return new QueueSlice(entries, at < session.state.next() ? at : -1);
        }

        private QueueSlice.Entry entry(long index) {
            long delivery = session.state.delivery(index);
            if (delivery == Delivery.NONE) {
                delivery = stored(index);
            }
            return new QueueSlice.Entry(
                    index, delivery, state(index, delivery), session.durable ? null : session.body(index));
        }

        private QueueSlice.State state(long index, long delivery) {
            if (delivery == Delivery.NONE) {
                return QueueSlice.State.MISSING;
            }
            if (session.state.isReleased(index)) {
                return QueueSlice.State.RELEASED;
            }
            return index < session.firstUnsent() ? QueueSlice.State.SENT : QueueSlice.State.QUEUED;
        }

        private long stored(long index) {
            if (index >= fragmentEnd) {
                fragment = new Long2LongHashMap(Delivery.NONE);
                for (SessionRows.Range range : shard.outbound.reading.fragments(session)) {
                    if (index >= range.first() && index < range.end()) {
                        fragmentEnd = range.end();
                        SessionRows.read(
                                shard.store,
                                session.number,
                                range.first(),
                                (at, delivery, beside) -> fragment.put(at, delivery));
                        break;
                    }
                }
            }
            return fragment.get(index);
        }
    }

    private <T> void ask(Answer<T> answer, Supplier<T> question) {
        shard.applier.whenWhole(() -> {
            T value;
            try {
                value = question.get();
            } catch (RuntimeException e) {
                answer.failed(e);
                return;
            }
            answer.done(value);
        });
    }

    /**
     * The session of a client.
     *
     * @throws OrderRefusedException when there is none, or its rows are damaged
     */
    static Session find(SessionShard shard, String clientId) {
        long number = shard.connects.number(clientId);
        Session session = number < 0 ? null : shard.get(number);
        if (session != null) {
            return session;
        }
        if (number >= 0 && shard.isQuarantined(number)) {
            throw damaged(clientId);
        }
        throw new OrderRefusedException(Reason.UNKNOWN, "no client has a session with this identifier");
    }

    static OrderRefusedException damaged(String clientId) {
        return new OrderRefusedException(
                Reason.DAMAGED,
                "rows of the session of " + clientId + " are damaged, so it is left as it is; 'holdfast store dump'"
                        + " shows them");
    }
}

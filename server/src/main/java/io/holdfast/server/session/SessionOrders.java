// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.session.OrderRefusedException.Reason;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.store.DamagedRowException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may do to a shard's sessions. Every order takes the path of what a client or the clock does, through
 * the same hand-over and the same commit, and is answered when it is on disk. On the shard's thread, between whole groups.
 *
 * <p>No order takes back a promise that is in flight: a message that was sent, or may have been, is the client's (C16), and
 * one that a shared group has given to a session may still be another member's (C27). Only the end of the session, which
 * both sides know, ends those.
 */
public final class SessionOrders {
    private static final String DISCONNECTED = "an operator has ended this connection";
    private static final int SLICE_MESSAGES = 256;
    private static final int SLICE_LOOKS = 1 << 14;

    private final SessionShard shard;

    public SessionOrders(SessionShard shard) {
        this.shard = shard;
    }

    /** Writes a note that means nothing, and answers 0 when it is on disk. */
    public void note(Answer<Long> answer) {
        shard.add(new RowOps.TimeNote(), 0);
        whenCommitted(() -> answer.done(0L));
        shard.endOfBurst();
    }

    /** Ends the client's connection, with its will, as the client said no goodbye. Answers 0. */
    public void disconnect(String clientId, Answer<Long> answer) {
        order(clientId, answer, session -> {
            Connection connection = session.connection;
            if (connection == null) {
                shard.checkpoints.evictIfIdle(session);
                throw new OrderRefusedException(Reason.CONFLICT, "the client is not connected");
            }
            shard.departures.end(connection, ReasonCode.ADMINISTRATIVE_ACTION, DISCONNECTED);
            whenCommitted(() -> answer.done(0L));
        });
    }

    /** Ends connection and session, as a clean start would. Answers how many messages it was owed. */
    public void drop(String clientId, Answer<Long> answer) {
        order(clientId, answer, session -> {
            requireSettled(session);
            long owed = session.state.unsettledCount();
            Connection connection = session.connection;
            if (connection != null) {
                shard.departures.end(connection, ReasonCode.ADMINISTRATIVE_ACTION, DISCONNECTED);
            }
            if (!session.ended) { // Else it lived no longer than its connection.
                end(session);
            }
            whenCommitted(() -> answer.done(owed));
        });
    }

    /** Ends a session whose client is away, as if its time were over. Answers how many messages it was owed. */
    public void expire(String clientId, Answer<Long> answer) {
        order(clientId, answer, session -> {
            requireSettled(session);
            if (session.connection != null) {
                throw new OrderRefusedException(
                        Reason.CONFLICT,
                        "the client is connected, and a session's time runs only while its client is away; disconnect"
                                + " it first, or drop the session");
            }
            long owed = session.state.unsettledCount();
            end(session);
            whenCommitted(() -> answer.done(owed));
        });
    }

    private static void requireSettled(Session session) {
        if (session.connecting > 0) {
            throw new OrderRefusedException(Reason.CONFLICT, "the client is connecting at this moment; try again");
        }
    }

    private void end(Session session) {
        SessionEnd.Held held = shard.ends.held(session);
        if (held == null) {
            throw SessionInspection.damaged(session.clientId);
        }
        shard.wills.sessionEnds(session);
        shard.ends.end(session, held);
    }

    // ---- queues

    /** Gives up everything that waits now and was not yet sent. Answers how many messages went. */
    public void purge(String clientId, Answer<Long> answer) {
        order(clientId, answer, session -> new Removal(session, 0, session.state.next(), answer).begin());
    }

    /**
     * Gives up the messages of some indexes, all of them or none.
     *
     * @param from the first index
     * @param to the last index
     */
    public void dropMessages(String clientId, long from, long to, Answer<Long> answer) {
        order(clientId, answer, session -> {
            long end = to >= session.state.next() ? session.state.next() : to + 1;
            requireUnsent(session, from, end);
            new Removal(session, from, end, answer).begin();
        });
    }

    private void requireUnsent(Session session, long from, long end) {
        long sentEnd = Math.min(end, session.firstUnsent());
        for (long i = Math.max(from, session.state.acknowledged()); i < sentEnd; i++) {
            if (!session.state.isSettled(i)) {
                shard.checkpoints.evictIfIdle(session);
                throw new OrderRefusedException(
                        Reason.CONFLICT,
                        "message " + i + " was sent to the client, or may have been, so it is the client's until it is"
                                + " acknowledged; nothing was dropped");
            }
        }
    }

    /** Drops unsent messages, slice by slice: each is on disk before the next begins. */
    private final class Removal {
        private final Session session;
        private final long end;
        private final Answer<Long> answer;
        private long at;
        private long dropped;
        private long kept;

        Removal(Session session, long from, long end, Answer<Long> answer) {
            this.session = session;
            this.end = end;
            this.answer = answer;
            at = from;
        }

        void begin() {
            session.pending++; // Until it is done, the session stays in memory.
            slice();
        }

        private void slice() {
            try {
                dropSome();
            } catch (DamagedRowException damage) {
                shard.quarantine(session.number, damage);
                finish(SessionInspection.damaged(session.clientId));
                return;
            }
            shard.outbound.pump(session);
            whenCommitted(() -> {
                if (at < end && !session.ended) {
                    shard.applier.whenWhole(() -> {
                        slice();
                        shard.endOfBurst();
                    });
                } else if (dropped == 0 && kept > 0) {
                    finish(new OrderRefusedException(
                            Reason.CONFLICT,
                            "a shared group has given the message to this session and may give it to another; the end"
                                    + " of the session returns it to the group"));
                } else {
                    finish(null);
                }
            });
        }

        private void dropSome() {
            int looks = 0;
            int slice = 0;
            // What was sent since the last slice is the client's by now.
            at = Math.max(at, session.firstUnsent());
            for (; at < end && slice < SLICE_MESSAGES && looks < SLICE_LOOKS && !session.ended; at++, looks++) {
                if (session.state.isSettled(at)) {
                    continue;
                }
                if (session.state.delivery(at) == Delivery.NONE) {
                    shard.outbound.reading.restore(session, at);
                }
                if (Origin.isShared(session.state.delivery(at))) {
                    kept++;
                } else {
                    shard.outbound.drop(session, at);
                    slice++;
                }
            }
            dropped += slice;
        }

        private void finish(@Nullable OrderRefusedException refused) {
            session.pending--;
            shard.checkpoints.evictIfIdle(session);
            if (refused == null) {
                answer.done(dropped);
            } else {
                answer.failed(refused);
            }
        }
    }

    // ---- steps

    private void order(String clientId, Answer<Long> answer, Consumer<Session> order) {
        shard.applier.whenWhole(() -> {
            try {
                order.accept(SessionInspection.find(shard, clientId));
            } catch (OrderRefusedException e) {
                answer.failed(e);
            } catch (DamagedRowException e) {
                answer.failed(SessionInspection.damaged(clientId));
            }
            shard.endOfBurst();
        });
    }

    /** Behind everything handed over so far. */
    private void whenCommitted(Runnable then) {
        shard.addUrgent(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        then.run();
                    }
                },
                0);
    }
}

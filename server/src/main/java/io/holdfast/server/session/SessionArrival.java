// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.session.OrderRefusedException.Reason;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SharedOps;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.transfer.LiveIntake;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Takes in a session that comes from another broker. On its shard's thread; until its rows are on disk its client is
 * refused, and then finds it as if it had always been here.
 */
public final class SessionArrival {
    private static final int ROW_BYTES = 96;
    private static final String REPLACED = "an operator replaced the session";

    /** A shared subscription that comes with the session. */
    public record Share(TopicFilter filter, int options, int identifier) {}

    private final SessionShard shard;

    public SessionArrival(SessionShard shard) {
        this.shard = shard;
    }

    /**
     * Takes a session in; answers how many messages it is owed, once all of it is on disk.
     *
     * @param made the session under a number, which is told when it is known
     * @param bytes about what its rows take
     * @param replace whether a session of the same client ends for it, with its connection
     */
    public void take(
            String clientId,
            LongFunction<LiveIntake> made,
            List<Share> shares,
            long bytes,
            boolean replace,
            Answer<Long> answer) {
        shard.applier.whenWhole(() -> {
            try {
                leave(clientId, replace);
                arrive(clientId, made, shares, bytes, answer);
            } catch (OrderRefusedException e) {
                answer.failed(e);
            } catch (DamagedRowException e) {
                answer.failed(SessionInspection.damaged(clientId));
            }
            shard.endOfBurst();
        });
    }

    /** Whoever is there with this client identifier goes, if that is allowed. */
    private void leave(String clientId, boolean replace) {
        if (shard.connects.isArriving(clientId)) {
            throw new OrderRefusedException(Reason.CONFLICT, "a session of this client is being imported already");
        }
        long number = shard.connects.number(clientId);
        Session session = number < 0 ? null : shard.get(number);
        if (session == null && number >= 0 && shard.isQuarantined(number)) {
            throw SessionInspection.damaged(clientId);
        }
        if (session == null) {
            return;
        }
        if (!replace) {
            String state = session.connection == null ? "has a session here" : "is connected here";
            shard.checkpoints.evictIfIdle(session);
            throw new OrderRefusedException(
                    Reason.CONFLICT, "the client " + state + "; --replace ends it, with all it is owed");
        }
        if (session.connecting > 0) {
            throw new OrderRefusedException(Reason.CONFLICT, "the client is connecting at this moment; try again");
        }
        if (session.connection != null) {
            shard.departures.end(session.connection, ReasonCode.ADMINISTRATIVE_ACTION, REPLACED);
        }
        if (!session.ended) { // Else it lived no longer than its connection.
            end(session);
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

    private void arrive(
            String clientId, LongFunction<LiveIntake> made, List<Share> shares, long bytes, Answer<Long> answer) {
        long sequence = shard.env.nextSessionSequence();
        LiveIntake intake = made.apply(SessionNumbers.of(sequence, clientId));
        shard.connects.arrives(clientId);
        shard.add(new RowOps.NewSession(sequence), ROW_BYTES);
        shard.add(intake, (int) Math.min(Integer.MAX_VALUE, bytes));
        for (Share share : shares) {
            join(intake.number(), share);
        }
        shard.env.count(ShardEvent.SESSION_STARTED);
        shard.addUrgent(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        shard.connects.arrived(clientId);
                        answer.done(intake.entries());
                    }
                },
                0);
    }

    private void join(long member, Share share) {
        TopicFilter inner = share.filter().inner();
        long sequence = shard.env.nextSessionSequence();
        long candidate = SessionNumbers.of(sequence, share.filter().toString());
        shard.add(
                new SharedOps.Join(
                        member,
                        share.filter().utf8(),
                        inner.utf8(),
                        inner,
                        share.options(),
                        share.identifier(),
                        true,
                        candidate,
                        sequence),
                ROW_BYTES);
    }
}

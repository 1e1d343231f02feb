// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.commit.SubscriptionOps;
import io.holdfast.storage.commit.SubscriptionOps.Owed;
import java.util.ArrayList;
import java.util.List;

/**
 * SUBSCRIBE and UNSUBSCRIBE: each filter is a step of its own, judged alone [MQTT-3.8.4-4]; the answer follows the commit
 * of all of them. Retained messages come in slices behind it.
 */
final class SubscriptionFlow {
    private static final int STEP_BYTES = 64;

    private final SessionShard shard;

    SubscriptionFlow(SessionShard shard) {
        this.shard = shard;
    }

    void onSubscribe(Connection connection, Session session, Subscribe subscribe) {
        List<ReasonCode> codes = new ArrayList<>(subscribe.requests().size());
        for (Subscribe.Request request : subscribe.requests()) {
            codes.add(subscribe(session, request, codes.size()));
        }
        if (connection.version == ProtocolVersion.MQTT_3_1) {
            // 3.1 has no failure code: a refused filter is granted QoS 0 and never served.
            codes.replaceAll(code -> code.isFailure() ? ReasonCode.SUCCESS : code);
        }
        reply(connection, new SubAck(subscribe.packetId(), codes, Properties.NONE));
    }

    private ReasonCode subscribe(Session session, Subscribe.Request request, int earlier) {
        TopicFilter filter = request.filter();
        if (filter == null) {
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        if (filter.isShared()) {
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (session.subscriptionCount < 0) {
            session.subscriptionCount = SessionRecords.countSubscriptions(shard.store, session.number);
        }
        if (session.subscriptionCount + earlier >= shard.limits.subscriptionsMax()) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        QoS granted = request.maxQos();
        int flags = (request.noLocal() ? SubscriptionOptions.NO_LOCAL : 0)
                | (request.retainAsPublished() ? SubscriptionOptions.RETAIN_AS_PUBLISHED : 0)
                | (session.durable ? 0 : SubscriptionOptions.VOLATILE);
        int options = SubscriptionOptions.of(granted.level(), request.retainHandling(), flags);
        if (!session.durable) {
            session.volatileFilters().add(filter);
        }
        shard.addUrgent(new Granted(session, filter, options), STEP_BYTES + filter.utf8().length);
        return switch (granted) {
            case AT_MOST_ONCE -> ReasonCode.SUCCESS;
            case AT_LEAST_ONCE -> ReasonCode.GRANTED_QOS_1;
            case EXACTLY_ONCE -> ReasonCode.GRANTED_QOS_2;
        };
    }

    /** A subscription on its way to the tree; once there, the retained messages follow. */
    private final class Granted extends SubscriptionOps.Subscribe {
        private final Session session;
        private final TopicFilter filter;
        private final int options;

        Granted(Session session, TopicFilter filter, int options) {
            super(
                    session.number,
                    filter,
                    filter.utf8(),
                    options,
                    0,
                    session.durable,
                    switch (SubscriptionOptions.retainHandling(options)) {
                        case Subscribe.RETAIN_NEVER -> Owed.NOTHING;
                        case Subscribe.RETAIN_IF_NEW -> Owed.IF_NEW;
                        default -> Owed.ALWAYS;
                    });
            this.session = session;
            this.filter = filter;
            this.options = options;
        }

        @Override
        public void committed() {
            if (!existed()) {
                session.subscriptionCount++;
            }
            if (!session.ended && isOwed()) {
                start(new RetainedDelivery(shard, session, filter, options, new byte[0], owedBelow()));
            }
        }
    }

    void onUnsubscribe(Connection connection, Session session, Unsubscribe unsubscribe) {
        List<ReasonCode> codes = new ArrayList<>();
        for (TopicFilter filter : unsubscribe.filters()) {
            if (!session.durable) {
                session.volatileFilters().remove(filter);
            }
            shard.addUrgent(new Removed(session, filter), STEP_BYTES + filter.utf8().length);
            codes.add(ReasonCode.SUCCESS);
        }
        reply(connection, new UnsubAck(unsubscribe.packetId(), codes, Properties.NONE)); // [MQTT-3.10.4-5]
    }

    private static final class Removed extends SubscriptionOps.Unsubscribe {
        private final Session session;

        Removed(Session session, TopicFilter filter) {
            super(session.number, filter, filter.utf8());
            this.session = session;
        }

        @Override
        public void committed() {
            if (existed() && session.subscriptionCount > 0) {
                session.subscriptionCount--;
            }
        }
    }

    private void reply(Connection connection, Packet packet) {
        ParkedPacket reply = new ParkedPacket(connection, packet);
        shard.addUrgent(reply, STEP_BYTES);
        connection.replies.add(reply);
    }

    /** A packet that waits for the commit of everything handed over before it. */
    private final class ParkedPacket extends RowOps.Note implements Replies.Reply {
        private final Connection connection;
        private final Packet packet;
        private boolean ready;

        ParkedPacket(Connection connection, Packet packet) {
            this.connection = connection;
            this.packet = packet;
        }

        @Override
        public void committed() {
            ready = true;
            connection.replies.advance();
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void send(Connection to) {
            shard.send(to, packet);
        }
    }

    // ---- retained messages owed, one slice at a time

    void start(RetainedDelivery delivery) {
        Session session = delivery.session();
        session.owed.add(delivery);
        continueRetained(session);
    }

    /** Hands the next slice over while the queue has room for it, so that retained messages never push others out. */
    void continueRetained(Session session) {
        if (session.slicing || session.ended || session.owed.isEmpty() || !hasRoom(session)) {
            return;
        }
        session.slicing = true;
        shard.addUrgent(session.owed.remove(0), STEP_BYTES);
    }

    private boolean hasRoom(Session session) {
        Limits limits = shard.limits;
        boolean messages = limits.queueMessagesMax() == 0 || session.queued() <= limits.queueMessagesMax() / 2;
        boolean bytes = limits.queueBytesMax() == 0 || session.state.queuedBytes() <= limits.queueBytesMax() / 2;
        return messages && bytes;
    }
}

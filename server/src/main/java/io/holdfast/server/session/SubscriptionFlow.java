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
import io.holdfast.server.access.Grants;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.commit.SharedOps;
import io.holdfast.storage.commit.SubscriptionOps;
import io.holdfast.storage.commit.SubscriptionOps.Owed;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * SUBSCRIBE and UNSUBSCRIBE: each filter is a step of its own, judged alone [MQTT-3.8.4-4] [MQTT5-3.8.4-5]
 * [MQTT-3.10.4-6] [MQTT5-3.10.4-6]; the one answer follows the commit of all of them. Retained messages come in slices
 * behind it.
 */
final class SubscriptionFlow {
    private static final int STEP_BYTES = 64;

    private final SessionShard shard;

    SubscriptionFlow(SessionShard shard) {
        this.shard = shard;
    }

    void onSubscribe(Connection connection, Session session, Subscribe subscribe) {
        List<ReasonCode> codes = new ArrayList<>(subscribe.requests().size());
        int identifier = subscribe.properties().subscriptionIdentifier();
        for (Subscribe.Request request : subscribe.requests()) {
            // [MQTT-3.8.4-5] [MQTT5-3.8.4-6] [MQTT-3.9.3-1] [MQTT5-3.9.3-1]
            codes.add(subscribe(connection, session, request, identifier, codes.size()));
        }
        if (connection.version == ProtocolVersion.MQTT_3_1) {
            // 3.1 has no failure code: a refused filter is granted QoS 0 and never served.
            codes.replaceAll(code -> code.isFailure() ? ReasonCode.SUCCESS : code);
        }
        // [MQTT-3.8.4-1] [MQTT5-3.8.4-1]; its packet identifier [MQTT-3.8.4-2] [MQTT5-3.8.4-2] [MQTT-2.3.1-7]
        // [MQTT5-2.2.1-6]; its codes [MQTT5-3.9.3-2]
        SubAck subAck = new SubAck(subscribe.packetId(), codes, Properties.NONE);
        reply(connection, () -> subAck);
    }

    private ReasonCode subscribe(
            Connection connection, Session session, Subscribe.Request request, int identifier, int earlier) {
        TopicFilter filter = request.filter();
        if (filter == null) {
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        int qosMax = shard.permissions.subscribeQosMax(connection, filter);
        if (qosMax == Grants.NOT_AT_ALL) {
            return deny(session, filter);
        }
        if (session.subscriptionCount < 0) {
            session.subscriptionCount = SessionRecords.countSubscriptions(shard.store, session.number);
        }
        int taken = session.durable ? session.subscriptionCount + earlier : session.subscriptionCount;
        boolean full = taken >= shard.limits.subscriptionsMax()
                || shard.tree.subscriptionCount() + earlier
                        >= shard.limits.common().subscriptionsMax();
        if (full && isNew(session, filter)) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        QoS granted = QoS.of(Math.min(request.maxQos().level(), qosMax));
        int flags = (request.noLocal() ? SubscriptionOptions.NO_LOCAL : 0)
                | (request.retainAsPublished() ? SubscriptionOptions.RETAIN_AS_PUBLISHED : 0)
                | (session.durable ? 0 : SubscriptionOptions.VOLATILE);
        int options = SubscriptionOptions.of(granted.level(), request.retainHandling(), flags);
        if (filter.isShared()) {
            shard.members.join(session, filter, options, identifier);
        } else {
            grant(session, filter, options, identifier);
        }
        return ReasonCode.granted(granted); // [MQTT5-3.8.4-7] [MQTT5-3.2.2-10]
    }

    /** Access rules do not allow a filter; if it was allowed once, that is over now. */
    private ReasonCode deny(Session session, TopicFilter filter) {
        shard.env.count(ShardEvent.SUBSCRIBE_DENIED);
        if (!isNew(session, filter)) {
            remove(session, filter);
        }
        return ReasonCode.NOT_AUTHORIZED;
    }

    /** Hands a subscription over; one that the session has with this filter is replaced [MQTT5-3.8.4-3]. */
    private void grant(Session session, TopicFilter filter, int options, int identifier) {
        // Nobody else knows which filters a session without rows has.
        boolean isNew = session.durable || session.volatileFilters().add(filter);
        if (!session.durable) {
            session.subscriptionCount = session.volatileFilters().size();
        }
        Owed owed = switch (SubscriptionOptions.retainHandling(options)) {
            case Subscribe.RETAIN_NEVER -> Owed.NOTHING; // [MQTT5-3.3.1-11]
            case Subscribe.RETAIN_IF_NEW -> isNew ? Owed.IF_NEW : Owed.NOTHING; // [MQTT5-3.3.1-10]
            default -> Owed.ALWAYS; // [MQTT5-3.3.1-9] [MQTT5-3.8.4-4]
        };
        shard.addUrgent(new Granted(session, filter, options, identifier, owed), STEP_BYTES + filter.utf8().length);
    }

    private boolean isNew(Session session, TopicFilter filter) {
        return session.durable
                ? shard.store.get(Table.SUBSCRIPTION, Keys.subscription(session.number, filter.utf8())) == null
                : !session.volatileFilters().contains(filter);
    }

    /** A subscription on its way to the tree; once there, the retained messages follow. */
    private final class Granted extends SubscriptionOps.Subscribe {
        private final Session session;
        private final TopicFilter filter;
        private final int options;
        private final int identifier;

        Granted(Session session, TopicFilter filter, int options, int identifier, Owed owed) {
            super(session.number, filter, filter.utf8(), options, identifier, session.durable, owed);
            this.session = session;
            this.filter = filter;
            this.options = options;
            this.identifier = identifier;
        }

        @Override
        public void committed() {
            if (session.durable && !existed()) {
                session.subscriptionCount++;
            }
            if (!session.ended && isOwed()) {
                start(new RetainedDelivery(shard, session, filter, options, identifier, new byte[0], owedBelow()));
            }
        }
    }

    void onUnsubscribe(Connection connection, Session session, Unsubscribe unsubscribe) {
        List<Supplier<ReasonCode>> codes = new ArrayList<>();
        for (TopicFilter filter : unsubscribe.filters()) {
            codes.add(filter == null ? () -> ReasonCode.TOPIC_FILTER_INVALID : remove(session, filter));
        }
        // [MQTT-3.10.4-4] [MQTT-2.3.1-7] [MQTT5-2.2.1-6] [MQTT-3.10.4-5] [MQTT5-3.10.4-4] [MQTT5-3.10.4-5]
        // [MQTT5-3.11.3-1] [MQTT5-3.11.3-2]; what existed is known once committed.
        reply(
                connection,
                () -> new UnsubAck(
                        unsubscribe.packetId(),
                        codes.stream().map(Supplier::get).toList(),
                        Properties.NONE));
    }

    /** Messages in the session's queue stay: what was begun is finished [MQTT-3.10.4-3] [MQTT5-3.10.4-3]. */
    private Supplier<ReasonCode> remove(Session session, TopicFilter filter) {
        boolean known = !session.durable && session.volatileFilters().remove(filter);
        if (!session.durable) {
            session.subscriptionCount = session.volatileFilters().size();
        }
        if (filter.isShared()) {
            SharedOps.Leave left = shard.members.leave(session, filter);
            return () -> known || left.existed() ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED;
        }
        Removed removed = new Removed(session, filter);
        shard.addUrgent(removed, STEP_BYTES + filter.utf8().length);
        return () -> known || removed.existed() ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED;
    }

    private static final class Removed extends SubscriptionOps.Unsubscribe {
        private final Session session;

        Removed(Session session, TopicFilter filter) {
            super(session.number, filter, filter.utf8());
            this.session = session;
        }

        @Override
        public void committed() {
            if (session.durable && existed() && session.subscriptionCount > 0) {
                session.subscriptionCount--;
            }
        }
    }

    private void reply(Connection connection, Supplier<Packet> packet) {
        ParkedPacket reply = new ParkedPacket(connection, packet);
        shard.addUrgent(reply, STEP_BYTES);
        connection.replies.add(reply);
    }

    private final class ParkedPacket extends ParkedReply {
        private final Supplier<Packet> packet;

        ParkedPacket(Connection connection, Supplier<Packet> packet) {
            super(connection);
            this.packet = packet;
        }

        @Override
        public void send(Connection to) {
            shard.send(to, packet.get());
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
        RetainedDelivery slice = session.owed.remove(0);
        Limits limits = shard.limits;
        slice.limit(
                limits.queueMessagesMax() == 0 ? Long.MAX_VALUE : limits.queueMessagesMax() - session.queued(),
                limits.queueBytesMax() == 0 ? Long.MAX_VALUE : limits.queueBytesMax() - session.state.queuedBytes());
        shard.addUrgent(slice, STEP_BYTES);
    }

    private boolean hasRoom(Session session) {
        Limits limits = shard.limits;
        boolean messages = limits.queueMessagesMax() == 0 || session.queued() <= limits.queueMessagesMax() / 2;
        boolean bytes = limits.queueBytesMax() == 0 || session.state.queuedBytes() <= limits.queueBytesMax() / 2;
        return messages && bytes;
    }
}

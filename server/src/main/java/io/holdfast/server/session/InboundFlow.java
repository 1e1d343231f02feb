// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.Utf8;
import io.holdfast.server.routing.Route;
import io.holdfast.server.routing.RoutedMessage;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;

/** What clients send after CONNECT. Packets that must wait for a commit are held, with everything behind them (C20). */
final class InboundFlow {
    private static final int EVENT_REPLY_BYTES = 16;

    private final SessionShard shard;
    private final SubscriptionFlow subscriptions;

    InboundFlow(SessionShard shard) {
        this.shard = shard;
        subscriptions = new SubscriptionFlow(shard);
    }

    void onPacket(Connection connection, Session session, Packet packet) {
        if (session.ended || session.connection != connection) {
            return; // A newer connection owns the session (C25).
        }
        switch (packet.type()) {
            case PUBLISH -> onPublish(connection, session, (Publish) packet);
            case PUBACK -> shard.outbound.onPubAck(session, ((PubAck) packet).packetId());
            case PUBREC -> shard.outbound.onPubRec(connection, session, (PubRec) packet);
            case PUBREL -> onPubRel(connection, session, (PubRel) packet);
            case PUBCOMP -> shard.outbound.onPubComp(session, ((PubComp) packet).packetId());
            case SUBSCRIBE -> subscriptions.onSubscribe(connection, session, (Subscribe) packet);
            case UNSUBSCRIBE -> subscriptions.onUnsubscribe(connection, session, (Unsubscribe) packet);
            case PINGREQ -> shard.send(connection, PingResp.INSTANCE); // [MQTT-3.12.4-1]
            case DISCONNECT -> shard.departures.onDisconnect(connection, session, (Disconnect) packet);
            case AUTH -> {
                if (!connection.onAuth((Auth) packet)) {
                    breaksProtocol(connection);
                }
            }
            // A second CONNECT, or a packet only servers send [MQTT-3.1.0-2].
            default -> breaksProtocol(connection);
        }
    }

    private void breaksProtocol(Connection connection) {
        shard.env.count(ShardEvent.PROTOCOL_ERROR);
        shard.connects.end(connection, ReasonCode.PROTOCOL_ERROR);
    }

    // ---- PUBLISH

    private void onPublish(Connection connection, Session session, Publish publish) {
        shard.env.count(ShardEvent.received(publish.qos().level()));
        if (isNotOffered(connection, publish)) {
            return;
        }
        boolean exactlyOnce = publish.qos() == QoS.EXACTLY_ONCE;
        if (exactlyOnce && session.releasingInbound.contains(publish.packetId())) {
            hold(connection, publish);
            return;
        }
        if (connection.version == ProtocolVersion.MQTT_5
                && publish.qos() != QoS.AT_MOST_ONCE
                && isOneTooMany(connection, session, publish)) {
            return;
        }
        if (publish.topic().startsWithDollar()) {
            refuseDollar(connection, publish);
            return;
        }
        if (exactlyOnce && session.state.holdsInbound(publish.packetId())) {
            repeatPubRec(connection, session, publish.packetId());
            return;
        }
        if (!shard.permissions.mayPublish(connection, publish)) {
            shard.env.count(ShardEvent.PUBLISH_DENIED);
            refuse(connection, publish, "the client may not publish this");
            return;
        }
        if (connection.version == ProtocolVersion.MQTT_5 && refuses(connection, session, publish)) {
            return;
        }
        if (exactlyOnce
                && connection.version != ProtocolVersion.MQTT_5
                && session.state.inboundCount() >= shard.limits.inboundMax()) {
            exceedsLimit(connection);
            return;
        }
        boolean low = shard.env.isDiskLow() && isStored(connection, session, publish);
        if (low && shard.disk.lacksFor(connection, publish)) {
            return;
        }
        boolean kept = !publish.retain() || !low && isRetained(publish);
        if (!kept && refusesToRetain(connection, publish)) {
            return;
        }
        if (exactlyOnce) {
            addInbound(session, publish.packetId());
        }
        accept(connection, session, kept ? publish : unretained(publish));
    }

    /** Whether a message takes room on disk; an empty retained one gives some back. */
    private boolean isStored(Connection connection, Session session, Publish publish) {
        return publish.retain()
                ? publish.payload().length > 0
                : publish.qos() != QoS.AT_MOST_ONCE
                        && !route(connection, session, publish).durable().isEmpty();
    }

    /**
     * A QoS or RETAIN that the operator has turned off. MQTT 5 clients were told in their CONNACK; older ones cannot be told
     * but by the end of the connection, and may set RETAIN: then the message is not retained [MQTT5-3.2.2-14].
     */
    private boolean isNotOffered(Connection connection, Publish publish) {
        ConnectLimits offered = shard.limits.connect();
        boolean retainRefused =
                publish.retain() && !offered.retainAvailable() && connection.version == ProtocolVersion.MQTT_5;
        if (publish.qos().level() <= offered.qosMax() && !retainRefused) {
            return false;
        }
        shard.env.count(ShardEvent.PROTOCOL_ERROR);
        shard.connects.end(connection, retainRefused ? ReasonCode.RETAIN_NOT_SUPPORTED : ReasonCode.QOS_NOT_SUPPORTED);
        return true;
    }

    private boolean isRetained(Publish publish) {
        return shard.limits.connect().retainAvailable()
                && shard.room.takes(publish.topic(), publish.payload().length, bytes(publish));
    }

    private static int bytes(Publish publish) {
        return publish.topic().utf8().length + publish.payload().length;
    }

    /**
     * There is no room to retain a message: an MQTT 5 publisher is told and nothing happens; others cannot be told, and at
     * QoS 0 nobody can: then those who are subscribed now get it all the same.
     */
    private boolean refusesToRetain(Connection connection, Publish publish) {
        shard.env.count(ShardEvent.RETAINED_REFUSED);
        if (connection.version != ProtocolVersion.MQTT_5 || publish.qos() == QoS.AT_MOST_ONCE) {
            return false;
        }
        answer(connection, publish, ReasonCode.QUOTA_EXCEEDED, "no more retained messages are kept");
        return true;
    }

    private static Publish unretained(Publish publish) {
        return new Publish(
                publish.packetId(),
                publish.qos(),
                publish.dup(),
                false,
                publish.topic(),
                publish.payload(),
                publish.properties());
    }

    /**
     * Counts a message of an MQTT 5 client against the Receive Maximum that CONNACK told, and ends the connection at the
     * one too many [MQTT5-3.3.4-7] [MQTT5-3.3.4-8]. A message counts from here until its last acknowledgement is written:
     * the client can only have counted it down later, so one that keeps to the limit never exceeds it here. The same QoS 2
     * message sent again counts once for each connection.
     */
    private boolean isOneTooMany(Connection connection, Session session, Publish publish) {
        boolean counted = publish.qos() == QoS.EXACTLY_ONCE
                && session.state.holdsInbound(publish.packetId())
                && !connection.takeCarried(publish.packetId());
        if (counted) {
            return false;
        }
        if (connection.unacknowledged >= shard.limits.inboundMax()) {
            exceedsLimit(connection);
            return true;
        }
        connection.unacknowledged++;
        return false;
    }

    private void exceedsLimit(Connection connection) {
        shard.env.count(ShardEvent.PROTOCOL_ERROR);
        shard.connects.end(connection, ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    /**
     * Takes a message that is not known yet. Of a QoS 1 message nothing is known but itself: the next one with its
     * identifier is new, whatever DUP says [MQTT5-4.3.2-5].
     */
    private void accept(Connection connection, Session session, Publish publish) {
        Route route = route(connection, session, publish);
        Message message = Published.message(
                publish.topic(),
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.properties(),
                session.number,
                shard.env.nowMillis());
        shard.published(session, message, route.durable().size() + route.live().size());
        // What its publisher sent before is under way: it must not overtake [MQTT-4.6.0-5] [MQTT5-4.6.0-5]
        // [MQTT5-4.6.0-6].
        boolean follows = session.publicationsUnderWay > 0 && !route.live().isEmpty();
        if (publish.retain() || follows || !route.durable().isEmpty()) {
            if (publish.retain() || follows) {
                commit(connection, session, publish, new PublishReply(connection, session, publish, message, route));
                return;
            }
            shard.env.deliver(shard.index, message, route.live());
            PublishReply op =
                    new PublishReply(connection, session, publish, message, route.withoutLive(), route.live());
            commit(connection, session, publish, op);
            return;
        }
        shard.env.deliver(shard.index, message, route.live());
        if (publish.qos() != QoS.AT_MOST_ONCE) {
            PublishReply reply = new PublishReply(connection, session, publish, message, route);
            reply.now();
        }
    }

    /**
     * Refuses a message of an MQTT 5 client without ending the connection; its packet identifier then means nothing
     * [MQTT5-4.3.3-9]. At QoS 0 there is no answer to refuse it in: DISCONNECT says why.
     */
    private boolean refuses(Connection connection, Session session, Publish publish) {
        if (publish.properties().payloadFormatIndicator() == 0 || Utf8.isText(publish.payload())) {
            if (publish.qos() == QoS.AT_MOST_ONCE
                    || !shard.env.anyQueueFull()
                    || !isTakenByNobody(connection, session, publish)) {
                return false;
            }
            shard.env.count(ShardEvent.PUBLISH_REFUSED);
            answer(connection, publish, ReasonCode.QUOTA_EXCEEDED, "the queues of all subscribers are full");
            return true;
        }
        shard.env.count(ShardEvent.PUBLISH_REFUSED);
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            shard.connects.end(connection, ReasonCode.PAYLOAD_FORMAT_INVALID);
        } else {
            answer(connection, publish, ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload is not UTF-8");
        }
        return true;
    }

    /** Whether all who should get a message have a full queue; a retained one is kept all the same. */
    private boolean isTakenByNobody(Connection connection, Session session, Publish publish) {
        if (publish.retain()) {
            return false;
        }
        Route route = route(connection, session, publish);
        if (!route.live().isEmpty() || route.durable().isEmpty()) {
            return false;
        }
        for (int i = 0; i < route.durable().size(); i++) {
            if (!shard.env.isQueueFull(route.durable().number(i))) {
                return false;
            }
        }
        return true;
    }

    /** Tells an MQTT 5 client that there is no room for its message. */
    void refuseForQuota(Connection connection, Publish publish, String why) {
        answer(connection, publish, ReasonCode.QUOTA_EXCEEDED, why);
    }

    /** Answers a PUBLISH that nothing is done about. */
    private void answer(Connection connection, Publish publish, ReasonCode code, String why) {
        Properties properties = Properties.builder().reasonString(why).build();
        connection.replies.add(
                publish.qos() == QoS.AT_LEAST_ONCE
                        ? new ReadyPacket(new PubAck(publish.packetId(), code, properties), true)
                        : new ReadyPacket(new PubRec(publish.packetId(), code, properties), true));
    }

    private Route route(Connection connection, Session session, Publish publish) {
        int qos = publish.qos().level();
        if (publish.retain()) {
            return shard.router.route(publish.topic(), qos, true, session.number);
        }
        RouteCache cache = connection.routeCache();
        Route route = cache.get(publish.topic(), qos, shard.tree.generation());
        if (route == null) {
            route = shard.router.route(publish.topic(), qos, false, session.number);
            cache.put(publish.topic(), qos, route);
        }
        return route;
    }

    private void commit(Connection connection, Session session, Publish publish, PublishReply op) {
        if (!op.isServed()) {
            session.publicationsUnderWay++;
        }
        shard.addUrgent(op, op.message().storedBytes());
        if (publish.qos() != QoS.AT_MOST_ONCE) {
            connection.replies.add(op);
        }
    }

    private void addInbound(Session session, int packetId) {
        session.state.addInbound(packetId);
        session.addingInbound.add(packetId);
        if (session.durable) {
            shard.out().event(EventKind.INBOUND_ADDED, session.number, packetId, 0);
            shard.checkpoints.mark(session, Session.Dirty.CHANGED);
        }
    }

    /** A duplicate gets PUBREC again and nothing else, behind the commit of the first one [MQTT-4.3.3-2]. */
    private void repeatPubRec(Connection connection, Session session, int packetId) {
        if (session.addingInbound.contains(packetId)) {
            shard.addUrgent(new ParkedAck(connection, PacketType.PUBREC, packetId, false), EVENT_REPLY_BYTES);
        } else {
            connection.replies.add(new ReadyAck(PacketType.PUBREC, packetId));
        }
    }

    /** Clients do not talk to each other through topics that begin with {@code $} (S59) [MQTT-3.3.5-2]. */
    private void refuseDollar(Connection connection, Publish publish) {
        shard.env.count(ShardEvent.DROPPED_DOLLAR_TOPIC);
        if (connection.version != ProtocolVersion.MQTT_5 && shard.limits.refuseDollarByClosing()) {
            shard.connects.end(connection, ReasonCode.NOT_AUTHORIZED);
        } else {
            refuse(connection, publish, "topics that begin with $ are the broker's");
        }
    }

    /** Nothing is done about a message: an MQTT 5 client is told, an older one is acknowledged [MQTT-3.3.5-2]. */
    private void refuse(Connection connection, Publish publish, String why) {
        if (connection.version == ProtocolVersion.MQTT_5) {
            if (publish.qos() != QoS.AT_MOST_ONCE) {
                answer(connection, publish, ReasonCode.NOT_AUTHORIZED, why);
            }
        } else if (publish.qos() == QoS.AT_LEAST_ONCE) {
            connection.replies.add(new ReadyAck(PacketType.PUBACK, publish.packetId()));
        } else if (publish.qos() == QoS.EXACTLY_ONCE) {
            connection.replies.add(new ReadyAck(PacketType.PUBREC, publish.packetId()));
        }
    }

    // ---- PUBREL

    /** The identifier of a released message is free for a new one behind PUBCOMP [MQTT5-4.3.3-12]. */
    private void onPubRel(Connection connection, Session session, PubRel pubRel) {
        int packetId = pubRel.packetId();
        if (session.addingInbound.contains(packetId) || session.releasingInbound.contains(packetId)) {
            hold(connection, pubRel);
        } else if (session.state.removeInbound(packetId)) {
            boolean counted = connection.version == ProtocolVersion.MQTT_5 && !connection.takeCarried(packetId);
            ParkedAck reply = new ParkedAck(connection, PacketType.PUBCOMP, packetId, counted);
            if (session.durable) {
                session.releasingInbound.add(packetId);
                shard.out().event(EventKind.INBOUND_RELEASED, session.number, packetId, 0);
                shard.checkpoints.mark(session, Session.Dirty.CHANGED);
                shard.addUrgent(reply, EVENT_REPLY_BYTES);
            } else {
                reply.committed();
            }
        } else if (connection.version == ProtocolVersion.MQTT_5) {
            shard.env.count(ShardEvent.UNKNOWN_PACKET_ID);
            PubComp unknown = new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            connection.replies.add(new ReadyPacket(unknown, false));
        } else {
            connection.replies.add(new ReadyAck(PacketType.PUBCOMP, packetId));
        }
    }

    /** Keeps a packet until what it waits for is on disk; nothing behind it is read meanwhile. */
    private void hold(Connection connection, Packet packet) {
        connection.held = packet;
        connection.pauseReading();
        shard.addUrgent(
                new RowOps.Note() {
                    @Override
                    public void committed() {
                        unhold(connection);
                    }
                },
                EVENT_REPLY_BYTES);
    }

    /** Takes the packet that was held, and reads on behind it. */
    void unhold(Connection connection) {
        Packet packet = connection.held;
        if (packet != null && connection.isOpen()) {
            connection.held = null;
            shard.onPacket(connection, packet);
            if (connection.held == null) {
                connection.resumeReading(shard.env.nowMillis());
            }
        }
    }

    void addedOnDisk(Session session, int packetId) {
        session.addingInbound.remove(packetId);
    }

    void releasedOnDisk(Session session, int packetId) {
        session.releasingInbound.remove(packetId);
    }

    void startRetained(RetainedDelivery delivery) {
        subscriptions.start(delivery);
    }

    void continueRetained(Session session) {
        if (!session.owed.isEmpty()) {
            subscriptions.continueRetained(session);
        }
    }

    // ---- replies

    /** PUBACK or PUBREC for a message, parked until its group is on disk [MQTT-3.3.4-1] [MQTT5-3.3.4-1]. */
    private final class PublishReply extends RoutedMessage implements Replies.Reply {
        private final Connection connection;
        private final Session session;
        private final QoS qos;
        private final int packetId;
        private boolean ready;

        PublishReply(Connection connection, Session session, Publish publish, Message message, Route route) {
            super(message, publish.topic(), route);
            this.connection = connection;
            this.session = session;
            qos = publish.qos();
            packetId = publish.packetId();
        }

        /** As above; some have the message already. */
        PublishReply(
                Connection connection,
                Session session,
                Publish publish,
                Message message,
                Route route,
                Recipients served) {
            super(message, publish.topic(), route, served);
            this.connection = connection;
            this.session = session;
            qos = publish.qos();
            packetId = publish.packetId();
        }

        /** Nothing of this message has to be on disk: the reply only keeps its place. */
        void now() {
            ready = true;
            if (qos == QoS.EXACTLY_ONCE && !session.durable) {
                session.addingInbound.remove(packetId);
            }
            connection.replies.add(this);
        }

        @Override
        public void committed() {
            ready = true;
            if (!isServed()) {
                session.publicationsUnderWay--;
            }
            if (qos == QoS.EXACTLY_ONCE && !session.durable) {
                session.addingInbound.remove(packetId);
            }
            connection.replies.advance();
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void send(Connection to) {
            boolean atLeastOnce = qos == QoS.AT_LEAST_ONCE;
            if (to.version == ProtocolVersion.MQTT_5) {
                if (atLeastOnce) {
                    to.unacknowledged--;
                }
                if (reachesNobody()) {
                    ReasonCode nobody = ReasonCode.NO_MATCHING_SUBSCRIBERS;
                    shard.send(to, atLeastOnce ? new PubAck(packetId, nobody) : new PubRec(packetId, nobody));
                    return;
                }
            }
            acknowledge(to, atLeastOnce ? PacketType.PUBACK : PacketType.PUBREC, packetId);
        }
    }

    private void acknowledge(Connection to, PacketType type, int packetId) {
        if (to.isOpen()) {
            to.writeAck(type, packetId);
            shard.touch(to);
        }
    }

    /** An acknowledgement that waits for a commit. */
    private final class ParkedAck extends RowOps.Note implements Replies.Reply {
        private final Connection connection;
        private final PacketType type;
        private final int packetId;
        private final boolean endsMessage;
        private boolean ready;

        /**
         * An acknowledgement of this type.
         *
         * @param endsMessage whether it is the last one of a message that counts on this connection
         */
        ParkedAck(Connection connection, PacketType type, int packetId, boolean endsMessage) {
            this.connection = connection;
            this.type = type;
            this.packetId = packetId;
            this.endsMessage = endsMessage;
            connection.replies.add(this);
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
            if (endsMessage) {
                to.unacknowledged--;
            }
            acknowledge(to, type, packetId);
        }
    }

    /** As below, for an MQTT 5 client that is told more than success. */
    private final class ReadyPacket implements Replies.Reply {
        private final Packet packet;
        private final boolean endsMessage;

        ReadyPacket(Packet packet, boolean endsMessage) {
            this.packet = packet;
            this.endsMessage = endsMessage;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void send(Connection to) {
            if (endsMessage) {
                to.unacknowledged--;
            }
            shard.send(to, packet);
        }
    }

    /** An acknowledgement that only keeps its place among the replies (C21). */
    private final class ReadyAck implements Replies.Reply {
        private final PacketType type;
        private final int packetId;

        ReadyAck(PacketType type, int packetId) {
            this.type = type;
            this.packetId = packetId;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void send(Connection to) {
            acknowledge(to, type, packetId);
        }
    }
}

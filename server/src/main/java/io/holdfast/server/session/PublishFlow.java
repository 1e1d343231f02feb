// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.routing.Route;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;

/** A PUBLISH from its client to the hand-over or to its receivers: what is judged, in which order. */
final class PublishFlow {
    private final SessionShard shard;
    private final Acknowledgements acks;
    private final PublishRefusals refusals;

    PublishFlow(SessionShard shard, Acknowledgements acks) {
        this.shard = shard;
        this.acks = acks;
        refusals = new PublishRefusals(shard, acks);
    }

    PublishRefusals refusals() {
        return refusals;
    }

    void onPublish(Connection connection, Session session, Publish publish) {
        shard.env.count(ShardEvent.received(publish.qos().level()));
        if (refusals.isNotOffered(connection, publish)) {
            return;
        }
        boolean exactlyOnce = publish.qos() == QoS.EXACTLY_ONCE;
        if (exactlyOnce && session.releasingInbound.contains(publish.packetId())) {
            shard.inbound.hold(connection, publish);
            return;
        }
        if (connection.version == ProtocolVersion.MQTT_5
                && publish.qos() != QoS.AT_MOST_ONCE
                && refusals.isOneTooMany(connection, session, publish)) {
            return;
        }
        if (publish.topic().startsWithDollar()) {
            refusals.refuseDollar(connection, publish);
            return;
        }
        if (exactlyOnce && session.state.holdsInbound(publish.packetId())) {
            repeatPubRec(connection, session, publish.packetId());
            return;
        }
        if (!shard.permissions.mayPublish(connection, publish)) {
            shard.env.count(ShardEvent.PUBLISH_DENIED);
            refusals.refuse(connection, publish, "the client may not publish this");
            return;
        }
        if (connection.version == ProtocolVersion.MQTT_5
                && (refusals.isFalseText(connection, publish) || isWantedByNobody(connection, session, publish))) {
            return;
        }
        if (exactlyOnce
                && connection.version != ProtocolVersion.MQTT_5
                && session.state.inboundCount() >= shard.limits.inboundMax()) {
            refusals.exceedsLimit(connection);
            return;
        }
        boolean low = shard.env.isDiskLow() && isStored(connection, session, publish);
        if (low && shard.disk.lacksFor(connection, publish)) {
            return;
        }
        boolean kept = !publish.retain() || !low && isRetained(publish);
        if (!kept && refusals.refusesToRetain(connection, publish)) {
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

    private boolean isRetained(Publish publish) {
        return shard.limits.connect().retainAvailable()
                && shard.room.takes(publish.topic(), publish.payload().length, bytes(publish));
    }

    private static int bytes(Publish publish) {
        return publish.topic().utf8().length + publish.payload().length;
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

    /** Refuses a message of an MQTT 5 client while the queues of all who would get it are full. */
    private boolean isWantedByNobody(Connection connection, Session session, Publish publish) {
        if (publish.qos() == QoS.AT_MOST_ONCE
                || !shard.env.anyQueueFull()
                || !isTakenByNobody(connection, session, publish)) {
            return false;
        }
        shard.env.count(ShardEvent.PUBLISH_REFUSED);
        refusals.forQuota(connection, publish, "the queues of all subscribers are full");
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
                commit(connection, session, publish, acks.publish(connection, publish, message, route));
                return;
            }
            shard.env.deliver(shard.index, message, route.live());
            Acknowledgements.PublishReply op =
                    acks.publish(connection, publish, message, route.withoutLive(), route.live());
            commit(connection, session, publish, op);
            return;
        }
        shard.env.deliver(shard.index, message, route.live());
        if (publish.qos() != QoS.AT_MOST_ONCE) {
            Acknowledgements.PublishReply reply = acks.publish(connection, publish, message, route);
            reply.now();
        }
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

    private void commit(Connection connection, Session session, Publish publish, Acknowledgements.PublishReply op) {
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
            shard.addUrgent(acks.parked(connection, PacketType.PUBREC, packetId, false), InboundFlow.EVENT_REPLY_BYTES);
        } else {
            acks.ready(connection, PacketType.PUBREC, packetId);
        }
    }
}

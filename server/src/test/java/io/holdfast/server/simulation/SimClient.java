// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.simulation.History.Epoch;
import io.holdfast.server.simulation.History.Goodbye;
import io.holdfast.server.simulation.History.Interval;
import io.holdfast.server.simulation.History.Sent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client that keeps to the rules; its state outlives connections and brokers. */
final class SimClient {
    enum State {
        OFF,
        WAITING,
        ON,
        LEAVING
    }

    /** What the client knows of a session with rows at the broker. */
    private enum AtServer {
        ABSENT,
        /** Perhaps there is one, and then it is new. */
        FRESH,
        PRESENT
    }

    /** A QoS 1 or 2 message on its way to the broker. */
    private static final class Outgoing {
        final int packetId;
        final Sent message;
        boolean released;
        /** Answers to come for an earlier message under the same identifier. */
        boolean skipPubRec;

        boolean skipPubComp;

        Outgoing(int packetId, Sent message) {
            this.packetId = packetId;
            this.message = message;
        }
    }

    /** A received message whose identifier is still in use. */
    private record Held(int label, long number, long index) {}

    private record Reply(PacketType type, int packetId) {}

    private record Place(long number, long index) {}

    static final long NEVER_EXPIRES = 0xFFFF_FFFFL;
    private static final int PACKET_IDS = 3;
    private static final int SUBSCRIPTIONS_MAX = 12;

    final String id;
    private final SimWorld world;

    @Nullable
    SimConnection connection;

    State state = State.OFF;

    // valid for the session
    private Epoch epoch;
    private final List<Outgoing> outgoing = new ArrayList<>();
    private final Map<Integer, Held> held = new HashMap<>();
    private final Set<Place> seen = new HashSet<>();
    private AtServer atServer = AtServer.ABSENT;
    private boolean wantsClean;

    // wishes for the next connection
    int keepAliveSeconds;
    int receiveMaximum;
    boolean smallPackets;
    long expirySeconds = NEVER_EXPIRES;

    /** The session may have ended at the broker. */
    boolean maybeEnded;

    /** The session ends with its connection. */
    boolean endsWithConnection;

    // valid for the connection
    private boolean clean;
    private boolean isVolatile;
    private boolean ahead;
    private final Map<Integer, Held> unacknowledged = new HashMap<>();

    /** Identifiers received on this connection and not answered to the end: bounded by Receive Maximum. */
    private final Set<Integer> window = new HashSet<>();

    private final List<Packet> acknowledgements = new ArrayList<>();
    private final ArrayDeque<Reply> expected = new ArrayDeque<>();
    private final Map<Integer, List<Interval>> pendingSubscriptions = new HashMap<>();
    private int nextPacketId;
    private @Nullable Sent will;
    private boolean five;

    private final Afterlife afterlife;

    SimClient(SimWorld world, String id) {
        this.world = world;
        this.id = id;
        epoch = new Epoch(id, 0);
        afterlife = new Afterlife(world);
        receiveMaximum = world.config.limits().receiveMaximum();
    }

    Epoch epoch() {
        return epoch;
    }

    @Nullable
    Sent will() {
        return will;
    }

    /** Whether the client counts on a session with rows. */
    boolean isDurable() {
        return state == State.ON && !clean && !isVolatile;
    }

    boolean isIdle() {
        return outgoing.isEmpty() && held.isEmpty() && unacknowledged.isEmpty() && acknowledgements.isEmpty();
    }

    @Override
    public String toString() {
        return id + "/" + epoch.number() + " " + state + (clean ? " clean" : "") + " out " + outgoing.size() + " held "
                + held + " unacknowledged " + unacknowledged;
    }

    // ---- connections

    private void fresh() {
        epoch = new Epoch(id, epoch.number() + 1);
        outgoing.clear();
        held.clear();
        seen.clear();
    }

    /** The connection is gone; what was under way on it with it. */
    void off() {
        maybeEnded |= state == State.WAITING && afterlife.mayExpire();
        afterlife.off(will);
        boolean newSession = state == State.WAITING && !clean && maybeEnded;
        wantsClean |= newSession && atServer == AtServer.PRESENT; // A lost "session present 0" cannot be told.
        maybeEnded |= endsWithConnection;
        connection = null;
        state = State.OFF;
        will = null;
        unacknowledged.clear();
        window.clear();
        acknowledgements.clear();
        expected.clear();
        pendingSubscriptions.clear();
        for (Outgoing out : outgoing) {
            out.skipPubRec = false;
            out.skipPubComp = false;
        }
    }

    /**
     * Opens a new connection, beside the old one if there is one.
     *
     * @param speaksAhead whether packets follow CONNECT without waiting for CONNACK, where its outcome is certain
     */
    void connect(boolean cleanStart, @Nullable Testament testament, boolean speaksAhead) {
        if (connection != null) {
            off();
        }
        wantsClean |= cleanStart;
        clean = wantsClean;
        if (clean || atServer == AtServer.ABSENT) {
            fresh();
        }
        if (!clean && atServer == AtServer.ABSENT) {
            atServer = AtServer.FRESH;
        }
        afterlife.connecting(clean, expirySeconds);
        connection = world.open(this);
        state = State.WAITING;
        nextPacketId = PACKET_IDS;
        Will packetWill = null;
        if (testament != null) {
            TopicName topic = testament.topic();
            Sent message =
                    world.history.add(epoch, topic, testament.qos(), testament.retain(), false, true, world.now());
            will = message;
            message.delaySeconds = clean ? 0 : testament.delaySeconds();
            packetWill = testament.packet(payload(message), message.delaySeconds);
        }
        say(connectPacket(packetWill), -1);
        ahead = speaksAhead && (clean || (atServer == AtServer.PRESENT && !maybeEnded && !afterlife.mayExpire()));
        endsWithConnection = !clean && expirySeconds == 0;
        if (ahead) {
            resend();
        }
    }

    boolean speaksFive() {
        return !clean
                && (expirySeconds != NEVER_EXPIRES
                        || receiveMaximum != world.config.limits().receiveMaximum());
    }

    /** A client with wishes that only MQTT 5 knows speaks it. */
    private Connect connectPacket(@Nullable Will packetWill) {
        five = speaksFive() || (packetWill != null && !packetWill.properties().isEmpty());
        Properties wishes = five
                ? Properties.builder()
                        .sessionExpiryIntervalSeconds(expirySeconds)
                        .receiveMaximum(world.faults.receiveMaximum(receiveMaximum))
                        .build()
                : Properties.NONE;
        ProtocolVersion version = five ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        return new Connect(version, id, clean, keepAliveSeconds, packetWill, null, null, wishes);
    }

    private void say(Packet packet, int label) {
        SimConnection to = connection;
        if (to != null && to.isOpen()) {
            to.toServer.add(new SimConnection.ToServer(packet, label));
        }
    }

    /** Packets go out before CONNACK: 3.1.1 allows it. */
    boolean canSpeak() {
        return state == State.ON || (state == State.WAITING && ahead);
    }

    private void resend() {
        for (Outgoing out : outgoing) {
            if (out.released) {
                say(new PubRel(out.packetId), -1);
                expected.add(new Reply(PacketType.PUBCOMP, out.packetId));
            } else {
                send(out.packetId, out.message, true);
            }
        }
    }

    void leave() {
        if (will != null) {
            will.goodbye = Goodbye.SENT;
        }
        say(Disconnect.NORMAL, -1);
        state = State.LEAVING;
    }

    // ---- what the client says

    boolean canPublish() {
        return canSpeak() && outgoing.size() < PACKET_IDS;
    }

    /** Publishes and, at QoS 1 and 2, keeps the message until it is answered. */
    Sent publish(TopicName topic, int qos, boolean retain, boolean clear) {
        return publish(topic, qos, retain, clear, -1);
    }

    Sent publish(TopicName topic, int qos, boolean retain, boolean clear, long messageExpirySeconds) {
        Sent message = world.history.add(epoch, topic, qos, retain, clear, false, world.now());
        message.expirySeconds = five ? messageExpirySeconds : -1;
        int packetId = qos == 0 ? 0 : freePacketId();
        send(packetId, message, false);
        if (qos > 0) {
            outgoing.add(new Outgoing(packetId, message));
        }
        return message;
    }

    /** PUBLISH, PUBREL, PUBLISH under one identifier, without waiting for an answer (C20). */
    void publishEagerly(TopicName topic) {
        Sent first = world.history.add(epoch, topic, 2, false, false, false, world.now());
        Sent second = world.history.add(epoch, topic, 2, false, false, false, world.now());
        first.eager = true;
        second.eager = true;
        int packetId = freePacketId();
        send(packetId, first, false);
        say(new PubRel(packetId), -1);
        expected.add(new Reply(PacketType.PUBCOMP, packetId));
        send(packetId, second, false);
        Outgoing out = new Outgoing(packetId, second);
        out.skipPubRec = true;
        out.skipPubComp = true;
        outgoing.add(out);
    }

    private int freePacketId() {
        List<Integer> free = new ArrayList<>();
        for (int i = 1; i <= PACKET_IDS; i++) {
            int packetId = i;
            if (outgoing.stream().noneMatch(out -> out.packetId == packetId)) {
                free.add(packetId);
            }
        }
        return world.dice.of(free);
    }

    private void send(int packetId, Sent message, boolean dup) {
        byte[] payload = message.clear ? new byte[0] : payload(message);
        QoS qos = QoS.of(message.qos);
        // What a 3.1.1 connection repeats has lost its expiry.
        Properties properties = five ? FiveRules.properties(message) : Properties.NONE;
        say(new Publish(packetId, qos, dup, message.retain, message.topic, payload, properties), message.label);
        if (message.qos > 0) {
            expected.add(new Reply(message.qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, packetId));
        }
    }

    private static byte[] payload(Sent message) {
        return Integer.toString(message.label).getBytes(StandardCharsets.US_ASCII);
    }

    boolean canSubscribe() {
        return canSpeak() && world.history.intervals(epoch).size() < SUBSCRIPTIONS_MAX;
    }

    Interval subscribe(TopicFilter filter, int qos) {
        Interval interval = new Interval(filter, qos, world.now());
        world.history.intervals(epoch).add(interval);
        int packetId = ++nextPacketId;
        pendingSubscriptions.put(packetId, List.of(interval));
        interval.identifier = five ? world.history.intervals(epoch).size() : 0;
        Properties properties = five ? FiveRules.properties(interval) : Properties.NONE;
        say(new Subscribe(packetId, List.of(new Subscribe.Request(filter, QoS.of(qos))), properties), -1);
        expected.add(new Reply(PacketType.SUBACK, packetId));
        return interval;
    }

    boolean canUnsubscribe() {
        return canSpeak() && !world.history.intervals(epoch).isEmpty();
    }

    void unsubscribe(TopicFilter filter) {
        List<Interval> ended = new ArrayList<>();
        for (Interval interval : world.history.intervals(epoch)) {
            if (interval.filter.equals(filter)) {
                interval.unsubscribedAt = Math.min(interval.unsubscribedAt, world.now());
                if (interval.unsubAckAt == History.NEVER) {
                    ended.add(interval);
                }
            }
        }
        int packetId = ++nextPacketId;
        pendingSubscriptions.put(packetId, ended);
        say(new Unsubscribe(packetId, List.of(filter), Properties.NONE), -1);
        expected.add(new Reply(PacketType.UNSUBACK, packetId));
    }

    boolean canAcknowledge() {
        return state == State.ON && !acknowledgements.isEmpty();
    }

    int acknowledgementCount() {
        return acknowledgements.size();
    }

    /** Sends one of the acknowledgements that are due; the protocol lets a client choose between identifiers. */
    void acknowledge(int i) {
        Packet packet = acknowledgements.remove(i);
        if (packet instanceof PubAck pubAck) {
            unacknowledged.remove(pubAck.packetId());
            window.remove(pubAck.packetId());
        } else if (packet instanceof PubComp pubComp) {
            window.remove(pubComp.packetId());
        }
        say(packet, -1);
    }

    // ---- what the client hears

    void receive() {
        SimConnection from = connection;
        if (from == null) {
            throw new IllegalStateException("not connected");
        }
        SimConnection.ToClient arrival = from.toClient.remove();
        if (from.blocked && from.hasRoom()) {
            from.blocked = false;
            from.broker.later(
                    from.shard, "writable", () -> from.broker.shard(from.shard).onWritable(from));
        }
        Packet packet = arrival.packet();
        if (packet == null) {
            if (state == State.LEAVING && will != null) {
                will.goodbye = Goodbye.ANSWERED;
            }
            off();
        } else if (state == State.WAITING && !(packet instanceof ConnAck)) {
            throw new Violation(id + ": " + packet + " came before CONNACK");
        } else {
            hear(packet, arrival);
        }
    }

    private void hear(Packet packet, SimConnection.ToClient arrival) {
        switch (packet.type()) {
            case CONNACK -> onConnAck((ConnAck) packet);
            case PUBLISH -> onPublish((Publish) packet, arrival);
            case PUBREL -> onPubRel(((PubRel) packet).packetId());
            case PUBACK -> onPubAck(((PubAck) packet).packetId());
            case PUBREC -> onPubRec(((PubRec) packet).packetId());
            case PUBCOMP -> onPubComp(((PubComp) packet).packetId());
            case SUBACK -> onSubAck((SubAck) packet);
            case UNSUBACK -> onUnsubAck((UnsubAck) packet);
            default -> throw new Violation(id + ": unexpected " + packet);
        }
    }

    private void onConnAck(ConnAck connAck) {
        SimConnection from = connection;
        if (from == null || connAck.reasonCode().isFailure() || state != State.WAITING) {
            throw new Violation(id + ": " + connAck + " in state " + state);
        }
        boolean present = connAck.sessionPresent();
        maybeEnded |= afterlife.mayHaveExpired();
        boolean wrong = present ? clean : !clean && atServer == AtServer.PRESENT && !maybeEnded;
        if (wrong) {
            throw new Violation(id + ": session present " + present + " where the session is " + atServer
                    + (clean ? ", clean" : "") + (maybeEnded ? ", perhaps ended" : ""));
        }
        if (!clean && !present && atServer == AtServer.PRESENT) {
            fresh();
            if (ahead) {
                wantsClean = true; // What was sent ahead went into a session that this client does not know.
                world.cut(from);
                return;
            }
        }
        atServer = clean ? AtServer.ABSENT : AtServer.PRESENT;
        state = State.ON;
        wantsClean = false;
        maybeEnded = false;
        isVolatile = !present && from.expirySeconds == 0;
        afterlife.accepted(present, clean, from.expirySeconds);
        if (will != null) {
            will.connected = true;
        }
        if (!ahead) {
            resend();
        }
    }

    Afterlife afterlife() {
        return afterlife;
    }

    private void answer(PacketType type, int packetId) {
        Reply wanted = expected.poll();
        if (wanted == null || wanted.type() != type || wanted.packetId() != packetId) {
            throw new Violation(id + ": replies out of order: " + type + " " + packetId + " instead of " + wanted);
        }
    }

    /** Whether the next answer to come is the only one, and for this packet identifier. */
    boolean waitsOnlyFor(int packetId) {
        return expected.size() == 1 && expected.element().packetId() == packetId;
    }

    private @Nullable Outgoing outgoing(int packetId, int qos) {
        for (Outgoing out : outgoing) {
            if (out.packetId == packetId && out.message.qos == qos) {
                return out;
            }
        }
        return null;
    }

    private void onPubAck(int packetId) {
        answer(PacketType.PUBACK, packetId);
        Outgoing out = outgoing(packetId, 1);
        if (out != null) {
            out.message.ackedAt = world.now();
            outgoing.remove(out);
        }
    }

    private void onPubRec(int packetId) {
        answer(PacketType.PUBREC, packetId);
        Outgoing out = outgoing(packetId, 2);
        if (out == null) {
            return;
        }
        if (out.skipPubRec) {
            out.skipPubRec = false;
            return;
        }
        if (!out.released) {
            out.message.ackedAt = world.now();
            out.released = true;
        }
        say(new PubRel(packetId), -1);
        expected.add(new Reply(PacketType.PUBCOMP, packetId));
    }

    private void onPubComp(int packetId) {
        answer(PacketType.PUBCOMP, packetId);
        Outgoing out = outgoing(packetId, 2);
        if (out != null && out.skipPubComp) {
            out.skipPubComp = false;
        } else if (out != null && out.released) {
            outgoing.remove(out);
        }
    }

    private void onSubAck(SubAck subAck) {
        answer(PacketType.SUBACK, subAck.packetId());
        subAck.reasonCodes().forEach(code -> {
            if (code.isFailure()) {
                throw new Violation(id + ": " + subAck);
            }
        });
        for (Interval interval : pendingSubscriptions.getOrDefault(subAck.packetId(), List.of())) {
            interval.subAckAt = world.now();
        }
    }

    private void onUnsubAck(UnsubAck unsubAck) {
        answer(PacketType.UNSUBACK, unsubAck.packetId());
        for (Interval interval : pendingSubscriptions.getOrDefault(unsubAck.packetId(), List.of())) {
            interval.unsubAckAt = world.now();
        }
    }

    private void onPublish(Publish publish, SimConnection.ToClient arrival) {
        int packetId = publish.packetId();
        int qos = publish.qos().level();
        Held now = new Held(arrival.label(), arrival.number(), arrival.index());
        if (qos > 0) {
            Held other = held.getOrDefault(packetId, unacknowledged.get(packetId));
            if (other != null && !other.equals(now)) {
                throw new Violation(id + ": packet id " + packetId + " is ambiguous: holds " + other + ", got " + now);
            }
            boolean again = !seen.add(new Place(now.number(), now.index()));
            if (again && !publish.dup()) {
                throw new Violation(id + ": " + now + " came again without DUP");
            }
            acknowledgements.add(qos == 2 ? new PubRec(packetId) : new PubAck(packetId));
        }
        if (qos > 0) {
            inWindow(packetId);
        }
        if (qos == 2 && held.containsKey(packetId)) {
            return;
        }
        if (qos > 0) {
            (qos == 2 ? held : unacknowledged).put(packetId, now);
        }
        world.received(this, publish, arrival);
    }

    private void inWindow(int packetId) {
        window.add(packetId);
        if (connection != null && window.size() > connection.receiveMaximum) {
            throw new Violation(id + ": " + window.size() + " messages in flight at once [MQTT5-3.3.4-9]");
        }
    }

    private void onPubRel(int packetId) {
        held.remove(packetId);
        acknowledgements.add(new PubComp(packetId));
    }

    /** Subscriptions whose UNSUBSCRIBE died with the broker are back. */
    void restore(Set<TopicFilter> filters) {
        world.history.restore(epoch, filters);
    }
}

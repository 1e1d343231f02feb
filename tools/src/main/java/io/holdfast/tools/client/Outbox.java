// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a client's session: messages that wait, and messages that were sent and are not settled, in the
 * order of their first sending. Outlives connections: what is not settled is sent again on the next one, in the same
 * order, with DUP. The client's event loop only.
 */
final class Outbox {
    private final ProtocolVersion version;
    private final Consumer<Packet> socket;
    private final BooleanSupplier socketHasRoom;

    // valid for the session
    private final Deque<Outgoing> waiting = new ArrayDeque<>();
    private final Map<Integer, Outgoing> unsettled = new LinkedHashMap<>();
    private int lastPacketId;

    // valid for the connection
    private final Deque<Outgoing> toResend = new ArrayDeque<>();
    private Properties limits = Properties.NONE;
    private final BitSet lent = new BitSet();
    private boolean open;
    private int openCount;

    /**
     * An empty outbox without a connection.
     *
     * @param socket encodes a packet into the connection that is open
     * @param socketHasRoom whether that connection takes more now
     */
    Outbox(ProtocolVersion version, Consumer<Packet> socket, BooleanSupplier socketHasRoom) {
        this.version = version;
        this.socket = socket;
        this.socketHasRoom = socketHasRoom;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && unsettled.isEmpty();
    }

    /** Messages that are not settled or not yet sent. */
    int size() {
        return waiting.size() + unsettled.size();
    }

    void add(Outgoing message) {
        waiting.add(message);
        pump();
    }

    /**
     * A connection is accepted. Begins to send what is owed.
     *
     * @param connAck limits that the broker has set for this connection
     * @param sessionPresent whether the broker still has its half of the session
     * @return how many messages are sent as new ones although an earlier connection had carried them already: the broker
     *     that took them may have handed them on before it lost the session
     */
    int connected(Properties connAck, boolean sessionPresent) {
        limits = connAck;
        open = true;
        openCount = 0;
        toResend.clear();
        unsettled.values().forEach(message -> message.sent(false));
        int repeated = 0;
        if (sessionPresent) {
            toResend.addAll(unsettled.values());
        } else {
            repeated = forgetPacketIds();
        }
        pump();
        return repeated;
    }

    /** The broker knows none of the identifiers any more; what it had taken over is settled, the rest waits again. */
    private int forgetPacketIds() {
        List<Outgoing> old = new ArrayList<>(unsettled.values());
        unsettled.clear();
        int repeated = 0;
        for (int i = old.size() - 1; i >= 0; i--) {
            Outgoing message = old.get(i);
            if (!message.released()) {
                waiting.addFirst(message);
                repeated++;
            }
        }
        old.stream().filter(Outgoing::released).forEach(message -> message.done(ReasonCode.SUCCESS));
        return repeated;
    }

    /** The connection is gone. */
    void disconnected() {
        open = false;
        toResend.clear();
        lent.clear();
    }

    /** Sends while the window of the broker and the socket have room. */
    void pump() {
        while (open && socketHasRoom.getAsBoolean()) {
            Outgoing again = openCount < limits.receiveMaximum() ? toResend.poll() : null;
            if (again != null) {
                openCount++;
                again.sent(true);
                socket.accept(again.released() ? new PubRel(again.packetId()) : again.publish(true));
                continue;
            }
            Outgoing next = waiting.peek();
            boolean acknowledged = next != null && next.qos() != QoS.AT_MOST_ONCE;
            if (next == null || (acknowledged && !hasWindow())) {
                return;
            }
            waiting.remove();
            sendFirst(next, acknowledged);
        }
    }

    private boolean hasWindow() {
        return toResend.isEmpty() && openCount < limits.receiveMaximum() && unsettled.size() < Packet.PACKET_ID_MAX / 2;
    }

    private void sendFirst(Outgoing message, boolean acknowledged) {
        message.numbered(acknowledged ? freePacketId() : 0);
        Publish publish = message.publish(false);
        ReasonCode refusal = refusal(message, publish);
        if (refusal != null) {
            message.done(refusal);
            return;
        }
        if (acknowledged) {
            unsettled.put(message.packetId(), message);
            openCount++;
            message.sent(true);
        }
        socket.accept(publish);
        if (!acknowledged) {
            message.done(ReasonCode.SUCCESS);
        }
    }

    /** What the broker has said it would refuse is not sent. */
    private @Nullable ReasonCode refusal(Outgoing message, Publish publish) {
        if (message.qos().level() > limits.maximumQos().level()) {
            return ReasonCode.QOS_NOT_SUPPORTED;
        }
        if (message.retain() && !limits.retainAvailable()) {
            return ReasonCode.RETAIN_NOT_SUPPORTED;
        }
        return PacketEncoder.encodedSize(publish, version) > limits.maximumPacketSizeBytes()
                ? ReasonCode.PACKET_TOO_LARGE
                : null;
    }

    /** An identifier for a SUBSCRIBE or UNSUBSCRIBE, which no message gets until {@link #returned} or a new connection. */
    int lend() {
        int id = freePacketId();
        lent.set(id);
        return id;
    }

    void returned(int packetId) {
        lent.clear(packetId);
    }

    private int freePacketId() {
        do {
            lastPacketId = lastPacketId == Packet.PACKET_ID_MAX ? 1 : lastPacketId + 1;
        } while (unsettled.containsKey(lastPacketId) || lent.get(lastPacketId));
        return lastPacketId;
    }

    void onPubAck(int packetId, ReasonCode reason) {
        Outgoing message = sentNow(packetId);
        if (message != null && message.qos() == QoS.AT_LEAST_ONCE) {
            settle(message, reason);
        }
    }

    void onPubRec(int packetId, ReasonCode reason) {
        Outgoing message = sentNow(packetId);
        if (message != null && message.qos() == QoS.EXACTLY_ONCE && reason.isFailure()) {
            settle(message, reason);
            return;
        }
        if (message != null) {
            message.release();
        }
        socket.accept(new PubRel(packetId, message == null ? unknown() : ReasonCode.SUCCESS));
    }

    private ReasonCode unknown() {
        return version == ProtocolVersion.MQTT_5 ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS;
    }

    void onPubComp(int packetId) {
        Outgoing message = sentNow(packetId);
        if (message != null && message.released()) {
            settle(message, ReasonCode.SUCCESS);
        }
    }

    private @Nullable Outgoing sentNow(int packetId) {
        Outgoing message = unsettled.get(packetId);
        return message != null && message.sentNow() ? message : null;
    }

    private void settle(Outgoing message, ReasonCode answer) {
        unsettled.remove(message.packetId());
        openCount--;
        message.done(answer);
        pump();
    }
}

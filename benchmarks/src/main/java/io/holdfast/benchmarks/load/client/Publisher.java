// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.verify.Streams;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.tools.client.ClientConnection;
import org.jspecify.annotations.Nullable;

/**
 * A client that publishes its streams in turn, with a bounded number of messages outstanding. In a closed loop the next
 * message is due when there is room for it; in an open one its {@link Schedule} says when, and a message that had to wait
 * for room is late, which its latency shows.
 *
 * <p>QoS 0 has no acknowledgement: there a PINGREQ after each half window is answered when the broker has read what came
 * before, so that the broker is loaded and not flooded.
 */
public final class Publisher extends LoadClient {
    /** Half windows of QoS 0 that may be unanswered. */
    private static final int PINGS_MAX = 2;

    private static final long FREE = Long.MIN_VALUE;

    private final Traffic traffic;
    private final QoS qos;
    private final Streams streams;
    private final int firstStream;
    private final int streamCount;
    private final byte[] payload;

    // what is left to do
    private @Nullable Schedule schedule;
    private long left;
    private int turn;

    // valid for the connection; a packet identifier is a slot + 1
    private final char[] freeSlots;
    private final long[] dueBySlot;
    private final int[] streamBySlot;
    private int freeCount;

    // QoS 0
    private final int batch;
    private int batched;
    private int pings;
    /** Messages that no PINGRESP has confirmed yet. */
    private int unconfirmed;

    /**
     * A publisher that is not connected.
     *
     * @param traffic what it shares with others of its kind
     * @param streamCount how many streams from {@code firstStream} on are its own
     */
    public Publisher(Crew crew, int number, Traffic traffic, int firstStream, int streamCount) {
        super(crew, number);
        this.traffic = traffic;
        this.firstStream = firstStream;
        this.streamCount = streamCount;
        streams = traffic.streams();
        qos = traffic.shape().qos();
        payload = new byte[traffic.shape().payloadBytes()];
        int window = traffic.shape().window();
        batch = Math.max(1, window / PINGS_MAX);
        int slots = qos == QoS.AT_MOST_ONCE ? 0 : window;
        freeSlots = new char[slots];
        dueBySlot = new long[slots];
        streamBySlot = new int[slots];
        for (int slot = slots - 1; slot >= 0; slot--) {
            dueBySlot[slot] = FREE;
            freeSlots[freeCount++] = (char) slot;
        }
    }

    /** Gives it so many messages to publish; nothing is sent before {@link #pump}. */
    void begin(long messages) {
        left = messages;
        schedule = null;
    }

    /** The same, each message not before it is due. */
    void begin(long messages, Schedule given) {
        left = messages;
        schedule = given;
    }

    /** Publishes no more; what is outstanding stays so. */
    void stop() {
        left = 0;
        pump(System.nanoTime());
    }

    /** Sends what is due and has room. */
    void pump(long nowNanos) {
        ClientConnection open = connection();
        if (open == null) {
            left = 0;
            return;
        }
        send(open, nowNanos);
        open.flush();
    }

    private void send(ClientConnection open, long nowNanos) {
        Schedule paced = schedule;
        while (left > 0 && hasRoom()) {
            long dueNanos = nowNanos;
            if (paced != null) {
                if (!paced.isDue(nowNanos)) {
                    break;
                }
                dueNanos = paced.nextNanos();
                paced.take();
            }
            publish(open, dueNanos);
        }
        if (left == 0 && batched > 0) {
            ping(open);
        }
    }

    private boolean hasRoom() {
        return qos == QoS.AT_MOST_ONCE
                ? pings < PINGS_MAX
                : freeCount > 0 && freeSlots.length - freeCount < receiveMax(); // [MQTT5-4.9.0-2]
    }

    private void publish(ClientConnection open, long dueNanos) {
        int stream = firstStream + turn;
        turn = turn + 1 == streamCount ? 0 : turn + 1;
        int sequence = streams.nextSequence(stream);
        if (payload.length > 0) {
            loop().stamp().write(payload, stream, sequence, dueNanos);
        }
        int packetId = 0;
        if (qos != QoS.AT_MOST_ONCE) {
            int slot = freeSlots[--freeCount];
            dueBySlot[slot] = dueNanos;
            streamBySlot[slot] = stream;
            packetId = slot + 1;
        }
        open.publish(streams.topic(stream).utf8(), payload, qos, traffic.shape().retain(), packetId);
        traffic.addSent();
        left--;
        if (qos == QoS.AT_MOST_ONCE) {
            unconfirmed++;
            if (++batched == batch) {
                ping(open);
            }
        }
    }

    private void ping(ClientConnection open) {
        open.send(PingReq.INSTANCE);
        pings++;
        batched = 0;
    }

    @Override
    void onPacket(Packet packet, long nowNanos) {
        ClientConnection open = connection();
        if (open == null) {
            return;
        }
        if (packet instanceof PubAck ack) {
            settle(ack.packetId(), ack.reasonCode(), nowNanos);
        } else if (packet instanceof PubRec rec) {
            if (rec.reasonCode().isFailure()) {
                settle(rec.packetId(), rec.reasonCode(), nowNanos);
            } else {
                open.ack(PacketType.PUBREL, rec.packetId());
            }
        } else if (packet instanceof PubComp comp) {
            settle(comp.packetId(), comp.reasonCode(), nowNanos);
        } else if (packet instanceof PingResp) {
            pings--;
            int confirmed = Math.min(batch, unconfirmed); // Less than a batch at the end only.
            unconfirmed -= confirmed;
            traffic.acknowledged().add(confirmed);
        }
        send(open, nowNanos);
    }

    private void settle(int packetId, ReasonCode reason, long nowNanos) {
        int slot = packetId - 1;
        if (slot >= dueBySlot.length || dueBySlot[slot] == FREE) {
            return; // An acknowledgement of nothing: receivers tell whether it hid a loss.
        }
        if (reason.isFailure()) {
            streams.giveUp(streamBySlot[slot], 1);
            traffic.addRefused(reason.toString());
        } else {
            traffic.acknowledged().add(loop(), nowNanos - dueBySlot[slot]);
        }
        dueBySlot[slot] = FREE;
        freeSlots[freeCount++] = (char) slot;
    }

    @Override
    void onLost() {
        left = 0;
        traffic.addAbandoned(unconfirmed);
        for (int slot = 0; slot < dueBySlot.length; slot++) {
            if (dueBySlot[slot] != FREE) {
                streams.giveUp(streamBySlot[slot], 1);
                traffic.addAbandoned(1);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.verify.Receipts;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.tools.client.ClientConnection;
import java.time.Duration;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A client that acknowledges what it gets and enters it into its receipts. */
public final class Subscriber extends LoadClient {
    private final QoS qos;
    private final Receipts receipts;
    private final Recording delivered;

    /** Packet identifiers of QoS 2 that the broker has not released; part of the session [MQTT-4.3.3-2]. */
    private @Nullable BitSet unreleased;

    private long received;
    /** 0 for a client that reads as fast as it can. */
    private long restNanos;

    // somebody waits
    private long wanted;
    private @Nullable Outcome waiting;

    /**
     * A subscriber that is not connected.
     *
     * @param qos of the messages it expects
     * @param delivered counts each message once, from when it was due
     */
    public Subscriber(Crew crew, int number, QoS qos, Receipts receipts, Recording delivered) {
        super(crew, number);
        this.qos = qos;
        this.receipts = receipts;
        this.delivered = delivered;
    }

    /** Makes it a slow reader: after each burst of messages that it read it reads nothing for so long. */
    public void slowDown(Duration rest) {
        restNanos = rest.toNanos();
    }

    /** Succeeds when it has got so many messages in its life and finished each; never fails. */
    public void awaitReceived(long messages, Outcome outcome) {
        wanted = messages;
        waiting = outcome;
        tellIfReceived();
    }

    private void tellIfReceived() {
        Outcome told = waiting;
        if (told != null && received >= wanted && (unreleased == null || unreleased.isEmpty())) {
            waiting = null;
            told.succeeded();
        }
    }

    @Override
    void onPacket(Packet packet, long nowNanos) {
        ClientConnection open = connection();
        if (open == null) {
            return;
        }
        if (packet instanceof Publish publish) {
            receive(open, publish, nowNanos);
            if (restNanos > 0) {
                open.rest(restNanos);
            }
        } else if (packet instanceof PubRel pubRel) {
            if (unreleased != null) {
                unreleased.clear(pubRel.packetId());
            }
            open.ack(PacketType.PUBCOMP, pubRel.packetId());
        }
        tellIfReceived();
    }

    private void receive(ClientConnection open, Publish publish, long nowNanos) {
        switch (publish.qos()) {
            case AT_MOST_ONCE -> take(publish, nowNanos);
            case AT_LEAST_ONCE -> {
                take(publish, nowNanos);
                open.ack(PacketType.PUBACK, publish.packetId());
            }
            case EXACTLY_ONCE -> {
                // The same message again, until PUBREL: only one that does not say so is entered, as a fault.
                if (!isUnreleased(publish.packetId()) || !publish.dup()) {
                    take(publish, nowNanos);
                }
                open.ack(PacketType.PUBREC, publish.packetId());
            }
        }
    }

    /** Answers whether the identifier was in use, and puts it in use. */
    private boolean isUnreleased(int packetId) {
        BitSet identifiers = unreleased;
        if (identifiers == null) {
            identifiers = new BitSet();
            unreleased = identifiers;
        }
        boolean before = identifiers.get(packetId);
        identifiers.set(packetId);
        return before;
    }

    private void take(Publish publish, long nowNanos) {
        long dueNanos = receipts.take(publish, loop().stamp(), qos);
        if (dueNanos != Receipts.NO_MESSAGE) {
            received++;
            delivered.add(loop(), nowNanos - dueNanos);
        }
    }
}

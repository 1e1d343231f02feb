// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection that are not decoded yet, and whether more are read. While no packets are wanted nothing is
 * read, so the client is slowed down by TCP. An idle connection has no buffer: the one that bytes arrive in is let go as
 * soon as its last packet is decoded; one that holds a part of a packet counts in {@link PartialPackets}.
 *
 * <p>The connection's event loop.
 */
final class Intake {
    /** A buffer is worth replacing by a smaller one when it wastes more than this. */
    private static final int SLACK_BYTES_MAX = 1_024;

    private static final long THROTTLE_MILLIS = 1_000;

    private final PartialPackets partials;
    private final MqttHandler handler;
    private final Channel channel;
    private @Nullable ByteBuf pending;
    private int partialBytes;
    private long partialSinceNanos;
    private boolean wanted = true;
    private boolean throttled;
    private boolean behind;
    private boolean paced;

    Intake(PartialPackets partials, MqttHandler handler, Channel channel) {
        this.partials = partials;
        this.handler = handler;
        this.channel = channel;
    }

    /** What is to be decoded next, or null. */
    @Nullable
    ByteBuf pending() {
        return pending;
    }

    /** Bytes came. */
    void add(ByteBuf in) {
        ByteBuf before = pending;
        if (before == null) {
            pending = in;
        } else {
            before.writeBytes(in);
            in.release();
        }
        if (!isWanted()) {
            channel.config().setAutoRead(false);
        }
    }

    /** Whether packets are wanted now. */
    boolean isWanted() {
        return wanted && !paced;
    }

    /** The client publishes faster than it may, or has waited long enough; {@link #applyAutoRead} tells the socket. */
    void pace(boolean now) {
        paced = now;
    }

    boolean isPaced() {
        return paced;
    }

    /** From now on packets are wanted, or no more; {@link #applyAutoRead} tells the socket. */
    void want(boolean packets) {
        wanted = packets;
    }

    /** The client does not take its answers, or does again; {@link #applyAutoRead} tells the socket. */
    void behind(boolean now) {
        behind = now;
    }

    /** Reads from the socket, or no more. */
    void applyAutoRead() {
        channel.config().setAutoRead(wanted && !throttled && !behind && !paced);
    }

    /** A packet has been decoded: what is left began to arrive now. */
    void advanced() {
        partialSinceNanos = System.nanoTime();
    }

    /**
     * Lets go of a buffer that is used up, and accounts for one that is not.
     *
     * @param partial whether what is left is a part of a packet; else it was not looked at
     */
    void settle(boolean partial) {
        ByteBuf rest = pending;
        if (rest == null) {
            account(0);
            return;
        }
        if (!rest.isReadable()) {
            pending = null;
            rest.release();
            account(0);
            return;
        }
        if (rest.capacity() - rest.readableBytes() > Math.max(SLACK_BYTES_MAX, rest.readableBytes())) {
            ByteBuf tight = channel.alloc().directBuffer(rest.readableBytes());
            tight.writeBytes(rest);
            rest.release();
            rest = tight;
            pending = tight;
        }
        account(partial ? rest.capacity() : 0);
        if (partial && partials.isFull()) {
            throttle();
        }
    }

    /** Nothing that came matters any more. */
    void drop() {
        ByteBuf rest = pending;
        if (rest != null) {
            pending = null;
            rest.release();
        }
        account(0);
    }

    // ---- parts of packets

    /** What is left is looked at by another event loop. */
    void leave() {
        wanted = false;
        account(0);
    }

    private void account(int bytes) {
        if (bytes != partialBytes) {
            int before = partialBytes;
            partialBytes = bytes;
            if (before == 0) {
                partialSinceNanos = System.nanoTime();
            }
            partials.changed(this, before, bytes);
        }
    }

    int partialBytes() {
        return partialBytes;
    }

    /** When the packet began to arrive. */
    long partialSinceNanos() {
        return partialSinceNanos;
    }

    private void throttle() {
        if (partials.isOverfull()) {
            partials.shedWorst();
        }
        if (!throttled && handler.isReading()) {
            throttled = true;
            applyAutoRead();
            Sockets.later(channel, THROTTLE_MILLIS, this::unthrottle);
        }
    }

    private void unthrottle() {
        if (!channel.eventLoop().inEventLoop()) { // It has moved meanwhile.
            channel.eventLoop().execute(this::unthrottle);
            return;
        }
        if (partials.isFull()) {
            partials.shedWorst();
        }
        throttled = false;
        if (handler.isReading()) {
            applyAutoRead();
        }
    }

    /** There is no room for this connection's partial packet. */
    void shed() {
        account(0);
        handler.shed();
    }
}

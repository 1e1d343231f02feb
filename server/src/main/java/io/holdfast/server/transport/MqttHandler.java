// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.codec.UnsupportedProtocolVersionException;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.session.SessionNumbers;
import io.holdfast.server.session.SessionShard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The inbound half of a connection, from its first byte to its last. CONNECT alone is decoded where the connection was
 * accepted; then the channel moves to the event loop of its session's shard, undecoded bytes and all, and everything
 * later happens there.
 *
 * <p>While the shard does not want packets nothing is decoded and nothing read, so the client is slowed down by TCP. An
 * idle connection has no buffer: the one that bytes arrive in is let go as soon as its last packet is decoded.
 */
final class MqttHandler extends ChannelInboundHandlerAdapter {
    private enum Phase {
        /** Before CONNECT. */
        OPENING,
        /** Between two event loops. */
        MOVING,
        /** Known to its shard. */
        LIVE,
        /** Nothing that arrives matters any more [MQTT-3.1.4-5] [MQTT5-3.1.4-6]. */
        ENDED
    }

    /** How long the client may take to see our last packet before the socket goes. */
    private static final long LINGER_MILLIS = 1_000;

    /** A buffer is worth replacing by a smaller one when it wastes more than this. */
    private static final int SLACK_BYTES_MAX = 1_024;

    private static final long THROTTLE_MILLIS = 1_000;

    private final Connections connections;
    private final Channel channel;
    private final PacketDecoder decoder;
    private Phase phase = Phase.OPENING;
    private @Nullable ScheduledFuture<?> deadline;

    // inbound
    private @Nullable ByteBuf pending;
    private int partialBytes;
    private long partialSinceNanos;
    private boolean reading = true;
    private boolean greeted;
    private boolean throttled;
    private boolean inputEnded;

    // from CONNECT on
    private @Nullable Life life;
    private @Nullable SessionShard shard;
    private @Nullable MqttConnection connection;
    private int shardIndex;

    MqttHandler(Connections connections, Channel channel) {
        this.connections = connections;
        this.channel = channel;
        decoder = PacketDecoder.server(connections.codec());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        long millis = connections.limits().connectTimeout().toMillis();
        deadline = channel.eventLoop().schedule(this::connectTimedOut, millis, TimeUnit.MILLISECONDS);
    }

    private void connectTimedOut() {
        if (phase == Phase.OPENING) {
            connections.counters().add(BrokerCounter.CONNECT_TIMEOUTS);
            end(null);
        }
    }

    private void cancelDeadline() {
        ScheduledFuture<?> running = deadline;
        if (running != null) {
            deadline = null;
            running.cancel(false);
        }
    }

    // ---- bytes

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        ByteBuf in = (ByteBuf) bytes;
        if (phase == Phase.ENDED) {
            in.release();
            return;
        }
        connections.counters().add(BrokerCounter.BYTES_RECEIVED, in.readableBytes());
        ByteBuf before = pending;
        if (before == null) {
            pending = in;
        } else {
            before.writeBytes(in);
            in.release();
        }
        if (life != null && phase == Phase.LIVE) {
            life.readClock(shardIndex);
        }
        if (phase != Phase.OPENING && !reading) {
            channel.config().setAutoRead(false);
        }
        decode();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        endBurst();
    }

    private void endBurst() {
        Life owner = life;
        if (phase == Phase.LIVE && shard != null && owner != null && owner.isRunning()) {
            shard.endOfBurstSoon();
        }
    }

    private void decode() {
        int packets = 0;
        try {
            Packet packet = next();
            while (packet != null) {
                packets++;
                if (phase == Phase.OPENING) {
                    opened((Connect) packet);
                } else {
                    handle(packet);
                }
                packet = next();
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        }
        if (packets > 0) {
            connections.counters().add(BrokerCounter.PACKETS_RECEIVED, packets);
            partialSinceNanos = System.nanoTime();
        }
        settle();
    }

    private @Nullable Packet next() throws MalformedPacketException {
        ByteBuf in = pending;
        boolean wanted = phase == Phase.OPENING || (phase == Phase.LIVE && reading);
        return in == null || !wanted ? null : decoder.decode(in);
    }

    /** Lets go of a buffer that is used up, and accounts for one that is not. */
    private void settle() {
        ByteBuf rest = pending;
        if (rest != null && !rest.isReadable()) {
            pending = null;
            rest.release();
            rest = null;
        }
        boolean partial = rest != null && (phase == Phase.OPENING || (phase == Phase.LIVE && reading));
        if (rest != null && rest.capacity() - rest.readableBytes() > Math.max(SLACK_BYTES_MAX, rest.readableBytes())) {
            ByteBuf tight = channel.alloc().directBuffer(rest.readableBytes());
            tight.writeBytes(rest);
            rest.release();
            rest = tight;
            pending = tight;
        }
        account(partial && rest != null ? rest.capacity() : 0);
        if (partial && connections.partials().isFull()) {
            throttle();
        }
        // While the shard wants no packets, those that came before the end of the stream still count.
        if (inputEnded && (phase == Phase.OPENING || (phase == Phase.LIVE && reading))) {
            Sockets.close(channel);
        }
    }

    private void account(int bytes) {
        if (bytes != partialBytes) {
            int before = partialBytes;
            partialBytes = bytes;
            if (before == 0) {
                partialSinceNanos = System.nanoTime();
            }
            connections.partials().changed(this, before, bytes);
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
        if (connections.partials().isOverfull()) {
            connections.partials().shedWorst();
        }
        if (!throttled && phase != Phase.ENDED) {
            throttled = true;
            applyAutoRead();
            Sockets.later(channel, THROTTLE_MILLIS, this::unthrottle);
        }
    }

    private void unthrottle() {
        if (connections.partials().isFull()) {
            connections.partials().shedWorst();
        }
        throttled = false;
        if (phase == Phase.OPENING || phase == Phase.LIVE) {
            applyAutoRead();
        }
    }

    /** There is no room for this connection's partial packet. */
    void shed() {
        connections.counters().add(BrokerCounter.PARTIAL_PACKETS_SHED);
        account(0);
        fault(ReasonCode.SERVER_BUSY, "too many packets that arrive in pieces");
    }

    // ---- packets

    private void opened(Connect received) {
        cancelDeadline();
        Life current = connections.life();
        if (current == null) {
            refuse(new ConnAck(false, ReasonCode.SERVER_UNAVAILABLE), received.version());
            return;
        }
        Connect connect = named(received);
        life = current;
        shardIndex = SessionNumbers.shard(connect.clientId(), current.shards());
        MqttConnection newConnection = new MqttConnection(this, channel, connect.clientId(), connections);
        connection = newConnection;
        if (!connect.clientId().equals(received.clientId())) {
            newConnection.nameAssigned();
        }
        EventLoop owner = connections.loops().eventLoop(shardIndex);
        if (owner == channel.eventLoop()) {
            arrive(current, newConnection, connect);
        } else {
            move(owner, () -> arrive(current, newConnection, connect));
        }
    }

    /**
     * A client without a name gets one that no session has, for it is random [MQTT-3.1.3-6] [MQTT5-3.1.3-6]. Before MQTT 5
     * it could not be told its name, so only if its session ends with the connection.
     */
    private static Connect named(Connect connect) {
        boolean possible = switch (connect.version()) {
            case MQTT_3_1 -> false;
            case MQTT_3_1_1 -> connect.cleanStart();
            case MQTT_5 -> true;
        };
        return possible && connect.clientId().isEmpty() ? connect.withClientId("auto-" + UUID.randomUUID()) : connect;
    }

    private void move(EventLoop owner, Runnable arrival) {
        phase = Phase.MOVING;
        reading = false;
        account(0);
        channel.deregister().addListener(left -> {
            if (!left.isSuccess()) {
                channel.unsafe().closeForcibly();
                return;
            }
            owner.register(channel).addListener(joined -> {
                if (joined.isSuccess()) {
                    arrival.run();
                } else {
                    channel.unsafe().closeForcibly();
                }
            });
        });
    }

    private void arrive(Life current, MqttConnection arrived, Connect connect) {
        if (!channel.isActive()) {
            return; // The shard never heard of it.
        }
        if (!current.isRunning()) {
            refuse(new ConnAck(false, ReasonCode.SERVER_UNAVAILABLE), connect.version());
            return;
        }
        phase = Phase.LIVE;
        SessionShard owner = current.shard(shardIndex);
        shard = owner;
        current.readClock(shardIndex);
        try {
            owner.onConnect(arrived, connect);
        } catch (Throwable e) {
            undecided(e);
        }
        settle();
    }

    private void handle(Packet packet) {
        SessionShard owner = shard;
        MqttConnection mine = connection;
        if (owner != null && mine != null && life != null && life.isRunning()) {
            try {
                owner.onPacket(mine, packet);
            } catch (Throwable e) {
                undecided(e);
            }
        }
    }

    /** A decision of the shard that throws costs this connection and nothing else (C29) [MQTT-4.8.0-2]. */
    private void undecided(Throwable cause) {
        connections.endIfOutOfMemory(cause);
        connections.faults().error("a packet could not be handled", MqttConnection.peer(channel), cause);
        fault(ReasonCode.UNSPECIFIED_ERROR, null);
    }

    /** Runs something that may apply commits; when that throws the whole life is over (C29). */
    private static void guard(Life owner, Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            owner.failed(e);
        }
    }

    private void malformed(MalformedPacketException e) {
        connections.counters().add(BrokerCounter.MALFORMED_PACKETS);
        connections.malformed().event("malformed packet (" + e.getMessage() + ")", MqttConnection.peer(channel));
        if (phase == Phase.OPENING && e instanceof UnsupportedProtocolVersionException unsupported) {
            refuse(new ConnAck(false, e.reasonCode()), unsupported.answerVersion()); // [MQTT-3.1.2-2] [MQTT5-3.1.2-2]
        } else if (phase == Phase.OPENING
                && decoder.version() == ProtocolVersion.MQTT_5
                && e.reasonCode().isAllowedIn(PacketType.CONNACK)) {
            refuse(new ConnAck(false, e.reasonCode()), ProtocolVersion.MQTT_5); // [MQTT5-3.1.4-1]
        } else {
            fault(e.reasonCode(), e.getMessage()); // a CONNECT before MQTT 5 among them [MQTT-3.1.4-1]
        }
    }

    private void refuse(ConnAck answer, ProtocolVersion version) {
        ByteBuf out = channel.alloc().directBuffer();
        PacketEncoder.encode(answer, version, out);
        end(out);
    }

    /** The connection ends by the client's or our own fault; its will is published [MQTT5-4.13.1-1]. */
    private void fault(ReasonCode reason, @Nullable String why) {
        Life owner = life;
        MqttConnection mine = connection;
        SessionShard known = shard;
        if (phase == Phase.LIVE && owner != null && mine != null && known != null && owner.isRunning()) {
            guard(owner, () -> known.onProtocolError(mine, reason, why));
        }
        end(null);
    }

    // ---- what the shard decides

    /** CONNACK has told how many topic aliases the client may set [MQTT5-3.3.2-12]. */
    void acceptAliases(int topicAliasMax) {
        decoder.setTopicAliasMax(topicAliasMax);
    }

    /** The shard wants packets, or no more for now. */
    void read(boolean wanted) {
        reading = wanted;
        if (phase != Phase.LIVE) {
            return;
        }
        if (wanted && (pending != null || inputEnded)) {
            channel.eventLoop().execute(this::decodeOn);
        } else if (wanted || greeted) {
            applyAutoRead();
        } // Else most clients wait for CONNACK anyway: whether to read is told to the system when one does not.
        greeted |= wanted;
    }

    /** Packets that arrived while the shard wanted none. */
    private void decodeOn() {
        if (phase == Phase.LIVE && reading) {
            if (life != null) {
                life.readClock(shardIndex);
            }
            decode();
            endBurst();
            if (phase == Phase.LIVE) {
                applyAutoRead();
            }
        }
    }

    private void applyAutoRead() {
        channel.config().setAutoRead(reading && !throttled);
    }

    /**
     * Sends the last bytes, if any, and closes. The client gets a moment to read them: closing at once, with something
     * unread on our side, would make TCP throw them away.
     */
    void end(@Nullable ByteBuf last) {
        if (phase == Phase.ENDED) {
            if (last != null) {
                last.release();
            }
            return;
        }
        phase = Phase.ENDED;
        cancelDeadline();
        dropPending();
        if (last == null) {
            Sockets.close(channel);
            return;
        }
        channel.writeAndFlush(last).addListener((ChannelFutureListener) sent -> {
            if (sent.isSuccess() && !inputEnded) {
                Sockets.finish(channel);
            } else {
                Sockets.close(channel);
            }
        });
        channel.config().setAutoRead(true);
        Sockets.later(channel, LINGER_MILLIS, () -> Sockets.close(channel));
    }

    private void dropPending() {
        ByteBuf rest = pending;
        if (rest != null) {
            pending = null;
            rest.release();
        }
        account(0);
    }

    // ---- the socket

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (phase != Phase.LIVE) {
            return;
        }
        cancelDeadline();
        if (channel.isWritable()) {
            // Not from within: the shard may be in the middle of flushing just now.
            channel.eventLoop().execute(this::writable);
        } else {
            long millis = connections.limits().slowReceiver().toMillis();
            deadline = channel.eventLoop().schedule(this::tooSlow, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** The shard may send again. */
    void writable() {
        Life owner = life;
        MqttConnection mine = connection;
        SessionShard known = shard;
        if (phase == Phase.LIVE && owner != null && mine != null && known != null && owner.isRunning()) {
            owner.readClock(shardIndex);
            guard(owner, () -> known.onWritable(mine));
        }
    }

    private void tooSlow() {
        if (phase == Phase.LIVE && !channel.isWritable()) {
            connections.counters().add(BrokerCounter.SLOW_RECEIVERS);
            connections.log().info("closing {}: it has not read for too long", MqttConnection.peer(channel));
            Sockets.close(channel);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (phase == Phase.ENDED) {
                Sockets.close(channel);
            } else if (phase != Phase.MOVING) {
                settle();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Life owner = life;
        MqttConnection mine = connection;
        SessionShard known = shard;
        boolean wasLive = phase == Phase.LIVE;
        phase = Phase.ENDED;
        cancelDeadline();
        dropPending();
        if (mine != null) {
            mine.discard();
            if (wasLive && mine.isOpen()) {
                mine.log("the connection ended");
            }
        }
        if (wasLive && owner != null && mine != null && known != null && owner.isRunning()) {
            owner.readClock(shardIndex);
            guard(owner, () -> known.onClosed(mine));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            connections.counters().add(BrokerCounter.SOCKET_ERRORS);
            connections.log().debug("{}: {}", MqttConnection.peer(channel), cause.getMessage());
        } else {
            connections.endIfOutOfMemory(cause);
            connections.faults().error("a connection failed", MqttConnection.peer(channel), cause);
        }
        Sockets.close(channel);
    }
}

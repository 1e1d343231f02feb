// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.Peer;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.session.SessionShard;
import io.holdfast.server.transport.tls.CertifiedUser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The inbound half of a connection, from its first byte to its last, and the events of its socket. {@link Opening} takes
 * the packets up to the move to the event loop of the session's shard; everything later happens there and goes to the
 * shard. {@link Intake} holds what is not decoded yet.
 */
final class MqttHandler extends ChannelInboundHandlerAdapter {
    private enum Phase {
        /** Before the shard knows of it. */
        OPENING,
        /** Between two event loops. */
        MOVING,
        /** Known to its shard. */
        LIVE,
        /** Nothing that arrives matters any more [MQTT-3.1.4-5] [MQTT5-3.1.4-6]. */
        ENDED
    }

    private final Connections connections;
    private final Channel channel;
    private final String listener;
    private final PacketDecoder decoder;
    private final Intake intake;
    private Phase phase = Phase.OPENING;
    private boolean greeted;
    private boolean inputEnded;
    private @Nullable String certificateUser;

    // until the connection lives on its shard
    private @Nullable Opening opening;

    // from then on
    private @Nullable Life life;
    private @Nullable SessionShard shard;
    private @Nullable MqttConnection connection;
    private int shardIndex;
    private @Nullable ScheduledFuture<?> slowDeadline;
    private @Nullable Reauthentication reauthentication;
    private @Nullable ProofDeadline proofDeadline;
    private @Nullable PublishPace pace;

    MqttHandler(Connections connections, Channel channel, String listener) {
        this.connections = connections;
        this.channel = channel;
        this.listener = listener;
        decoder = PacketDecoder.server(connections.codec());
        intake = new Intake(connections.partials(), this, channel);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        opening = new Opening(connections, this, channel);
    }

    /** The other side, as far as it is known without a packet. */
    Peer peer() {
        return new Peer(MqttConnection.peer(channel), listener, certificateUser);
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
        if (life != null && phase == Phase.LIVE) {
            life.readClock(shardIndex);
        }
        intake.add(in);
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
                if (phase == Phase.LIVE) {
                    handle(packet);
                } else if (opening != null) {
                    opening.onPacket(packet);
                }
                packet = next();
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        }
        if (packets > 0) {
            connections.counters().add(BrokerCounter.PACKETS_RECEIVED, packets);
            intake.advanced();
        }
        settle();
    }

    private @Nullable Packet next() throws MalformedPacketException {
        ByteBuf in = intake.pending();
        return in == null || !takesPackets() ? null : decoder.decode(in);
    }

    private boolean takesPackets() {
        return intake.isWanted() && isReading();
    }

    /** Whether anything that arrives can matter now. */
    boolean isReading() {
        return phase == Phase.LIVE || phase == Phase.OPENING;
    }

    private void settle() {
        boolean takes = takesPackets();
        intake.settle(takes);
        // While no packets are wanted, those that came before the end of the stream still count.
        if (inputEnded && takes && takesPackets()) {
            Sockets.close(channel);
        }
    }

    private void malformed(MalformedPacketException e) {
        connections.counters().add(BrokerCounter.MALFORMED_PACKETS);
        connections.malformed().event(decoder.malformedType(), e, this::who);
        Opening stranger = opening;
        if (stranger != null) {
            stranger.malformed(e, decoder.version());
        } else {
            fault(e.reasonCode(), e.getMessage());
        }
    }

    /** For the log: the address, and the client identifier once a session is known to belong to it. */
    private String who() {
        MqttConnection known = connection;
        String address = MqttConnection.peer(channel);
        return known == null ? address : address + " as " + Printable.quoted(known.clientId(), '\'');
    }

    /** There is no room for a packet that arrives in pieces. */
    void shed() {
        connections.counters().add(BrokerCounter.PARTIAL_PACKETS_SHED);
        fault(ReasonCode.SERVER_BUSY, "too many packets that arrive in pieces");
    }

    // ---- from the opening

    /** The connection leaves this event loop; whoever moves it says when it has arrived. */
    void moves() {
        phase = Phase.MOVING;
        intake.leave();
    }

    /** The connection lives on its shard from now on, on the shard's event loop. */
    void arrived(Life current, int index, MqttConnection arrived, Connect connect) {
        opening = null;
        phase = Phase.LIVE;
        life = current;
        shardIndex = index;
        connection = arrived;
        SessionShard owner = current.shard(index);
        shard = owner;
        decoder.authenticated();
        current.readClock(index);
        try {
            owner.onConnect(arrived, connect);
        } catch (Throwable e) {
            undecided(e);
        }
        proven(arrived.provenUntil());
        settle();
    }

    /** The client has proven who it is, at CONNECT or again; null when that does not end. */
    void proven(@Nullable Instant until) {
        if (phase != Phase.LIVE || (until == null && proofDeadline == null)) {
            return;
        }
        if (proofDeadline == null) {
            proofDeadline = new ProofDeadline(connections, this, channel.eventLoop());
        }
        proofDeadline.set(until);
    }

    // ---- packets

    private void handle(Packet packet) {
        SessionShard owner = shard;
        MqttConnection mine = connection;
        if (owner != null && mine != null && life != null && life.isRunning()) {
            try {
                if (packet instanceof Publish publish) {
                    pace(publish);
                }
                owner.onPacket(mine, packet);
            } catch (Throwable e) {
                undecided(e);
            }
        }
    }

    /** A client that publishes faster than it may is not read from for a while. */
    private void pace(Publish publish) {
        TransportLimits limits = connections.limits();
        if (limits.publishRateMax() == 0 && limits.publishBytesPerSecondMax() == 0) {
            return;
        }
        PublishPace known = pace;
        if (known == null) {
            known = new PublishPace();
            pace = known;
        }
        int size = publish.topic().utf8().length + publish.payload().length;
        long millis = known.take(size, limits, System.nanoTime());
        if (millis > 0 && !intake.isPaced()) {
            connections.counters().add(BrokerCounter.PUBLISHERS_PACED);
            intake.pace(true);
            intake.applyAutoRead();
            Sockets.later(channel, millis, this::paceOver);
        }
    }

    private void paceOver() {
        intake.pace(false);
        if (isReading()) {
            decodeOn();
            intake.applyAutoRead();
        }
    }

    /** Whether the client is not read from because it publishes too fast. */
    boolean isPaced() {
        return intake.isPaced();
    }

    /** A decision of the shard that throws costs this connection and nothing else (C29) [MQTT-4.8.0-2]. */
    private void undecided(Throwable cause) {
        connections.endIfOutOfMemory(cause);
        connections.faults().error("a packet could not be handled", MqttConnection.peer(channel), cause);
        fault(ReasonCode.UNSPECIFIED_ERROR, null);
    }

    /** The connection ends by the client's or our own fault; its will is published [MQTT5-4.13.1-1]. */
    private void fault(ReasonCode reason, @Nullable String why) {
        if (phase == Phase.LIVE) {
            tell((owner, mine) -> owner.onProtocolError(mine, reason, why));
        }
        end(null);
    }

    /** The client may stay no longer, though it broke no rule; its will is published. */
    void dismiss(ReasonCode reason, String why) {
        if (phase == Phase.LIVE) {
            tell((owner, mine) -> owner.dismiss(mine, reason, why));
        }
        end(null);
    }

    /** AUTH on a living connection; false when it must not come now. */
    boolean onAuth(Auth auth) {
        MqttConnection mine = connection;
        if (mine == null) {
            return false;
        }
        if (reauthentication == null) {
            reauthentication = new Reauthentication(connections, this, mine);
        }
        return reauthentication.onAuth(auth, channel.eventLoop());
    }

    /** Something for the shard, which may apply commits: when it throws the whole life is over (C29). */
    private interface News {
        void tell(SessionShard owner, MqttConnection mine);
    }

    private void tell(News news) {
        Life owner = life;
        MqttConnection mine = connection;
        SessionShard known = shard;
        if (owner != null && mine != null && known != null && owner.isRunning()) {
            owner.readClock(shardIndex);
            try {
                news.tell(known, mine);
            } catch (Throwable e) {
                owner.failed(e);
            }
        }
    }

    // ---- what the shard decides

    /** CONNACK has told how many topic aliases the client may set [MQTT5-3.3.2-12]. */
    void acceptAliases(int topicAliasMax) {
        decoder.setTopicAliasMax(topicAliasMax);
    }

    /** Packets are wanted, or no more for now. */
    void read(boolean wanted) {
        intake.want(wanted);
        if (!isReading()) {
            return;
        }
        if (wanted && (intake.pending() != null || inputEnded)) {
            channel.eventLoop().execute(this::decodeOn);
        } else if (wanted || greeted) {
            intake.applyAutoRead();
        } // Else most clients wait for CONNACK anyway: whether to read is told to the system when one does not.
        greeted |= wanted;
    }

    /** Packets that arrived while none were wanted. */
    private void decodeOn() {
        if (takesPackets()) {
            if (life != null) {
                life.readClock(shardIndex);
            }
            decode();
            endBurst();
            if (isReading()) {
                intake.applyAutoRead();
            }
        }
    }

    /** The client does not take what we answer: it is not asked for more, or is again. */
    void behind(boolean now) {
        intake.behind(now);
        if (phase == Phase.LIVE) {
            intake.applyAutoRead();
        }
    }

    // ---- leaving

    /** Sends the last bytes, if any, and closes. Nothing that arrives from now on matters. */
    void end(@Nullable ByteBuf last) {
        if (phase == Phase.ENDED) {
            if (last != null) {
                last.release();
            }
            return;
        }
        over();
        if (last == null) {
            Sockets.close(channel);
        } else {
            Sockets.closeBehind(channel, last, inputEnded);
        }
    }

    private void over() {
        phase = Phase.ENDED;
        intake.drop();
        cancelSlowDeadline();
        if (opening != null) {
            opening.end();
        }
        if (reauthentication != null) {
            reauthentication.end();
        }
        if (proofDeadline != null) {
            proofDeadline.cancel();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean wasLive = phase == Phase.LIVE;
        over();
        MqttConnection mine = connection;
        if (mine != null) {
            mine.discard();
            if (wasLive && mine.isOpen()) {
                mine.log("the connection ended");
            }
        }
        if (wasLive) {
            tell(SessionShard::onClosed);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof CertifiedUser certified) {
            certificateUser = certified.name();
        } else if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            inputEnded = true;
            if (phase == Phase.ENDED) {
                Sockets.close(channel);
            } else if (phase != Phase.MOVING) {
                settle();
            }
        }
    }

    /**
     * A socket that ends on its way between two event loops leaves its pipeline without being told that it is inactive; what
     * came behind its CONNECT must go all the same.
     */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
            connections.counters().add(BrokerCounter.SOCKET_ERRORS);
            connections.log().debug("{}: {}", MqttConnection.peer(channel), cause.getMessage());
        } else {
            connections.endIfOutOfMemory(cause);
            connections.faults().error("a connection failed", MqttConnection.peer(channel), cause);
        }
        Sockets.close(channel);
    }

    // ---- a client that reads too slowly

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (phase != Phase.LIVE) {
            return;
        }
        cancelSlowDeadline();
        if (channel.isWritable()) {
            // Not from within: the shard may be in the middle of flushing just now.
            channel.eventLoop().execute(this::writable);
        } else {
            long millis = connections.limits().slowReceiver().toMillis();
            slowDeadline = channel.eventLoop().schedule(this::tooSlow, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** The shard may send again. */
    void writable() {
        if (phase == Phase.LIVE) {
            tell(SessionShard::onWritable);
        }
    }

    private void tooSlow() {
        if (phase == Phase.LIVE && !channel.isWritable()) {
            connections.counters().add(BrokerCounter.SLOW_RECEIVERS);
            connections
                    .slow()
                    .event(
                            () -> "a client that has not read for too long is closed,",
                            () -> MqttConnection.peer(channel));
            Sockets.close(channel);
        }
    }

    private void cancelSlowDeadline() {
        ScheduledFuture<?> running = slowDeadline;
        if (running != null) {
            slowDeadline = null;
            running.cancel(false);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.codec.UnsupportedProtocolVersionException;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.Authentication;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.Credentials;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.session.Sentences;
import io.holdfast.storage.schema.SessionNumbers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection's way to its shard: CONNECT, the proof of who sent it, by password or by an exchange of AUTH packets, and the move to the event
 * loop that owns the session. One time limit holds for all that the client has to do on this way. No session is looked at
 * before its end: a client that fails here has changed nothing and learnt nothing (T26, T27) [MQTT5-3.1.4-2].
 *
 * <p>The event loop that accepted the connection.
 */
final class Opening implements AuthExchange.Owner {
    /** A deadline that is noticed so much later says more about the broker than about its client. */
    private static final long LATE_NANOS = 1_000_000_000L;

    private final Connections connections;
    private final MqttHandler handler;
    private final Channel channel;
    private final long dueNanos;
    private ScheduledFuture<?> deadline;
    private boolean prolonged;
    private @Nullable Connect connect;
    private @Nullable AuthExchange exchange;
    private boolean nameAssigned;

    /** Read by the threads that judge: a client that has gone costs no hash. */
    private volatile boolean judging;

    Opening(Connections connections, MqttHandler handler, Channel channel) {
        this.connections = connections;
        this.handler = handler;
        this.channel = channel;
        long millis = connections.limits().connectTimeout().toMillis();
        dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        deadline = channel.eventLoop().schedule(this::tooLong, millis, TimeUnit.MILLISECONDS);
    }

    /** The connection has ended, or goes on somewhere else. */
    void end() {
        deadline.cancel(false);
        judging = false;
        if (exchange != null) {
            exchange.abandon();
        }
    }

    private void tooLong() {
        if (!prolonged && System.nanoTime() - dueNanos > LATE_NANOS) {
            // The loop has stood still, or the whole machine: what the client has sent meanwhile is read first.
            prolonged = true;
            deadline = channel.eventLoop().schedule(this::tooLong, LATE_NANOS, TimeUnit.NANOSECONDS);
            return;
        }
        connections.counters().add(BrokerCounter.CONNECT_TIMEOUTS);
        if (judging) {
            // It is the broker that is late: a client that is told so comes again, one that is told no may not.
            refuse(ReasonCode.SERVER_BUSY, "too many clients log in at the same time; try again later");
        } else if (exchange == null) {
            handler.end(null);
        } else {
            refuse(ReasonCode.NOT_AUTHORIZED, "the authentication took too long");
        }
    }

    /** CONNECT, or what the decoder lets pass behind one that asks for an exchange. */
    void onPacket(Packet packet) {
        AuthExchange running = exchange;
        if (packet instanceof Connect received) {
            onConnect(received);
        } else if (packet.type() == PacketType.DISCONNECT) {
            handler.end(null);
        } else if (packet instanceof Auth auth && running != null && running.answer(auth)) {
            handler.read(false);
        } else {
            refuse(ReasonCode.PROTOCOL_ERROR, "an AUTH that answers nothing");
        }
    }

    private void onConnect(Connect received) {
        Connect named = named(received);
        connect = named;
        nameAssigned = !named.clientId().equals(received.clientId());
        String name = named.properties().authenticationMethod();
        if (name == null && handler.peer().certificateUser() != null) {
            arrive(named, null); // It has proven who it is before its first packet; a password adds nothing.
            return;
        }
        if (name == null) {
            identify(named);
            return;
        }
        AuthenticationMethod method = connections.authentication().method(name);
        if (method == null) {
            refuse(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    Sentences.of(ReasonCode.BAD_AUTHENTICATION_METHOD)); // [MQTT5-4.12.0-1]
            return;
        }
        exchange = new AuthExchange(
                connections.authentication(),
                channel.eventLoop(),
                named.clientId(),
                Sockets.address(channel),
                method,
                this);
        handler.read(false);
        exchange.take(named.properties());
    }

    /** Finds out who comes by user name and password, or that it need not be known. */
    private void identify(Connect named) {
        Authentication authentication = connections.authentication();
        Credentials credentials =
                new Credentials(named.clientId(), named.userName(), named.password(), Sockets.address(channel));
        if (authentication.isNobody(credentials)) {
            arrive(named, null);
            return;
        }
        AuthenticationStep known = authentication.atOnce(credentials);
        judging = true;
        if (known != null) {
            judged(known);
        } else {
            handler.read(false);
            authentication.judge(credentials, () -> judging, channel.eventLoop(), this::judged);
        }
    }

    private void judged(AuthenticationStep step) {
        if (!judging) {
            return; // Nobody waits for it any more.
        }
        if (step instanceof AuthenticationStep.Accepted accepted) {
            accepted(accepted);
        } else if (step instanceof AuthenticationStep.Refused refused) {
            connections.counters().add(BrokerCounter.PASSWORDS_REFUSED);
            connections.refusals().event(() -> turnedAway(refused), () -> MqttConnection.peer(channel));
            refuse(refused.reason(), refused.why());
        } else {
            throw new IllegalStateException("a password is right or wrong; there is no " + step);
        }
    }

    private String turnedAway(AuthenticationStep.Refused refused) {
        Connect known = connect;
        String user = known == null || known.userName() == null ? "no user name" : Printable.quoted(known.userName());
        return "a client was turned away: " + user + ", " + refused.why() + ",";
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

    // ---- what the method says

    @Override
    public boolean challenge(Auth auth) {
        Packet fitting = fitting(auth);
        if (fitting == null) {
            return false;
        }
        ByteBuf out = encoded(fitting, ProtocolVersion.MQTT_5);
        ChannelFuture unused = channel.writeAndFlush(out, channel.voidPromise());
        handler.read(true);
        return true;
    }

    @Override
    public void accepted(AuthenticationStep.Accepted accepted) {
        Connect authenticated = connect;
        if (authenticated != null) {
            arrive(authenticated, accepted);
        }
    }

    @Override
    public void refused(ReasonCode reason, String why) {
        connections.counters().add(BrokerCounter.AUTHENTICATIONS_REFUSED);
        refuse(reason, why); // [MQTT5-4.12.0-4]
    }

    // ---- no

    /** What came is no packet, or none that may come now. */
    void malformed(MalformedPacketException e, @Nullable ProtocolVersion version) {
        if (e instanceof UnsupportedProtocolVersionException unsupported) {
            refuse(new ConnAck(false, e.reasonCode()), unsupported.answerVersion()); // [MQTT-3.1.2-2] [MQTT5-3.1.2-2]
        } else if (version == ProtocolVersion.MQTT_5 && e.reasonCode().isAllowedIn(PacketType.CONNACK)) {
            refuse(new ConnAck(false, e.reasonCode()), ProtocolVersion.MQTT_5); // [MQTT5-3.1.4-1]
        } else {
            handler.end(null); // [MQTT-3.1.4-1]
        }
    }

    private void refuse(ReasonCode reason, String why) {
        Properties text = Properties.builder().reasonString(why).build();
        Connect known = connect;
        if (known != null && known.version() != ProtocolVersion.MQTT_5) {
            boolean told = reason.connAckReturnCode() != ReasonCode.CLOSE_WITHOUT_CONNACK;
            handler.end(told ? encoded(new ConnAck(false, reason), known.version()) : null); // [MQTT-3.2.2-6]
            return;
        }
        refuse(new ConnAck(false, Farewell.inConnAck(reason), text), ProtocolVersion.MQTT_5);
    }

    private void refuse(ConnAck answer, ProtocolVersion version) {
        Packet fitting = version == ProtocolVersion.MQTT_5 ? fitting(answer) : answer;
        handler.end(fitting == null ? null : encoded(fitting, version));
    }

    /** What this client takes, or null; before its CONNECT is known, everything. */
    private @Nullable Packet fitting(Packet packet) {
        Connect known = connect;
        if (known == null) {
            return packet;
        }
        long bytesMax = known.properties().maximumPacketSizeBytes();
        return Fitting.fit(
                packet, known.properties().requestProblemInformation(), (int) Math.min(bytesMax, Integer.MAX_VALUE));
    }

    private ByteBuf encoded(Packet packet, ProtocolVersion version) {
        ByteBuf out = channel.alloc().directBuffer();
        PacketEncoder.encode(packet, version, out);
        connections.counters().add(BrokerCounter.PACKETS_SENT);
        connections.counters().add(BrokerCounter.BYTES_SENT, out.readableBytes());
        return out;
    }

    // ---- to the shard

    private void arrive(Connect known, AuthenticationStep.@Nullable Accepted accepted) {
        end();
        Life life = connections.life();
        if (life == null) {
            refuse(new ConnAck(false, ReasonCode.SERVER_UNAVAILABLE), known.version());
            return;
        }
        int shard = SessionNumbers.shard(known.clientId(), life.shards());
        MqttConnection connection = new MqttConnection(handler, channel, known.clientId(), connections);
        if (nameAssigned) {
            connection.nameAssigned();
        }
        String certificateUser = handler.peer().certificateUser();
        if (accepted != null) {
            connections.counters().add(BrokerCounter.LOGINS_ACCEPTED);
            connection.authenticated(accepted.userName(), accepted.data(), accepted.proof());
            connection.provenUntil(accepted.until());
        } else if (certificateUser != null) {
            connections.counters().add(BrokerCounter.LOGINS_ACCEPTED);
            connection.authenticated(certificateUser, null, null);
        }
        connection.certified(certificateUser);
        if (Sockets.isOnLoopback(channel)) {
            connection.onLoopback();
        }
        EventLoop owner = connections.loops().eventLoop(shard);
        if (owner == channel.eventLoop()) {
            arrived(life, shard, connection, known);
        } else {
            move(owner, () -> arrived(life, shard, connection, known));
        }
    }

    private void move(EventLoop owner, Runnable arrival) {
        handler.moves();
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

    /** The shard's event loop. */
    private void arrived(Life life, int shard, MqttConnection connection, Connect known) {
        if (!channel.isActive()) {
            return; // The shard never heard of it.
        }
        if (life.isRunning()) {
            handler.arrived(life, shard, connection, known);
        } else {
            refuse(new ConnAck(false, ReasonCode.SERVER_UNAVAILABLE), known.version());
        }
    }
}

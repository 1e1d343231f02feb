// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.tools.client.ClientConnection;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client with a session, which outlives its connections. Does one thing at a time: the {@link Outcome} of the last one
 * must have been told before the next begins. Its event loop only.
 */
public class LoadClient implements ClientConnection.Receiver {
    private static final int SUBSCRIBE_PACKET_ID = 1;

    private final Crew crew;
    private final int number;
    private final LoadLoop loop;
    private @Nullable ClientConnection connection;
    private @Nullable Outcome waiting;
    private boolean leaving;
    private boolean sessionPresent;
    private int receiveMax;
    private int wantedQos;

    /**
     * A client that is not connected.
     *
     * @param number its place in its crew: decides on its name and its event loop
     */
    public LoadClient(Crew crew, int number) {
        this.crew = crew;
        this.number = number;
        loop = crew.loops().of(number);
    }

    /** Its place in its crew, from 0. */
    public final int number() {
        return number;
    }

    public final LoadLoop loop() {
        return loop;
    }

    /** Opens a connection and sends CONNECT; succeeds with the CONNACK. */
    public final void connect(Lifetime lifetime, Outcome outcome) {
        waiting = outcome;
        leaving = false;
        Access access = crew.access();
        ClientConnection opening =
                new ClientConnection(this, access.version(), access.connect(number, crew.clientId(number), lifetime));
        connection = opening;
        ChannelFuture unused = crew.loops()
                .open(loop, access.address(), access.from(number), opening)
                .addListener(opened -> {
                    if (!opened.isSuccess()) {
                        closed(opening, reason(opened.cause()));
                    }
                });
    }

    private static String reason(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "nobody answered";
        }
        return cause instanceof ConnectException ? "connection refused" : String.valueOf(cause.getMessage());
    }

    /** Sends SUBSCRIBE; succeeds with a SUBACK that grants the QoS. */
    public final void subscribe(TopicFilter filter, QoS qos, Outcome outcome) {
        waiting = outcome;
        wantedQos = qos.level();
        send(new Subscribe(SUBSCRIBE_PACKET_ID, List.of(new Subscribe.Request(filter, qos)), Properties.NONE));
    }

    /** Sends UNSUBSCRIBE; succeeds with the UNSUBACK. */
    public final void unsubscribe(TopicFilter filter, Outcome outcome) {
        waiting = outcome;
        send(new Unsubscribe(SUBSCRIBE_PACKET_ID, List.of(filter), Properties.NONE));
    }

    /** Sends DISCONNECT and waits until the connection is gone; succeeds at once without one. */
    public final void disconnect(Outcome outcome) {
        ClientConnection open = connection;
        if (open == null) {
            outcome.succeeded();
            return;
        }
        waiting = outcome;
        leaving = true;
        open.send(Disconnect.NORMAL);
        open.awaitClose();
    }

    /** Whether the last CONNACK told that the broker had kept the session. */
    public final boolean sessionPresent() {
        return sessionPresent;
    }

    /** How many acknowledged messages the broker takes at once on this connection. */
    final int receiveMax() {
        return receiveMax;
    }

    final @Nullable ClientConnection connection() {
        return connection;
    }

    /** Sends a packet; what answers it is found in {@link #onPacket}, which tells {@link #answered}. */
    final void ask(Packet packet, Outcome outcome) {
        waiting = outcome;
        send(packet);
    }

    /** The answer has come. */
    final void answered() {
        succeed();
    }

    private void send(Packet packet) {
        ClientConnection open = connection;
        if (open != null) {
            open.send(packet);
            open.flush();
        }
    }

    @Override
    public final void received(Packet packet, long nowNanos) {
        if (leaving) {
            return; // No acknowledgement may follow a DISCONNECT, so the broker will send this again [MQTT-3.14.4-2].
        }
        if (packet instanceof ConnAck connAck) {
            sessionPresent = connAck.sessionPresent();
            receiveMax = connAck.properties().receiveMaximum();
            if (connAck.reasonCode().isFailure()) {
                leaving = true;
                fail("the broker refused CONNECT: " + connAck.reasonCode());
            } else {
                succeed();
            }
        } else if (packet instanceof SubAck subAck) {
            ReasonCode granted = subAck.reasonCodes().get(0);
            if (granted.value() == wantedQos) { // A success is the QoS that was granted [MQTT-3.8.4-6].
                succeed();
            } else {
                fail("the broker answered SUBSCRIBE with QoS " + wantedQos + " by " + granted);
            }
        } else if (packet instanceof UnsubAck) {
            succeed();
        } else if (packet instanceof Disconnect disconnect) {
            abort("the broker sent DISCONNECT: " + disconnect.reasonCode());
        } else {
            onPacket(packet, nowNanos);
        }
    }

    /** Any packet but those that answer CONNECT, SUBSCRIBE and DISCONNECT. */
    void onPacket(Packet packet, long nowNanos) {}

    /** The connection is gone without having been asked to. */
    void onLost() {}

    private void abort(String reason) {
        ClientConnection open = connection;
        if (open != null) {
            open.abort(reason);
        }
    }

    @Override
    public final void closed(ClientConnection gone, String reason) {
        if (connection != gone) {
            return;
        }
        connection = null;
        if (leaving) {
            succeed();
            return;
        }
        if (waiting != null) {
            fail(reason);
        } else {
            crew.lost(reason);
        }
        onLost();
    }

    private void succeed() {
        Outcome told = waiting;
        if (told != null) {
            waiting = null;
            told.succeeded();
        }
    }

    private void fail(String reason) {
        Outcome told = waiting;
        if (told != null) {
            waiting = null;
            told.failed(reason);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.metrics.BrokerCounter;
import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that authenticates again while its connection lives. Everything else goes on meanwhile, for the client is still
 * the one that it was; only when the exchange fails or takes too long the connection ends. The shard's event loop.
 */
final class Reauthentication implements AuthExchange.Owner {
    private final Connections connections;
    private final MqttHandler handler;
    private final MqttConnection connection;
    private @Nullable AuthExchange exchange;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable String method;

    Reauthentication(Connections connections, MqttHandler handler, MqttConnection connection) {
        this.connections = connections;
        this.handler = handler;
        this.connection = connection;
    }

    /**
     * An AUTH of the client, which has the method of its CONNECT: the decoder knows it [MQTT5-4.12.1-1].
     *
     * @return false when it must not come now
     */
    boolean onAuth(Auth auth, EventLoop loop) {
        AuthExchange running = exchange;
        if (running != null) {
            return running.answer(auth);
        }
        String name = auth.properties().authenticationMethod();
        AuthenticationMethod known =
                name == null ? null : connections.authentication().method(name);
        if (known == null || auth.reasonCode() != ReasonCode.RE_AUTHENTICATE) {
            return false;
        }
        method = name;
        AuthExchange begun = new AuthExchange(
                connections.authentication(), loop, connection.clientId(), connection.address(), known, this);
        exchange = begun;
        long millis = connections.limits().connectTimeout().toMillis();
        deadline = loop.schedule(
                () -> refused(ReasonCode.NOT_AUTHORIZED, "the authentication took too long"),
                millis,
                TimeUnit.MILLISECONDS);
        return begun.take(auth.properties());
    }

    @Override
    public boolean challenge(Auth auth) {
        return connection.send(auth);
    }

    @Override
    public void accepted(AuthenticationStep.Accepted accepted) {
        String name = method;
        if (name == null || !accepted.userName().equals(connection.userName())) {
            // The session belongs to the one who connected.
            refused(ReasonCode.NOT_AUTHORIZED, "another user than the one who connected");
            return;
        }
        end();
        connections.counters().add(BrokerCounter.LOGINS_ACCEPTED);
        Auth success = new Auth(ReasonCode.SUCCESS, AuthExchange.properties(name, accepted.data(), null));
        if (!connection.send(success)) {
            refused(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "the authentication needs larger packets");
            return;
        }
        handler.proven(accepted.until());
    }

    /** Tells why in DISCONNECT and closes; the will is published, as the client did not say goodbye [MQTT5-4.12.1-2]. */
    @Override
    public void refused(ReasonCode reason, String why) {
        end();
        connections.counters().add(BrokerCounter.AUTHENTICATIONS_REFUSED);
        handler.dismiss(reason, why);
    }

    /** The exchange is over, or its connection is. */
    void end() {
        AuthExchange running = exchange;
        if (running != null) {
            exchange = null;
            running.abandon();
        }
        ScheduledFuture<?> waiting = deadline;
        if (waiting != null) {
            deadline = null;
            waiting.cancel(false);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.server.session.Connection;
import io.holdfast.server.transport.Printable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients that come and go, sessions that lose messages or end: one line for each, in words that people grep for in
 * Mosquitto's log. Clients can cause them at will, so no more than some are written in a second, and one line says how many
 * were left out. Any thread; costs nothing where the level is off.
 */
final class ClientLog {
    private static final Logger CONNECTIONS = LoggerFactory.getLogger("holdfast.connection");
    private static final Logger SESSIONS = LoggerFactory.getLogger("holdfast.session");
    private static final int LINES_PER_SECOND = 50;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private long sinceNanos;
    private int written;
    private long leftOut;

    ClientLog(LongSupplier nanos) {
        this.nanos = nanos;
        sinceNanos = nanos.getAsLong();
    }

    void connected(Connection connection, String clientId, boolean cleanStart, @Nullable String user) {
        if (CONNECTIONS.isInfoEnabled() && isAllowed()) {
            CONNECTIONS.info(
                    "New client connected from {} as {} (p{}, c{}, k{}{})",
                    connection.peer(),
                    Printable.quoted(clientId, '\''),
                    number(connection.version()),
                    cleanStart ? 1 : 0,
                    connection.keepAliveSeconds(),
                    user == null ? "" : ", u" + Printable.quoted(user, '\''));
        }
    }

    /** As Mosquitto numbers them. */
    private static int number(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> 1;
            case MQTT_3_1_1 -> 2;
            case MQTT_5 -> 5;
        };
    }

    void disconnected(Connection connection, String clientId, String cause) {
        if (CONNECTIONS.isInfoEnabled() && isAllowed()) {
            CONNECTIONS.info(
                    "Client {} disconnected from {}: {}", Printable.quoted(clientId, '\''), connection.peer(), cause);
        }
    }

    void queueFull(String clientId, long dropped) {
        if (SESSIONS.isWarnEnabled() && isAllowed()) {
            SESSIONS.warn("the queue of client {} is full, it has lost {}", Printable.quoted(clientId, '\''), dropped);
        }
    }

    void expired(String clientId, long messages) {
        if (SESSIONS.isInfoEnabled() && isAllowed()) {
            SESSIONS.info("Session of {} has expired with {} messages", Printable.quoted(clientId, '\''), messages);
        }
    }

    private synchronized boolean isAllowed() {
        long now = nanos.getAsLong();
        if (now - sinceNanos >= SECOND_NANOS) {
            sinceNanos = now;
            written = 0;
            if (leftOut > 0) {
                CONNECTIONS.info("{} lines about clients were left out, as there are too many in a second", leftOut);
                leftOut = 0;
            }
        }
        if (written == LINES_PER_SECOND) {
            leftOut++;
            return false;
        }
        written++;
        return true;
    }
}

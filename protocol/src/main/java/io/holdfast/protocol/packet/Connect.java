// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT: a client asks for a session.
 *
 * @param clientId may be empty: whether that is acceptable is the server's decision [MQTT-3.1.3-8]
 * @param cleanStart Clean Session of 3.1 and 3.1.1, Clean Start of 5
 * @param keepAliveSeconds 0..65,535; 0 turns the keep alive off
 * @param password read-only; binary in 3.1.1 and 5
 * @param properties {@link Properties#NONE} before MQTT 5
 */
@SuppressWarnings("ArrayRecordComponent") // a password is binary; equals and hashCode below go by content
public record Connect(
        ProtocolVersion version,
        String clientId,
        boolean cleanStart,
        int keepAliveSeconds,
        @Nullable Will will,
        @Nullable String userName,
        byte @Nullable [] password,
        Properties properties)
        implements Packet {

    public Connect {
        if (keepAliveSeconds < 0 || keepAliveSeconds > 0xFFFF) {
            throw new IllegalArgumentException("keep alive " + keepAliveSeconds + " s is not in 0..65535");
        }
    }

    /** A CONNECT without user name, password and properties. */
    public static Connect anonymous(
            ProtocolVersion version, String clientId, boolean cleanStart, int keepAliveSeconds, @Nullable Will will) {
        return anonymous(version, clientId, cleanStart, keepAliveSeconds, will, Properties.NONE);
    }

    /** The same with properties, which only MQTT 5 has. */
    public static Connect anonymous(
            ProtocolVersion version,
            String clientId,
            boolean cleanStart,
            int keepAliveSeconds,
            @Nullable Will will,
            Properties properties) {
        byte @Nullable [] noPassword = null;
        return new Connect(version, clientId, cleanStart, keepAliveSeconds, will, null, noPassword, properties);
    }

    @Override
    public PacketType type() {
        return PacketType.CONNECT;
    }

    /**
     * The same CONNECT from a client with another name: a server names clients that have none [MQTT-3.1.3-6]
     * [MQTT5-3.1.3-6].
     */
    public Connect withClientId(String assigned) {
        return new Connect(version, assigned, cleanStart, keepAliveSeconds, will, userName, password, properties);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Connect that
                && version == that.version
                && clientId.equals(that.clientId)
                && cleanStart == that.cleanStart
                && keepAliveSeconds == that.keepAliveSeconds
                && Objects.equals(will, that.will)
                && Objects.equals(userName, that.userName)
                && Arrays.equals(password, that.password)
                && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return 31 * version.hashCode() + clientId.hashCode();
    }

    /** Never shows the password: packets end up in logs. */
    @Override
    public String toString() {
        return "Connect[" + version + ", " + clientId + ", cleanStart=" + cleanStart + ", keepAlive=" + keepAliveSeconds
                + "s, " + will + ", user=" + userName + (password == null ? "" : ", with password") + ", " + properties
                + "]";
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the broker, and as whom.
 *
 * @param address resolved
 */
public record Access(InetSocketAddress address, ProtocolVersion version, Logins logins) {
    /** What becomes of a session when its connection ends. */
    public enum Lifetime {
        /** The broker keeps it: clean session 0, or in MQTT 5 an expiry of a day. */
        KEPT,
        /** Begins empty and ends with the connection. */
        CLEAN
    }

    private static final long KEPT_SECONDS = 86_400;
    private static final Properties EXPIRY = Properties.builder()
            .number(Property.SESSION_EXPIRY_INTERVAL, KEPT_SECONDS)
            .build();

    /** Connections from one address to one port are bounded by the ephemeral ports, by default about 28,000. */
    private static final int CONNECTIONS_PER_ADDRESS = 20_000;

    /** The CONNECT of the client with a number. Keep alive is off: a loaded client talks, and an idle one shall cost nothing. */
    @SuppressWarnings("NullAway") // does not see, across modules, that the password's array may be null
    Connect connect(int client, String clientId, Lifetime lifetime) {
        boolean kept = lifetime == Lifetime.KEPT;
        Logins.Login login = logins.of(client);
        String password = login.password();
        byte @Nullable [] secret = password == null ? null : password.getBytes(StandardCharsets.UTF_8);
        Properties properties = kept && version == ProtocolVersion.MQTT_5 ? EXPIRY : Properties.NONE;
        return new Connect(version, clientId, !kept, 0, null, login.userName(), secret, properties);
    }

    /**
     * The local address for the client with a number, or null for any: to a loopback target, further addresses of the
     * loopback network take over when the ports of one run out.
     */
    @Nullable
    SocketAddress from(int client) {
        int block = client / CONNECTIONS_PER_ADDRESS;
        if (block == 0
                || !(address.getAddress() instanceof java.net.Inet4Address target)
                || !target.isLoopbackAddress()) {
            return null;
        }
        try {
            byte[] octets = {127, 0, (byte) (1 + block / 250), (byte) (1 + block % 250)};
            return new InetSocketAddress(InetAddress.getByAddress(octets), 0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }

    /** For messages to the user. */
    @Override
    public String toString() {
        return address.getHostString() + ":" + address.getPort();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Will;
import io.holdfast.server.account.AccountEditor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A password file for tests, and CONNECT packets of its users: everybody's password is {@code NAME-secret}. */
public final class Passwords {
    private static final int ITERATIONS = 1_000;

    private Passwords() {}

    /** Writes a file with these users, each {@code name} or {@code name:group}. */
    public static Path write(Path file, String... users) throws IOException {
        AccountEditor editor = new AccountEditor(file);
        for (String user : users) {
            String[] parts = user.split(":", 2);
            Set<String> groups = parts.length == 2 ? Set.of(parts[1]) : Set.of();
            editor.put(parts[0], of(parts[0]).getBytes(UTF_8), groups, ITERATIONS);
        }
        return file;
    }

    public static String of(String user) {
        return user + "-secret";
    }

    /** A CONNECT of a session that stays, unless {@code clean}. */
    public static Connect connect(
            ProtocolVersion version,
            String clientId,
            boolean clean,
            @Nullable Will will,
            @Nullable String user,
            @Nullable String password) {
        Properties properties = version == ProtocolVersion.MQTT_5
                ? Properties.builder().sessionExpiryIntervalSeconds(3_600).build()
                : Properties.NONE;
        byte[] bytes = password == null ? null : password.getBytes(UTF_8);
        return new Connect(version, clientId, clean, 0, will, user, bytes, properties);
    }

    /** Connects somebody who must be accepted, by MQTT 5 with a session that stays. */
    public static WireClient connected(RunningBroker broker, String user, String clientId) throws IOException {
        WireClient client = broker.open5();
        ConnAck answer = client.connect(connect(ProtocolVersion.MQTT_5, clientId, false, null, user, of(user)));
        if (answer.reasonCode() != ReasonCode.SUCCESS) {
            throw new AssertionError(user + " was refused: " + answer);
        }
        return client;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.tools.client.Settings.Lifetime;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * As what a client comes to the broker: with which identifier, and what is to become of its session. A session for one
 * run must outlive lost connections and end with the run. MQTT 5 says that in CONNECT and DISCONNECT; MQTT 3.1.1 knows only
 * "clean" and "kept", so there such a session is kept, and given up by one more clean connection at the end, and also at the
 * beginning if its name is not a random one. The client's event loop only.
 */
final class Visit {
    private enum Purpose {
        FORGET_FIRST,
        WORK,
        FORGET_LAST
    }

    private static final int RANDOM_BITS = 80;

    private final Settings settings;
    private final boolean keepsForRun311;
    private String clientId;
    private Purpose purpose = Purpose.WORK;

    Visit(Settings settings) {
        this.settings = settings;
        clientId = settings.clientId();
        keepsForRun311 = settings.lifetime() == Lifetime.RUN && !settings.isMqtt5();
        if (keepsForRun311 && !clientId.isEmpty()) {
            purpose = Purpose.FORGET_FIRST;
        }
        if (clientId.isEmpty() && (keepsForRun311 || settings.version().level() == 3)) {
            clientId = randomId(); // A server names clients whose session it need not keep, and those of 3.1 never.
        }
    }

    private static String randomId() {
        return "hf-"
                + new BigInteger(RANDOM_BITS, new SecureRandom()).toString(36).toLowerCase(Locale.ROOT);
    }

    String clientId() {
        return clientId;
    }

    boolean isOnlyToForget() {
        return purpose != Purpose.WORK;
    }

    /** Whether a last connection must give the session up. From now on it is about that. */
    boolean forgetsAtTheEnd() {
        if (keepsForRun311) {
            purpose = Purpose.FORGET_LAST;
        }
        return keepsForRun311;
    }

    /** A connection that was only to forget is over; whether it was the first. */
    boolean forgot() {
        boolean first = purpose == Purpose.FORGET_FIRST;
        purpose = Purpose.WORK;
        return first;
    }

    /** The server has accepted, and perhaps given a name, which is used from now on. */
    void accepted(@Nullable String assignedClientId) {
        if (assignedClientId != null) {
            clientId = assignedClientId;
        }
    }

    /**
     * The CONNECT.
     *
     * @param again whether this client has been accepted before: its session of this run is wanted back
     */
    @SuppressWarnings("NullAway") // does not see, across modules, that the password's array may be null
    Connect connect(boolean again) {
        boolean clean = switch (settings.lifetime()) {
            case CONNECTION -> true;
            case RUN -> settings.isMqtt5() ? !again : isOnlyToForget();
            case KEPT -> false;
        };
        byte @Nullable [] secret =
                settings.password() == null ? null : settings.password().getBytes(StandardCharsets.UTF_8);
        return new Connect(
                settings.version(),
                clientId,
                clean,
                settings.keepAliveSeconds(),
                isOnlyToForget() ? null : settings.will(),
                settings.userName(),
                secret,
                connectProperties());
    }

    private Properties connectProperties() {
        Properties given = settings.connectProperties();
        if (!settings.isMqtt5() || given.contains(Property.SESSION_EXPIRY_INTERVAL)) {
            return given;
        }
        long seconds = switch (settings.lifetime()) {
            case CONNECTION -> 0;
            case RUN -> Settings.RUN_EXPIRY_SECONDS;
            case KEPT -> Property.SESSION_EXPIRY_INTERVAL.max();
        };
        return seconds == 0
                ? given
                : given.toBuilder()
                        .number(Property.SESSION_EXPIRY_INTERVAL, seconds)
                        .build();
    }

    Disconnect disconnect() {
        Properties given = settings.disconnectProperties();
        boolean endsSession = settings.isMqtt5()
                && settings.lifetime() == Lifetime.RUN
                && !given.contains(Property.SESSION_EXPIRY_INTERVAL)
                && !settings.connectProperties().contains(Property.SESSION_EXPIRY_INTERVAL);
        return new Disconnect(
                ReasonCode.SUCCESS,
                endsSession
                        ? given.toBuilder()
                                .number(Property.SESSION_EXPIRY_INTERVAL, 0)
                                .build()
                        : given);
    }
}

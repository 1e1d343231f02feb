// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import io.holdfast.protocol.packet.ReasonCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a method says to what a client sent: prove more, welcome, or no. */
public sealed interface AuthenticationStep {
    /**
     * The client has to send more: AUTH 0x18 [MQTT5-4.12.0-2].
     *
     * @param data Authentication Data for the client, null for none
     * @param why a Reason String for a person, null for none; left out when the client does not want it or has no room
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Continue(byte @Nullable [] data, @Nullable String why) implements AuthenticationStep {}

    /**
     * The client is who it says: CONNACK 0x00, or AUTH 0x00 when it authenticated again.
     *
     * @param userName who it is, not empty; at a re-authentication the same as before, or the client is refused
     * @param data the last Authentication Data for the client, null for none
     * @param proof what the proof rests on, compared by equals: once {@link Standing} says otherwise, the client must go; null
     *     for a proof that is not looked at again
     * @param until when the proof ends by the system clock: then the client must go, unless it has authenticated again; null
     *     for never
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Accepted(
            String userName,
            byte @Nullable [] data,
            @Nullable Object proof,
            @Nullable Instant until) implements AuthenticationStep {
        public Accepted {
            if (userName.isEmpty()) {
                throw new IllegalArgumentException("an accepted client has a user name");
            }
        }

        /** As above with a proof that is not looked at again and does not end. */
        public Accepted(String userName, byte @Nullable [] data) {
            this(userName, data, null, null);
        }

        /** As above with a proof that does not end by itself. */
        public Accepted(String userName, byte @Nullable [] data, @Nullable Object proof) {
            this(userName, data, proof, null);
        }
    }

    /**
     * The client is not who it says, or cannot be judged: CONNACK or DISCONNECT with this reason, then the connection ends
     * [MQTT5-4.12.0-4] [MQTT5-4.12.1-2].
     *
     * @param reason a failure; one that the packet cannot carry becomes the nearest that it can
     * @param why a Reason String for a person; must not help to guess a password
     */
    record Refused(ReasonCode reason, String why) implements AuthenticationStep {
        public Refused {
            if (!reason.isFailure()) {
                throw new IllegalArgumentException(reason + " is no reason to refuse");
            }
        }
    }
}

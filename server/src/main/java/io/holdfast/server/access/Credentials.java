// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of itself in CONNECT without enhanced authentication; nothing of it is proven yet.
 *
 * @param clientId the client identifier
 * @param userName null when CONNECT has none
 * @param password binary, read-only; null when CONNECT has none, which is not the same as an empty one
 * @param address where the client connects from; null when the transport cannot tell
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Credentials(
        String clientId,
        @Nullable String userName,
        byte @Nullable [] password,
        @Nullable InetAddress address) {
    /** Whether the client claims to be nobody. */
    public boolean isAnonymous() {
        return userName == null && password == null;
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "Credentials[" + clientId + ", user=" + userName + ", from " + address + "]";
    }
}

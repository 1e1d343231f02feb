// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A method of MQTT 5 enhanced authentication, such as SCRAM-SHA-256: clients ask for it by name in CONNECT, and may
 * authenticate again on a living connection. Handed to the broker when it starts. Any thread.
 */
public interface AuthenticationMethod {
    /** Its name as clients send it in Authentication Method, compared letter by letter. */
    String name();

    /**
     * Begins an exchange with one client. On an event loop: keeps what it is told and does nothing else.
     *
     * @param clientId the client identifier, which proves nothing; one that the broker has chosen if the client had none
     */
    Exchange begin(String clientId);

    /**
     * As above, for methods that want to know where the client is.
     *
     * @param address where it connects from; null when the transport cannot tell
     */
    default Exchange begin(String clientId, @Nullable InetAddress address) {
        return begin(clientId);
    }

    /** One run of the method with one client. No two calls at a time, but each may come from another thread. */
    interface Exchange {
        /**
         * Judges what the client sent: with its CONNECT or AUTH 0x19 first, then with each AUTH 0x18.
         *
         * <p>Off the event loops, on one of the few threads of {@link Authentication}: may compute, and may wait a little
         * for another system. The client is refused when the whole exchange takes longer than {@code connect-timeout}; an
         * answer that comes later is dropped. An exception counts as a refusal with 0x80.
         *
         * @param data Authentication Data, empty if there was none; may be kept
         */
        AuthenticationStep next(byte[] data);
    }
}

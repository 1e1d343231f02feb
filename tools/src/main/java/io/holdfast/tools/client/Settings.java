// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Will;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is and how it connects.
 *
 * @param tls for the schemes that need it, else null
 * @param checksHostName whether the broker's certificate must be for the host's name
 * @param clientId empty: the broker gives one
 * @param keepAliveSeconds 0..65,535; 0 is off
 * @param connectProperties {@link Properties#NONE} before MQTT 5
 * @param disconnectProperties ditto
 * @param reconnects whether a connection that is lost is opened again; the first one must succeed in any case
 */
record Settings(
        Target target,
        @Nullable SslContext tls,
        boolean checksHostName,
        ProtocolVersion version,
        String clientId,
        Lifetime lifetime,
        int keepAliveSeconds,
        @Nullable Will will,
        @Nullable String userName,
        @Nullable String password,
        Properties connectProperties,
        Properties disconnectProperties,
        boolean reconnects) {
    /** How long the session is meant to live. */
    enum Lifetime {
        /** As long as each connection. */
        CONNECTION,
        /** As long as this run: it outlives a lost connection, and is given up at the end. */
        RUN,
        /** As long as the broker keeps it. */
        KEPT
    }

    /** How long the broker keeps the session of a run that was killed. */
    static final long RUN_EXPIRY_SECONDS = 300;

    boolean isMqtt5() {
        return version == ProtocolVersion.MQTT_5;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import org.jspecify.annotations.Nullable;

/**
 * What a client gets of what its CONNECT asks for, and what an MQTT 5 CONNACK announces. Every value has a setting in the
 * configuration.
 *
 * @param packetBytesMax the largest packet that is read, as the codec knows it
 * @param topicAliasMax topic aliases that one connection may set, 0 to 65,535
 * @param keepAliveSecondsMax the longest keep alive of an MQTT 5 client, 0 for no limit
 * @param expirySecondsMax the longest Session Expiry Interval; 0xFFFFFFFF lets sessions live for ever
 * @param expirySeconds311 how long the kept session of an older client outlives its connection; 0xFFFFFFFF for ever
 * @param qosMax the highest QoS of messages and wills, 0 to 2; subscriptions may ask for any
 * @param retainAvailable whether messages are retained
 * @param responseInformation answered on request, with {@code %c} standing for the client identifier; null for nothing
 */
public record ConnectLimits(
        int packetBytesMax,
        int topicAliasMax,
        int keepAliveSecondsMax,
        long expirySecondsMax,
        long expirySeconds311,
        int qosMax,
        boolean retainAvailable,
        @Nullable String responseInformation) {
    /** 2 MiB packets, 16 aliases, and what the client wishes. */
    public static final ConnectLimits DEFAULT =
            new ConnectLimits(2 << 20, 16, 0, 0xFFFF_FFFFL, 0xFFFF_FFFFL, 2, true, null);
}

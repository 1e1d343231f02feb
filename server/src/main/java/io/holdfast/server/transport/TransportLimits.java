// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import java.time.Duration;

/**
 * What connections may take before and beside their sessions. Every limit has a setting in the configuration.
 *
 * @param connectionsMax open connections at a time; one more is closed as soon as it is accepted
 * @param connectionsPerSecondMax connections accepted in a second; more wait to be accepted; 0 for no limit
 * @param connectTimeout time from the TCP connection to a whole CONNECT, however the bytes trickle in
 * @param partialBytesMax bytes of packets that have not arrived whole, over all connections
 * @param outboundBytesMax bytes written to sockets and not yet taken by clients, over all connections
 * @param slowReceiver how long a client may leave its outbound buffer full before its connection ends
 * @param publishRateMax PUBLISH packets of one client in a second; beyond it the client is not read from for a while; 0 for
 *     no limit
 * @param publishBytesPerSecondMax their topics and payloads, likewise
 */
public record TransportLimits(
        int connectionsMax,
        int connectionsPerSecondMax,
        Duration connectTimeout,
        long partialBytesMax,
        long outboundBytesMax,
        Duration slowReceiver,
        int publishRateMax,
        long publishBytesPerSecondMax) {
    public static final TransportLimits DEFAULT = new TransportLimits(
            100_000, 10_000, Duration.ofSeconds(10), 64L << 20, 256L << 20, Duration.ofSeconds(30), 0, 0);
}

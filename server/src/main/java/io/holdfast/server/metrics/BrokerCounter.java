// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

/** What is counted beside {@link io.holdfast.server.session.ShardEvent}; each constant says what one more of it means. */
public enum BrokerCounter {
    CONNECTIONS_ACCEPTED("a TCP connection was accepted"),
    CONNECTIONS_REFUSED("a TCP connection was closed at once because there are too many"),
    ACCEPTING_PAUSED("accepting paused because too many TCP connections arrived in a second"),
    ACCEPT_FAILURES("a TCP connection could not be accepted: most often too many files are open"),
    TLS_HANDSHAKES_FAILED(
            "a connection was closed because its TLS handshake failed, took too long or was one too many"),
    CONNECT_TIMEOUTS("a connection sent no whole CONNECT in time, or did not authenticate in time"),
    AUTHENTICATIONS_REFUSED("a client that asked for enhanced authentication was refused, at CONNECT or later"),
    PASSWORDS_REFUSED("a client was refused for its user name or password, or for having none"),
    LOGINS_ACCEPTED("a client proved who it is, at CONNECT or again later"),
    LOGINS_EXPIRED("a connection was closed because what its client had proven itself with expired"),
    MALFORMED_PACKETS("a connection was closed because of bytes that are no packet"),
    PARTIAL_PACKETS_SHED("a connection was closed because packets that had not arrived whole took too much memory"),
    PUBLISHERS_PACED("a client was not read from for a while because it published faster than it may"),
    SLOW_RECEIVERS("a connection was closed because its client had not read for too long"),
    SOCKET_ERRORS("a connection ended with an error of the network"),
    BYTES_RECEIVED("a byte came from a client"),
    BYTES_SENT("a byte went to a client"),
    PACKETS_RECEIVED("an MQTT packet of any type came from a client"),
    PACKETS_SENT("an MQTT packet of any type went to a client"),
    COMMIT_GROUPS("a group of changes became durable"),
    COMMIT_SYNCS("the commit thread synced the log"),
    COMMIT_SYNC_NANOS("a nanosecond was spent in such syncs"),
    COMMIT_STALLS("a sync of the log took so long that the operator was told while it lasted"),
    STORE_BYTES_WRITTEN("a byte was handed to the store"),
    SCRUBS("the whole store was read in search of damage"),
    DAMAGE_SCRUBBED("a damaged place was found by that"),
    INSTANCE_FAILURES("the broker failed and began a new life through recovery");

    private final String sentence;

    BrokerCounter(String sentence) {
        this.sentence = sentence;
    }

    /** What one more of it means. */
    public String sentence() {
        return sentence;
    }
}

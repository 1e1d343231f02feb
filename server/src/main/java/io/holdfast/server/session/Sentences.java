// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ReasonCode;
import java.util.Locale;

/** The usual Reason String of a reason code: what a person should know who looks at a client that was turned away. */
public final class Sentences {
    private Sentences() {}

    /** A sentence without a full stop and without anything a client has sent. */
    public static String of(ReasonCode reason) {
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> "this server speaks MQTT 3.1, 3.1.1 and 5.0";
            case CLIENT_IDENTIFIER_NOT_VALID -> "the client identifier cannot be used";
            case NOT_AUTHORIZED -> "the client may not do this";
            case SERVER_UNAVAILABLE -> "the server cannot serve this client now; try again later";
            case SERVER_BUSY -> "the server has too much to do; try again later";
            case SERVER_SHUTTING_DOWN -> "the server stops";
            case BAD_AUTHENTICATION_METHOD -> "the server does not know this authentication method";
            case SESSION_TAKEN_OVER -> "another connection uses this client identifier now";
            case KEEP_ALIVE_TIMEOUT -> "nothing came for one and a half times the keep alive";
            case RECEIVE_MAXIMUM_EXCEEDED -> "more unacknowledged messages than the Receive Maximum of CONNACK";
            case TOPIC_ALIAS_INVALID -> "a topic alias above the Topic Alias Maximum of CONNACK";
            case PACKET_TOO_LARGE -> "a packet above the Maximum Packet Size of CONNACK";
            case QOS_NOT_SUPPORTED -> "a QoS above the Maximum QoS of CONNACK";
            case RETAIN_NOT_SUPPORTED -> "this server retains no messages";
            case PAYLOAD_FORMAT_INVALID -> "the payload is not in the format that it claims";
            case QUOTA_EXCEEDED -> "more than the server's limits allow";
            case UNSPECIFIED_ERROR -> "a fault of the server ended this connection";
            default -> reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import java.util.Locale;

/**
 * How a client has ended.
 *
 * @param exitCode as {@code mosquitto_pub} and {@code mosquitto_sub} have it where it means the same
 * @param sentence what happened and what to do; empty when all is well
 */
record Ending(int exitCode, String sentence) {
    static final Ending DONE = new Ending(0, "");

    /** Could not connect, was disconnected, or a message was refused. */
    static final int EXIT_FAILED = 1;

    static final int EXIT_USAGE = 2;
    /** The broker refused all subscriptions. */
    static final int EXIT_ALL_DENIED = 12;
    /** The time given by {@code -W} is over. */
    static final int EXIT_TIMEOUT = 27;

    static Ending failed(String sentence) {
        return new Ending(EXIT_FAILED, sentence);
    }

    /** The broker answered CONNECT with a refusal; the exit code is the code of its CONNACK. */
    static Ending refused(ReasonCode reason, ProtocolVersion version, String target) {
        int returnCode = reason.connAckReturnCode();
        int exitCode = version == ProtocolVersion.MQTT_5 || returnCode <= 0 ? reason.value() : returnCode;
        return new Ending(exitCode, "the broker at " + target + " refused the connection: " + text(reason));
    }

    /** The reason's name and number, and what to do about it where that is known. */
    static String text(ReasonCode reason) {
        String name = reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return String.format(Locale.ROOT, "%s (0x%02x)%s", name, reason.value(), advice(reason));
    }

    private static String advice(ReasonCode reason) {
        return switch (reason) {
            case BAD_USER_NAME_OR_PASSWORD -> "; check -u and -P";
            case NOT_AUTHORIZED -> "; this user, client id or topic is not allowed to: check -u, -i and -t";
            case UNSUPPORTED_PROTOCOL_VERSION -> "; try -V 311";
            case CLIENT_IDENTIFIER_NOT_VALID -> "; choose another with -i";
            case SERVER_UNAVAILABLE, SERVER_BUSY, CONNECTION_RATE_EXCEEDED -> "; try again later";
            case SESSION_TAKEN_OVER -> "; another client uses the same client id: choose another with -i";
            case PACKET_TOO_LARGE -> "; the broker has a limit on the size of a message";
            case QOS_NOT_SUPPORTED -> "; try a lower -q";
            case RETAIN_NOT_SUPPORTED -> "; publish without -r";
            case TOPIC_NAME_INVALID, TOPIC_FILTER_INVALID -> "; check -t";
            case QUOTA_EXCEEDED -> "; the broker has a limit on what clients may occupy";
            default -> "";
        };
    }
}

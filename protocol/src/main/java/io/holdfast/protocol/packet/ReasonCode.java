// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import static io.holdfast.protocol.packet.PacketType.AUTH;
import static io.holdfast.protocol.packet.PacketType.CONNACK;
import static io.holdfast.protocol.packet.PacketType.DISCONNECT;
import static io.holdfast.protocol.packet.PacketType.PUBACK;
import static io.holdfast.protocol.packet.PacketType.PUBCOMP;
import static io.holdfast.protocol.packet.PacketType.PUBREC;
import static io.holdfast.protocol.packet.PacketType.PUBREL;
import static io.holdfast.protocol.packet.PacketType.SUBACK;
import static io.holdfast.protocol.packet.PacketType.UNSUBACK;

import org.jspecify.annotations.Nullable;

/**
 * The MQTT 5 reason codes, each with the packets that may carry it (a packet with any other code is refused by
 * the records and by the decoder, e.g. [MQTT5-3.4.2-1] [MQTT5-3.14.2-1]). For older clients {@link
 * #connAckReturnCode()}
 * gives the nearest CONNACK return code.
 */
public enum ReasonCode {
    /** Also "Normal disconnection" and "Granted QoS 0": the specification gives one value three names. */
    SUCCESS(0x00, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH),
    GRANTED_QOS_1(0x01, SUBACK),
    GRANTED_QOS_2(0x02, SUBACK),
    DISCONNECT_WITH_WILL_MESSAGE(0x04, DISCONNECT),
    NO_MATCHING_SUBSCRIBERS(0x10, PUBACK, PUBREC),
    NO_SUBSCRIPTION_EXISTED(0x11, UNSUBACK),
    CONTINUE_AUTHENTICATION(0x18, AUTH),
    RE_AUTHENTICATE(0x19, AUTH),
    UNSPECIFIED_ERROR(0x80, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT),
    MALFORMED_PACKET(0x81, CONNACK, DISCONNECT),
    PROTOCOL_ERROR(0x82, CONNACK, DISCONNECT),
    IMPLEMENTATION_SPECIFIC_ERROR(0x83, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT),
    UNSUPPORTED_PROTOCOL_VERSION(0x84, CONNACK),
    CLIENT_IDENTIFIER_NOT_VALID(0x85, CONNACK),
    BAD_USER_NAME_OR_PASSWORD(0x86, CONNACK),
    NOT_AUTHORIZED(0x87, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, DISCONNECT),
    SERVER_UNAVAILABLE(0x88, CONNACK),
    SERVER_BUSY(0x89, CONNACK, DISCONNECT),
    BANNED(0x8A, CONNACK),
    SERVER_SHUTTING_DOWN(0x8B, DISCONNECT),
    BAD_AUTHENTICATION_METHOD(0x8C, CONNACK, DISCONNECT),
    KEEP_ALIVE_TIMEOUT(0x8D, DISCONNECT),
    SESSION_TAKEN_OVER(0x8E, DISCONNECT),
    TOPIC_FILTER_INVALID(0x8F, SUBACK, UNSUBACK, DISCONNECT),
    TOPIC_NAME_INVALID(0x90, CONNACK, PUBACK, PUBREC, DISCONNECT),
    PACKET_IDENTIFIER_IN_USE(0x91, PUBACK, PUBREC, SUBACK, UNSUBACK),
    PACKET_IDENTIFIER_NOT_FOUND(0x92, PUBREL, PUBCOMP),
    RECEIVE_MAXIMUM_EXCEEDED(0x93, DISCONNECT),
    TOPIC_ALIAS_INVALID(0x94, DISCONNECT),
    PACKET_TOO_LARGE(0x95, CONNACK, DISCONNECT),
    MESSAGE_RATE_TOO_HIGH(0x96, DISCONNECT),
    QUOTA_EXCEEDED(0x97, CONNACK, PUBACK, PUBREC, SUBACK, DISCONNECT),
    ADMINISTRATIVE_ACTION(0x98, DISCONNECT),
    PAYLOAD_FORMAT_INVALID(0x99, CONNACK, PUBACK, PUBREC, DISCONNECT),
    RETAIN_NOT_SUPPORTED(0x9A, CONNACK, DISCONNECT),
    QOS_NOT_SUPPORTED(0x9B, CONNACK, DISCONNECT),
    USE_ANOTHER_SERVER(0x9C, CONNACK, DISCONNECT),
    SERVER_MOVED(0x9D, CONNACK, DISCONNECT),
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, SUBACK, DISCONNECT),
    CONNECTION_RATE_EXCEEDED(0x9F, CONNACK, DISCONNECT),
    MAXIMUM_CONNECT_TIME(0xA0, DISCONNECT),
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1, SUBACK, DISCONNECT),
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2, SUBACK, DISCONNECT);

    /** What {@link #connAckReturnCode()} answers when 3.1 and 3.1.1 know no fitting code: close without CONNACK. */
    public static final int CLOSE_WITHOUT_CONNACK = -1;

    /** Codes from here on report a failure. */
    private static final int FIRST_FAILURE = 0x80;

    private static final @Nullable ReasonCode[] BY_VALUE = new @Nullable ReasonCode[256];

    static {
        for (ReasonCode reasonCode : values()) {
            BY_VALUE[reasonCode.value] = reasonCode;
        }
    }

    private final int value;
    /** Bit n: the packet type with value n may carry this code. */
    private final int packets;

    ReasonCode(int value, PacketType... packets) {
        this.value = value;
        int bits = 0;
        for (PacketType packet : packets) {
            bits |= 1 << packet.value();
        }
        this.packets = bits;
    }

    /** The wire value, 0x00..0xA2. */
    public int value() {
        return value;
    }

    /** True from 0x80 on: the operation failed; in CONNACK and DISCONNECT the connection ends [MQTT5-4.13.2-1]. */
    public boolean isFailure() {
        return value >= FIRST_FAILURE;
    }

    /** Whether the specification lists this code for that packet. */
    public boolean isAllowedIn(PacketType packet) {
        return (packets & (1 << packet.value())) != 0;
    }

    /** The code with this wire value that {@code packet} may carry, or null if there is none. */
    public static @Nullable ReasonCode of(int value, PacketType packet) {
        ReasonCode reasonCode = value < 0 || value > 0xFF ? null : BY_VALUE[value];
        return reasonCode != null && reasonCode.isAllowedIn(packet) ? reasonCode : null;
    }

    /** The SUBACK code that grants this quality of service. */
    public static ReasonCode granted(QoS qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> SUCCESS;
            case AT_LEAST_ONCE -> GRANTED_QOS_1;
            case EXACTLY_ONCE -> GRANTED_QOS_2;
        };
    }

    /**
     * The CONNACK return code of MQTT 3.1 and 3.1.1 that comes nearest: 0 accepted, 1 unacceptable protocol version,
     * 2 identifier rejected, 3 server unavailable, 4 bad user name or password, 5 not authorised, or
     * {@link #CLOSE_WITHOUT_CONNACK} if none fits [MQTT-3.2.2-6].
     */
    public int connAckReturnCode() {
        return switch (this) {
            case SUCCESS -> 0;
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    QUOTA_EXCEEDED,
                    CONNECTION_RATE_EXCEEDED,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED -> 3;
            case BAD_USER_NAME_OR_PASSWORD, BAD_AUTHENTICATION_METHOD -> 4;
            case NOT_AUTHORIZED, BANNED -> 5;
            default -> CLOSE_WITHOUT_CONNACK;
        };
    }

    /** The reason behind a CONNACK return code of MQTT 3.1 and 3.1.1, or null if there is no such code. */
    public static @Nullable ReasonCode ofConnAckReturnCode(int returnCode) {
        return switch (returnCode) {
            case 0 -> SUCCESS;
            case 1 -> UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> CLIENT_IDENTIFIER_NOT_VALID;
            case 3 -> SERVER_UNAVAILABLE;
            case 4 -> BAD_USER_NAME_OR_PASSWORD;
            case 5 -> NOT_AUTHORIZED;
            default -> null;
        };
    }

    /** Returns this code after checking that {@code packet} may carry it: a wrong one is a bug of ours. */
    ReasonCode requireAllowedIn(PacketType packet) {
        if (!isAllowedIn(packet)) {
            throw new IllegalArgumentException(packet + " cannot carry " + this);
        }
        return this;
    }
}

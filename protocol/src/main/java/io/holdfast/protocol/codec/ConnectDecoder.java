// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.malformed;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** CONNECT, which also says in which version everything after it is to be read. */
final class ConnectDecoder {
    private static final byte[] NAME = ProtocolVersion.MQTT_3_1_1.protocolName().getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NAME_3_1 =
            ProtocolVersion.MQTT_3_1.protocolName().getBytes(StandardCharsets.US_ASCII);

    // connect flags, shared with the encoder
    private static final int RESERVED = 0b0000_0001;
    static final int CLEAN_START = 0b0000_0010;
    static final int WILL = 0b0000_0100;
    static final int WILL_QOS_SHIFT = 3;
    private static final int WILL_QOS_MASK = 0b11;
    static final int WILL_RETAIN = 0b0010_0000;
    static final int PASSWORD = 0b0100_0000;
    static final int USER_NAME = 0b1000_0000;

    private ConnectDecoder() {}

    /** The version a CONNECT asks for. Decided before anything else, since it rules how the rest is read. */
    static ProtocolVersion decodeVersion(PacketReader in) throws MalformedPacketException {
        int nameLength = in.readTwoBytes();
        in.requireRemaining(nameLength);
        boolean isMqtt = nameLength == NAME.length && in.nextEquals(NAME);
        boolean isMqtt31 = nameLength == NAME_3_1.length && in.nextEquals(NAME_3_1);
        if (!isMqtt && !isMqtt31) {
            throw malformed("unknown protocol name"); // [MQTT-3.1.2-1] [MQTT5-3.1.2-1]
        }
        in.skip(nameLength);
        int level = in.readByte();
        if (isMqtt31) {
            return requireLevel(ProtocolVersion.MQTT_3_1, level);
        }
        boolean old = level <= ProtocolVersion.MQTT_3_1_1.level();
        return requireLevel(old ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5, level);
    }

    private static ProtocolVersion requireLevel(ProtocolVersion nearest, int level)
            throws UnsupportedProtocolVersionException {
        if (level != nearest.level()) {
            throw new UnsupportedProtocolVersionException(nearest, level); // [MQTT-3.1.2-2] [MQTT5-3.1.2-2]
        }
        return nearest;
    }

    /**
     * All behind the protocol level; the reader's version is set. The payload's order is [MQTT-3.1.3-1]
     * [MQTT5-3.1.3-1].
     */
    static Connect decode(PacketReader in) throws MalformedPacketException {
        int flags = in.readByte();
        judgeFlags(flags, in.isMqtt5());
        int keepAliveSeconds = in.readTwoBytes();
        Properties properties = PropertiesDecoder.decode(in, PacketType.CONNECT);
        String clientId = in.readString(); // [MQTT-3.1.3-3] [MQTT5-3.1.3-3] [MQTT-3.1.3-4] [MQTT5-3.1.3-4]
        Will will = (flags & WILL) != 0 ? decodeWill(in, flags) : null;
        // user name [MQTT-3.1.3-11] [MQTT5-3.1.3-12]: neither it nor a password without its flag [MQTT-3.1.2-18]
        // [MQTT5-3.1.2-16] [MQTT-3.1.2-20] [MQTT5-3.1.2-18], since bytes that no field takes are refused
        String userName = has(USER_NAME, flags, in) ? in.readString() : null;
        byte @Nullable [] password = has(PASSWORD, flags, in) ? in.readBinary() : null;
        return new Connect(
                in.version(),
                clientId,
                (flags & CLEAN_START) != 0,
                keepAliveSeconds,
                will,
                userName,
                password,
                properties);
    }

    private static void judgeFlags(int flags, boolean mqtt5) throws MalformedPacketException {
        if ((flags & RESERVED) != 0) {
            throw malformed("reserved connect flag"); // [MQTT-3.1.2-3] [MQTT5-3.1.2-3]
        }
        int willQos = (flags >> WILL_QOS_SHIFT) & WILL_QOS_MASK;
        // [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT5-3.1.2-11] [MQTT-3.1.2-15] [MQTT5-3.1.2-13]
        if ((flags & WILL) == 0 && (willQos != 0 || (flags & WILL_RETAIN) != 0)) {
            throw malformed("will QoS or retain without a will"); // [MQTT-3.1.2-13] [MQTT5-3.1.2-11] [MQTT-3.1.2-15]
            // [MQTT5-3.1.2-13]
        }
        if (willQos == WILL_QOS_MASK) {
            throw malformed("will QoS 3"); // [MQTT-3.1.2-14] [MQTT5-3.1.2-12]
        }
        if (!mqtt5 && (flags & PASSWORD) != 0 && (flags & USER_NAME) == 0) {
            throw malformed("password without a user name"); // [MQTT-3.1.2-22]; version 5 allows it
        }
    }

    /**
     * Whether the field behind this flag follows [MQTT-3.1.2-19] [MQTT5-3.1.2-17] [MQTT-3.1.2-21] [MQTT5-3.1.2-19].
     * MQTT 3.1 lets the length of the packet
     * win over the flag: user name and password may be missing there although announced.
     */
    private static boolean has(int flag, int flags, PacketReader in) {
        boolean announced = (flags & flag) != 0;
        return announced && !(in.version() == ProtocolVersion.MQTT_3_1 && in.remaining() == 0);
    }

    /**
     * All fields of the will must be there [MQTT-3.1.2-9] [MQTT5-3.1.2-9]; its topic [MQTT-3.1.3-10] [MQTT5-3.1.3-11].
     */
    private static Will decodeWill(PacketReader in, int flags) throws MalformedPacketException {
        Properties properties = PropertiesDecoder.decodeWill(in);
        TopicName topic = in.readTopicName();
        byte[] payload = in.readBinary();
        QoS qos = QoS.of((flags >> WILL_QOS_SHIFT) & WILL_QOS_MASK);
        return new Will(topic, payload, qos, (flags & WILL_RETAIN) != 0, properties);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Will;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** CONNECT, for the clients in tools and tests. */
final class ConnectEncoder {
    private static final int LEVEL_FLAGS_KEEP_ALIVE = 1 + 1 + 2;

    private ConnectEncoder() {}

    static long remainingLength(Connect connect) {
        boolean mqtt5 = connect.version() == ProtocolVersion.MQTT_5;
        long bytes = Fields.stringBytes(connect.version().protocolName())
                + LEVEL_FLAGS_KEEP_ALIVE
                + Fields.stringBytes(connect.clientId());
        if (mqtt5) {
            bytes += PropertiesEncoder.blockBytes(PropertiesEncoder.bodyBytes(connect.properties()));
        }
        Will will = connect.will();
        if (will != null) {
            bytes += Fields.LENGTH_PREFIX + will.topic().utf8().length + Fields.binaryBytes(will.payload());
            if (mqtt5) {
                bytes += PropertiesEncoder.blockBytes(PropertiesEncoder.bodyBytes(will.properties()));
            }
        }
        String userName = connect.userName();
        bytes += userName == null ? 0 : Fields.stringBytes(userName);
        byte @Nullable [] password = connect.password();
        if (password != null) {
            if (userName == null && !mqtt5) {
                throw new IllegalArgumentException("password without a user name"); // [MQTT-3.1.2-22]
            }
            bytes += Fields.binaryBytes(password);
        }
        return bytes;
    }

    static void writeBody(ByteBuf out, Connect connect) {
        boolean mqtt5 = connect.version() == ProtocolVersion.MQTT_5;
        Fields.writeString(out, connect.version().protocolName());
        out.writeByte(connect.version().level());
        out.writeByte(flags(connect));
        out.writeShort(connect.keepAliveSeconds());
        if (mqtt5) {
            PropertiesEncoder.write(out, connect.properties(), PropertiesEncoder.bodyBytes(connect.properties()));
        }
        // the payload's order [MQTT-3.1.3-1] [MQTT5-3.1.3-1]
        Fields.writeString(out, connect.clientId());
        Will will = connect.will();
        if (will != null) {
            if (mqtt5) {
                PropertiesEncoder.write(out, will.properties(), PropertiesEncoder.bodyBytes(will.properties()));
            }
            Fields.writeBinary(out, will.topic().utf8());
            Fields.writeBinary(out, will.payload());
        }
        String userName = connect.userName();
        if (userName != null) {
            Fields.writeString(out, userName);
        }
        byte @Nullable [] password = connect.password();
        if (password != null) {
            Fields.writeBinary(out, password);
        }
    }

    private static int flags(Connect connect) {
        int flags = connect.cleanStart() ? ConnectDecoder.CLEAN_START : 0;
        Will will = connect.will();
        if (will != null) {
            flags |= ConnectDecoder.WILL | (will.qos().level() << ConnectDecoder.WILL_QOS_SHIFT);
            flags |= will.retain() ? ConnectDecoder.WILL_RETAIN : 0;
        }
        flags |= connect.userName() != null ? ConnectDecoder.USER_NAME : 0;
        flags |= connect.password() != null ? ConnectDecoder.PASSWORD : 0;
        return flags;
    }
}

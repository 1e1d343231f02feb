// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * One control packet as it came from the broker: the first byte and the bytes after the remaining length.
 *
 * <p>Fields are read on demand and only make sense for the packet types named at each method; a packet too short for its
 * type throws {@link ArrayIndexOutOfBoundsException}, which fails the test that read it.
 */
public final class WirePacket {
    public static final int CONNECT = 1;
    public static final int CONNACK = 2;
    public static final int PUBLISH = 3;
    public static final int PUBACK = 4;
    public static final int PUBREC = 5;
    public static final int PUBREL = 6;
    public static final int PUBCOMP = 7;
    public static final int SUBACK = 9;
    public static final int UNSUBACK = 11;
    public static final int PINGREQ = 12;
    public static final int PINGRESP = 13;
    public static final int DISCONNECT = 14;

    private static final String[] NAMES = {
        "RESERVED0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
        "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "RESERVED15"
    };

    private final int first;
    private final byte[] body;
    private final boolean mqtt5;

    WirePacket(int first, byte[] body, boolean mqtt5) {
        this.first = first;
        this.body = body;
        this.mqtt5 = mqtt5;
    }

    /** A packet of MQTT 5 as it would come from the broker. */
    public static WirePacket of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int first = in.get() & 0xFF;
        int length = WireProperties.variable(in);
        return new WirePacket(first, Arrays.copyOfRange(bytes, in.position(), in.position() + length), true);
    }

    /** The whole packets of MQTT 5 at the beginning of what one side sent; the rest is left out. */
    public static List<WirePacket> allOf(byte[] bytes) {
        List<WirePacket> packets = new ArrayList<>();
        for (int at = 0; at + 1 < bytes.length; ) {
            int length = 0;
            int shift = 0;
            int body = at + 1;
            int digit;
            do {
                if (body == bytes.length) {
                    return packets;
                }
                digit = bytes[body++];
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while ((digit & 0x80) != 0);
            if (bytes.length - body < length) {
                return packets;
            }
            packets.add(new WirePacket(bytes[at] & 0xFF, Arrays.copyOfRange(bytes, body, body + length), true));
            at = body + length;
        }
        return packets;
    }

    /** The packet type, 0 to 15. */
    public int type() {
        return first >> 4;
    }

    /** The four flag bits of the fixed header. */
    public int flags() {
        return first & 0x0F;
    }

    /** The length of everything after the fixed header, in bytes. */
    public int bodyBytes() {
        return body.length;
    }

    /** DUP of a PUBLISH. */
    public boolean dup() {
        return (first & 0x08) != 0;
    }

    /** QoS of a PUBLISH, 0 to 3. */
    public int qos() {
        return (first >> 1) & 0x03;
    }

    /** RETAIN of a PUBLISH. */
    public boolean retain() {
        return (first & 0x01) != 0;
    }

    /** Topic name of a PUBLISH. */
    public String topic() {
        return new String(body, 2, u16(0), StandardCharsets.UTF_8);
    }

    /** Packet identifier of every type that has one; 0 for a QoS 0 PUBLISH. */
    public int packetId() {
        if (type() != PUBLISH) {
            return u16(0);
        }
        return qos() == 0 ? 0 : u16(2 + u16(0));
    }

    /** Application message of a PUBLISH. */
    public byte[] payload() {
        return Arrays.copyOfRange(body, behindProperties(2 + u16(0) + (qos() == 0 ? 0 : 2)), body.length);
    }

    /** The properties of a PUBLISH, CONNACK, SUBACK or UNSUBACK of MQTT 5, by identifier. */
    public Map<Integer, List<Object>> properties() {
        int from = type() == PUBLISH ? 2 + u16(0) + (qos() == 0 ? 0 : 2) : 2;
        return mqtt5 ? WireProperties.read(ByteBuffer.wrap(body).position(from)) : Map.of();
    }

    private int behindProperties(int from) {
        if (!mqtt5) {
            return from;
        }
        ByteBuffer in = ByteBuffer.wrap(body).position(from);
        int length = WireProperties.variable(in);
        return in.position() + length;
    }

    /** Application message of a PUBLISH as UTF-8 text. */
    public String text() {
        return new String(payload(), StandardCharsets.UTF_8);
    }

    /** Session Present of a CONNACK. */
    public boolean sessionPresent() {
        return (body[0] & 1) != 0;
    }

    /** Return code of a CONNACK, 0 to 255. */
    public int returnCode() {
        return body[1] & 0xFF;
    }

    /** The reason code of an acknowledgement, or of a DISCONNECT; 0 where it is left out. */
    public int reasonCode() {
        int at = type() == DISCONNECT ? 0 : 2;
        return body.length > at ? body[at] & 0xFF : 0;
    }

    /** The return codes of a SUBACK, in the order of the filters. */
    public int[] returnCodes() {
        int from = behindProperties(2);
        int[] codes = new int[body.length - from];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = body[i + from] & 0xFF;
        }
        return codes;
    }

    private int u16(int at) {
        return ((body[at] & 0xFF) << 8) | (body[at + 1] & 0xFF);
    }

    @Override
    public String toString() {
        String name = NAMES[type()];
        return switch (type()) {
            case PUBLISH ->
                name + "(d" + (dup() ? 1 : 0) + ", q" + qos() + ", r" + (retain() ? 1 : 0) + ", m" + packetId() + ", '"
                        + topic() + "', " + payload().length + " bytes)";
            case CONNACK -> name + "(present " + sessionPresent() + ", code " + returnCode() + ")";
            case PINGRESP -> name;
            default -> name + "(flags " + flags() + ", " + HexFormat.of().formatHex(body) + ")";
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One control packet as it came from the broker: the first byte and the bytes after the remaining length.
 *
 * <p>Fields are read on demand and only make sense for the packet types named at each method; a packet too short for its
 * type throws {@link ArrayIndexOutOfBoundsException}, which fails the test that read it.
 */
public final class WirePacket {
    public static final int CONNACK = 2;
    public static final int PUBLISH = 3;
    public static final int PUBACK = 4;
    public static final int PUBREC = 5;
    public static final int PUBREL = 6;
    public static final int PUBCOMP = 7;
    public static final int SUBACK = 9;
    public static final int UNSUBACK = 11;
    public static final int PINGRESP = 13;

    private static final String[] NAMES = {
        "RESERVED0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
        "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "RESERVED15"
    };

    private final int first;
    private final byte[] body;

    WirePacket(int first, byte[] body) {
        this.first = first;
        this.body = body;
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
        int from = 2 + u16(0) + (qos() == 0 ? 0 : 2);
        return Arrays.copyOfRange(body, from, body.length);
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

    /** The return codes of a SUBACK, in the order of the filters. */
    public int[] returnCodes() {
        int[] codes = new int[body.length - 2];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = body[i + 2] & 0xFF;
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

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

/** The control packet types with their wire values; type 0 is forbidden and has no constant. */
public enum PacketType {
    CONNECT(1, 0),
    CONNACK(2, 0),
    PUBLISH(3, 0),
    PUBACK(4, 0),
    PUBREC(5, 0),
    PUBREL(6, 0b0010),
    PUBCOMP(7, 0),
    SUBSCRIBE(8, 0b0010),
    SUBACK(9, 0),
    UNSUBSCRIBE(10, 0b0010),
    UNSUBACK(11, 0),
    PINGREQ(12, 0),
    PINGRESP(13, 0),
    DISCONNECT(14, 0),
    AUTH(15, 0);

    private final int value;
    private final int flags;

    PacketType(int value, int flags) {
        this.value = value;
        this.flags = flags;
    }

    /** The four high bits of the fixed header, 1..15. */
    public int value() {
        return value;
    }

    /**
     * The four low bits the fixed header must carry; meaningless for PUBLISH, whose flags vary [MQTT-2.2.2-1]
     * [MQTT5-2.1.3-1].
     */
    public int flags() {
        return flags;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Builds the bytes of client packets. Nothing is checked, so that illegal packets can be built as easily as legal ones. */
public final class PacketBytes {
    private PacketBytes() {}

    public static byte[] pingReq() {
        return new byte[] {(byte) 0xC0, 0};
    }

    public static byte[] disconnect() {
        return new byte[] {(byte) 0xE0, 0};
    }

    /** Fixed header with the shortest remaining length, then the body. */
    public static byte[] packet(int first, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 5);
        out.write(first);
        variable(out, body.length);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /**
     * A PUBLISH.
     *
     * @param packetId written when {@code qos} is above 0, whatever its value
     */
    public static byte[] publish(String topic, byte[] payload, int qos, boolean retain, int packetId, boolean dup) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        return publish(name, payload, qos, retain, packetId, dup);
    }

    /** A PUBLISH of MQTT 5 with properties. */
    public static byte[] publish5(
            String topic, byte[] payload, int qos, boolean retain, int packetId, boolean dup, WireProperties with) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        return publish(name, payload, qos, retain, packetId, dup, with.block());
    }

    /** A PUBLISH whose topic is given as bytes, so that it need not be UTF-8. */
    public static byte[] publish(byte[] topic, byte[] payload, int qos, boolean retain, int packetId, boolean dup) {
        return publish(topic, payload, qos, retain, packetId, dup, noProperties());
    }

    private static byte[] publish(
            byte[] topic, byte[] payload, int qos, boolean retain, int packetId, boolean dup, byte[] properties) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(topic.length + payload.length + 4);
        u16(body, topic.length);
        body.writeBytes(topic);
        if (qos > 0) {
            u16(body, packetId);
        }
        body.writeBytes(properties);
        body.writeBytes(payload);
        return packet(0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), body.toByteArray());
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP with the flags that the standard wants. */
    public static byte[] ack(int type, int packetId) {
        int flags = type == WirePacket.PUBREL ? 2 : 0;
        return new byte[] {(byte) ((type << 4) | flags), 2, (byte) (packetId >> 8), (byte) packetId};
    }

    /** A SUBSCRIBE that asks for one QoS on all its filters. */
    public static byte[] subscribe(int packetId, int qos, String... filters) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, packetId);
        body.writeBytes(noProperties());
        for (String filter : filters) {
            string(body, filter);
            body.write(qos);
        }
        return packet(0x82, body.toByteArray());
    }

    /** A SUBSCRIBE whose filters want QoS 0, 1, 2, 0, 1, 2 ... in their order. */
    public static byte[] subscribeByTurns(int packetId, String... filters) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, packetId);
        body.writeBytes(noProperties());
        for (int i = 0; i < filters.length; i++) {
            string(body, filters[i]);
            body.write(i % 3);
        }
        return packet(0x82, body.toByteArray());
    }

    /**
     * A SUBSCRIBE of MQTT 5.
     *
     * @param options the options byte of each filter
     */
    public static byte[] subscribe5(int packetId, int options, WireProperties with, String... filters) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, packetId);
        body.writeBytes(with.block());
        for (String filter : filters) {
            string(body, filter);
            body.write(options);
        }
        return packet(0x82, body.toByteArray());
    }

    /** An UNSUBSCRIBE. */
    public static byte[] unsubscribe(int packetId, String... filters) {
        return unsubscribe(Dialect.current(), packetId, filters);
    }

    /** An UNSUBSCRIBE in the given dialect. */
    public static byte[] unsubscribe(Dialect dialect, int packetId, String... filters) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, packetId);
        body.writeBytes(new byte[dialect.isMqtt5() ? 1 : 0]);
        for (String filter : filters) {
            string(body, filter);
        }
        return packet(0xA2, body.toByteArray());
    }

    /** Bytes from hex digits; blanks are ignored. */
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** Several packets in one array, so that they reach the broker in one write. */
    public static byte[] joined(byte[]... packets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            out.writeBytes(packet);
        }
        return out.toByteArray();
    }

    static void string(ByteArrayOutputStream out, String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        u16(out, raw.length);
        out.writeBytes(raw);
    }

    static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }

    /** The property length of a packet without properties; nothing before MQTT 5. */
    private static byte[] noProperties() {
        return new byte[Dialect.current().isMqtt5() ? 1 : 0];
    }

    static void variable(ByteArrayOutputStream out, int length) {
        int rest = length;
        do {
            int digit = rest & 0x7F;
            rest >>= 7;
            out.write(rest > 0 ? digit | 0x80 : digit);
        } while (rest > 0);
    }
}

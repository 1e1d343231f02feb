// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Properties of an MQTT 5 packet: built in any order and as often as a test likes, or read from what the broker sent. */
public final class WireProperties {
    public static final int MESSAGE_EXPIRY = 0x02;
    public static final int SUBSCRIPTION_ID = 0x0B;
    public static final int SESSION_EXPIRY = 0x11;
    public static final int WILL_DELAY = 0x18;
    public static final int RECEIVE_MAXIMUM = 0x21;
    public static final int USER_PROPERTY = 0x26;

    private static final String BYTES = "\1\27\31\44\45\50\51\52";
    private static final String TWO_BYTES = "\23\41\42\43";
    private static final String FOUR_BYTES = "\2\21\30\47";
    private static final String BINARY = "\11\26";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public static WireProperties none() {
        return new WireProperties();
    }

    /** A property of one, two or four bytes, or of variable length, as its identifier says. */
    public WireProperties number(int id, long value) {
        bytes.write(id);
        if (id == SUBSCRIPTION_ID) {
            PacketBytes.variable(bytes, (int) value);
            return this;
        }
        int width = BYTES.indexOf(id) >= 0 ? 1 : TWO_BYTES.indexOf(id) >= 0 ? 2 : 4;
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            bytes.write((int) (value >> shift));
        }
        return this;
    }

    /** A property that is a string. */
    public WireProperties text(int id, String value) {
        bytes.write(id);
        PacketBytes.string(bytes, value);
        return this;
    }

    public WireProperties user(String name, String value) {
        text(USER_PROPERTY, name);
        PacketBytes.string(bytes, value);
        return this;
    }

    /** The block with its length. */
    byte[] block() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        PacketBytes.variable(block, bytes.size());
        block.writeBytes(bytes.toByteArray());
        return block.toByteArray();
    }

    /**
     * Reads a block up to its end: per identifier the values in their order, numbers as {@code Long}, strings and pairs
     * ({@code name=value}) as {@code String}, binary data as hexadecimal.
     */
    static Map<Integer, List<Object>> read(ByteBuffer in) {
        int length = variable(in);
        ByteBuffer block = in.slice(in.position(), length);
        in.position(in.position() + length);
        Map<Integer, List<Object>> values = new TreeMap<>();
        while (block.hasRemaining()) {
            int id = block.get();
            values.computeIfAbsent(id, i -> new ArrayList<>()).add(value(id, block));
        }
        return values;
    }

    private static Object value(int id, ByteBuffer in) {
        if (id == SUBSCRIPTION_ID) {
            return (long) variable(in);
        } else if (BYTES.indexOf(id) >= 0) {
            return (long) in.get();
        } else if (TWO_BYTES.indexOf(id) >= 0) {
            return in.getShort() & 0xFFFFL;
        } else if (FOUR_BYTES.indexOf(id) >= 0) {
            return in.getInt() & 0xFFFF_FFFFL;
        } else if (BINARY.indexOf(id) >= 0) {
            return java.util.HexFormat.of().formatHex(field(in));
        }
        String text = new String(field(in), StandardCharsets.UTF_8);
        return id == USER_PROPERTY ? text + "=" + new String(field(in), StandardCharsets.UTF_8) : text;
    }

    private static byte[] field(ByteBuffer in) {
        byte[] field = new byte[in.getShort() & 0xFFFF];
        in.get(field);
        return field;
    }

    static int variable(ByteBuffer in) {
        int value = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.get();
            value |= (digit & 0x7F) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        return value;
    }
}

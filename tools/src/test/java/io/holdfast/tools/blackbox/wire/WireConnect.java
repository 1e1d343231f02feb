// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The fields of a CONNECT, with what a plain 3.1.1 client sends as the default. Nothing is checked: a test may ask for
 * combinations that the standard forbids.
 *
 * @param keepAliveSeconds 0 turns keep alive off
 * @param flagsXor bits to flip in the connect flags, for malformed packets
 */
public record WireConnect(
        String protocolName,
        int level,
        String clientId,
        boolean clean,
        int keepAliveSeconds,
        Optional<WireWill> will,
        Optional<String> userName,
        Optional<String> password,
        int flagsXor) {

    /** A will message. */
    public record WireWill(String topic, String payload, int qos, boolean retain) {}

    /** A CONNECT that keeps its session (CleanSession 0). */
    public static WireConnect durable(String clientId) {
        return new WireConnect("MQTT", 4, clientId, false, 0, Optional.empty(), Optional.empty(), Optional.empty(), 0);
    }

    /** A CONNECT whose session ends with its connection (CleanSession 1). */
    public static WireConnect clean(String clientId) {
        return new WireConnect("MQTT", 4, clientId, true, 0, Optional.empty(), Optional.empty(), Optional.empty(), 0);
    }

    public WireConnect withWill(String topic, String payload, int qos, boolean retain) {
        WireWill added = new WireWill(topic, payload, qos, retain);
        return new WireConnect(
                protocolName,
                level,
                clientId,
                clean,
                keepAliveSeconds,
                Optional.of(added),
                userName,
                password,
                flagsXor);
    }

    public WireConnect withKeepAlive(int seconds) {
        return new WireConnect(protocolName, level, clientId, clean, seconds, will, userName, password, flagsXor);
    }

    public WireConnect withProtocol(String name, int newLevel) {
        return new WireConnect(name, newLevel, clientId, clean, keepAliveSeconds, will, userName, password, flagsXor);
    }

    public WireConnect withUser(Optional<String> user, Optional<String> secret) {
        return new WireConnect(protocolName, level, clientId, clean, keepAliveSeconds, will, user, secret, flagsXor);
    }

    public WireConnect withFlagsXor(int bits) {
        return new WireConnect(protocolName, level, clientId, clean, keepAliveSeconds, will, userName, password, bits);
    }

    /** The whole packet. */
    public byte[] bytes() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        PacketBytes.string(body, protocolName);
        body.write(level);
        body.write(flags() ^ flagsXor);
        PacketBytes.u16(body, keepAliveSeconds);
        if (level == 5) {
            body.write(0); // No properties: enough to be recognised as MQTT 5.
        }
        PacketBytes.string(body, clientId);
        will.ifPresent(w -> {
            PacketBytes.string(body, w.topic());
            PacketBytes.string(body, w.payload());
        });
        userName.ifPresent(user -> PacketBytes.string(body, user));
        password.ifPresent(secret -> {
            byte[] raw = secret.getBytes(StandardCharsets.UTF_8);
            PacketBytes.u16(body, raw.length);
            body.writeBytes(raw);
        });
        return PacketBytes.packet(0x10, body.toByteArray());
    }

    private int flags() {
        int flags = clean ? 0x02 : 0;
        if (will.isPresent()) {
            flags |= 0x04 | (will.get().qos() << 3) | (will.get().retain() ? 0x20 : 0);
        }
        flags |= userName.isPresent() ? 0x80 : 0;
        flags |= password.isPresent() ? 0x40 : 0;
        return flags;
    }
}

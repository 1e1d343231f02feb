// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The fields of a CONNECT, with what a plain client sends as the default. Nothing is checked: a test may ask for
 * combinations that the standard forbids.
 *
 * @param keepAliveSeconds 0 turns keep alive off
 * @param flagsXor bits to flip in the connect flags, for malformed packets
 * @param properties of an MQTT 5 CONNECT
 * @param willProperties of its will
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
        int flagsXor,
        WireProperties properties,
        WireProperties willProperties) {

    /** A will message. */
    public record WireWill(String topic, String payload, int qos, boolean retain) {}

    /** A CONNECT that keeps its session (CleanSession 0). In the current dialect. */
    public static WireConnect durable(String clientId) {
        return plain(Dialect.current(), clientId, false);
    }

    /** A CONNECT whose session ends with its connection (CleanSession 1). In the current dialect. */
    public static WireConnect clean(String clientId) {
        return plain(Dialect.current(), clientId, true);
    }

    /** A plain CONNECT of one version; in MQTT 5 a session that is kept never expires. */
    public static WireConnect plain(Dialect dialect, String clientId, boolean clean) {
        WireProperties properties = WireProperties.none();
        if (dialect.isMqtt5() && !clean) {
            properties.number(WireProperties.SESSION_EXPIRY, 0xFFFF_FFFFL);
        }
        return new WireConnect(
                "MQTT",
                dialect.level(),
                clientId,
                clean,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                properties,
                WireProperties.none());
    }

    /** The same with other properties than {@link #plain} has. */
    public WireConnect withProperties(WireProperties others, WireProperties ofWill) {
        return new WireConnect(
                protocolName,
                level,
                clientId,
                clean,
                keepAliveSeconds,
                will,
                userName,
                password,
                flagsXor,
                others,
                ofWill);
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
                flagsXor,
                properties,
                willProperties);
    }

    public WireConnect withKeepAlive(int seconds) {
        return new WireConnect(
                protocolName,
                level,
                clientId,
                clean,
                seconds,
                will,
                userName,
                password,
                flagsXor,
                properties,
                willProperties);
    }

    public WireConnect withProtocol(String name, int newLevel) {
        return new WireConnect(
                name,
                newLevel,
                clientId,
                clean,
                keepAliveSeconds,
                will,
                userName,
                password,
                flagsXor,
                properties,
                willProperties);
    }

    public WireConnect withUser(Optional<String> user, Optional<String> secret) {
        return new WireConnect(
                protocolName,
                level,
                clientId,
                clean,
                keepAliveSeconds,
                will,
                user,
                secret,
                flagsXor,
                properties,
                willProperties);
    }

    public WireConnect withFlagsXor(int bits) {
        return new WireConnect(
                protocolName,
                level,
                clientId,
                clean,
                keepAliveSeconds,
                will,
                userName,
                password,
                bits,
                properties,
                willProperties);
    }

    /** The whole packet. */
    public byte[] bytes() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        PacketBytes.string(body, protocolName);
        body.write(level);
        body.write(flags() ^ flagsXor);
        PacketBytes.u16(body, keepAliveSeconds);
        if (level == 5) {
            body.writeBytes(properties.block());
        }
        PacketBytes.string(body, clientId);
        will.ifPresent(w -> {
            if (level == 5) {
                body.writeBytes(willProperties.block());
            }
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

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Decoders of connections that are already open, for tests of what comes later. */
public final class Decoders {
    /** The authentication method of MQTT 5 connections opened here. */
    public static final String AUTHENTICATION_METHOD = "SCRAM";

    /** The topic alias maximum of connections opened here. */
    public static final int TOPIC_ALIAS_MAX = 10;

    private Decoders() {}

    /** A decoder with an open connection; in MQTT 5 with authentication method, session expiry and topic aliases. */
    public static PacketDecoder opened(Role role, ProtocolVersion version) {
        return opened(role, version, CodecLimits.DEFAULTS);
    }

    public static PacketDecoder opened(Role role, ProtocolVersion version, CodecLimits limits) {
        Properties properties = version == ProtocolVersion.MQTT_5
                ? Properties.builder()
                        .authenticationMethod(AUTHENTICATION_METHOD)
                        .sessionExpiryIntervalSeconds(60)
                        .build()
                : Properties.NONE;
        return opened(role, version, limits, properties);
    }

    /** A decoder with an open connection whose CONNECT or CONNACK had these properties. */
    public static PacketDecoder opened(Role role, ProtocolVersion version, CodecLimits limits, Properties properties) {
        PacketDecoder decoder = fresh(role, version, limits);
        Packet opening = role == Role.SERVER
                ? new Connect(version, "c", true, 0, null, null, null, properties)
                : new ConnAck(false, ReasonCode.SUCCESS, properties);
        ByteBuf in = Unpooled.buffer();
        PacketEncoder.encode(opening, version, in);
        try {
            if (decoder.decode(in) == null) {
                throw new AssertionError("opening packet not decoded");
            }
        } catch (MalformedPacketException e) {
            throw new AssertionError(e);
        }
        decoder.setTopicAliasMax(TOPIC_ALIAS_MAX);
        if (role == Role.SERVER) {
            decoder.authenticated();
        }
        return decoder;
    }

    /** A decoder that waits for the packet that opens the connection. */
    public static PacketDecoder fresh(Role role, ProtocolVersion version, CodecLimits limits) {
        return role == Role.SERVER ? PacketDecoder.server(limits) : PacketDecoder.client(limits, version);
    }
}

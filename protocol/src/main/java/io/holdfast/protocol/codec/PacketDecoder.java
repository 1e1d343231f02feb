// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.malformed;
import static io.holdfast.protocol.codec.PacketReader.protocolError;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into packets. Judges the fixed header as soon as its bytes are there, waits until the
 * whole packet is in the buffer, and then reads within that packet only. So nothing is allocated for a packet that is too
 * large or out of place, nothing is ever read twice, and no wrong inner length can swallow the next packet.
 *
 * <p>One per connection; not thread safe: owned by the thread that owns the connection. Does not retain the buffer.
 */
public final class PacketDecoder {

    /** Which end of the connection decodes: decides what may be received. */
    public enum Role {
        SERVER,
        CLIENT
    }

    private final CodecLimits limits;
    private final Role role;
    private final PacketReader reader;
    private final PublishDecoder publishDecoder = new PublishDecoder();

    /** At a server null until a CONNECT has told. */
    private @Nullable ProtocolVersion version;
    /** Whether CONNACK has been decoded, or at a server CONNECT and all AUTH packets that belong to it. */
    private boolean opened;
    /** The largest packet taken now: at a server a smaller one until it is opened. */
    private int packetBytesMax;
    /** Whether DISCONNECT has been decoded: what follows is not looked at [MQTT-3.14.4-2] [MQTT5-3.14.4-1]. */
    private boolean ended;
    /** Session Expiry Interval of the CONNECT was 0: DISCONNECT must not raise it any more. */
    private boolean sessionEndsWithConnection = true;
    /** Authentication Method of the CONNECT, which all AUTH packets must repeat. */
    private @Nullable String authenticationMethod;
    /** Set once: after a malformed packet nobody can know where the next one would begin. */
    private @Nullable MalformedPacketException failure;

    private @Nullable PacketType malformedType;

    private PacketDecoder(Role role, CodecLimits limits, @Nullable ProtocolVersion version) {
        this.role = role;
        this.limits = limits;
        this.version = version;
        packetBytesMax = role == Role.SERVER ? limits.connectBytesMax() : limits.packetBytesMax();
        // until CONNECT tells, the reader reads nothing that depends on the version
        this.reader = new PacketReader(limits, role, version == null ? ProtocolVersion.MQTT_3_1_1 : version);
    }

    /** A decoder for what a client sends; expects CONNECT first. */
    public static PacketDecoder server(CodecLimits limits) {
        return new PacketDecoder(Role.SERVER, limits, null);
    }

    /** A decoder for what a server sends to a client that connected with this version; expects CONNACK first. */
    public static PacketDecoder client(CodecLimits limits, ProtocolVersion version) {
        return new PacketDecoder(Role.CLIENT, limits, version);
    }

    /**
     * The version of this connection. At a server null until the protocol level of a CONNECT has been read; set even if
     * the rest of that CONNECT turned out malformed, so that an answer can be encoded.
     */
    public @Nullable ProtocolVersion version() {
        return version;
    }

    /** The type that the malformed packet names in its first byte; null for 0, which is none, and while all were good. */
    public @Nullable PacketType malformedType() {
        return malformedType;
    }

    /**
     * The highest topic alias accepted, 0..65,535: what the own CONNACK (or at a client CONNECT) announced. Until called,
     * none is.
     */
    public void setTopicAliasMax(int topicAliasMax) {
        if (topicAliasMax < 0 || topicAliasMax > 0xFFFF) {
            throw new IllegalArgumentException("topic alias maximum " + topicAliasMax + " is not in 0..65535");
        }
        publishDecoder.setTopicAliasMax(topicAliasMax);
    }

    /**
     * At a server: the client of a CONNECT with an Authentication Method is authenticated. Until called, only AUTH and
     * DISCONNECT are taken from it, and only as large as a CONNECT [MQTT5-3.1.2-30].
     */
    public void authenticated() {
        open();
    }

    private void open() {
        opened = true;
        packetBytesMax = limits.packetBytesMax();
    }

    /**
     * Decodes the next packet and moves the reader index behind it, or answers null and leaves the index alone until more
     * bytes are there.
     *
     * @throws MalformedPacketException if what is there can be no packet we accept; close the connection. From then on
     *     every call throws the same
     * @throws UnsupportedProtocolVersionException (a subclass) if a CONNECT asks for a version not spoken here
     */
    public @Nullable Packet decode(ByteBuf in) throws MalformedPacketException {
        if (failure != null) {
            throw failure;
        }
        if (ended) {
            in.skipBytes(in.readableBytes());
            return null;
        }
        int start = in.readerIndex();
        try {
            return decodeNext(in);
        } catch (MalformedPacketException e) {
            failure = e;
            malformedType = FixedHeader.type(in.getUnsignedByte(start));
            throw e;
        }
    }

    private @Nullable Packet decodeNext(ByteBuf in) throws MalformedPacketException {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        if (readable == 0) {
            return null;
        }
        int first = in.getUnsignedByte(start);
        PacketType type = FixedHeader.judgeFirstByte(first, role, version, opened);
        int remaining = 0;
        int lengthBytes = 0;
        int octet;
        do {
            if (lengthBytes == VariableByteInteger.BYTES_MAX) {
                throw malformed("remaining length of more than four bytes");
            }
            if (1 + lengthBytes == readable) {
                return null;
            }
            octet = in.getUnsignedByte(start + 1 + lengthBytes);
            remaining |= (octet & 0x7F) << (7 * lengthBytes);
            lengthBytes++;
        } while (octet >= 0x80);
        boolean padded = octet == 0 && lengthBytes > 1;
        int total = 1 + lengthBytes + remaining;
        judgeLength(first, type, remaining, total, padded);
        if (readable < total) {
            return null;
        }
        reader.enter(in, start + 1 + lengthBytes, start + total);
        try {
            Packet packet = decodeBody(first, type, padded);
            reader.requireEnd();
            return packet;
        } finally {
            reader.leave();
            in.readerIndex(start + total);
        }
    }

    private void judgeLength(int first, PacketType type, int remaining, int total, boolean padded)
            throws MalformedPacketException {
        if (total > packetBytesMax || (type == PacketType.AUTH && total > limits.connectBytesMax())) {
            // [MQTT5-3.2.2-15]
            throw new MalformedPacketException(ReasonCode.PACKET_TOO_LARGE, type + " of " + total + " bytes");
        }
        if (padded && version == ProtocolVersion.MQTT_5) {
            throw malformed("remaining length longer than needed"); // [MQTT5-1.5.5-1], not a rule before version 5
        }
        FixedHeader.judgeRemainingLength(first, type, version, remaining);
    }

    private Packet decodeBody(int first, PacketType type, boolean padded) throws MalformedPacketException {
        return switch (type) {
            case CONNECT -> decodeConnect(padded);
            case CONNACK -> {
                Packet connAck = AckDecoder.decodeConnAck(reader);
                open();
                yield connAck;
            }
            case PUBLISH -> publishDecoder.decode(reader, first);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> AckDecoder.decodePublishAck(reader, type);
            case SUBSCRIBE -> SubscribeDecoder.decodeSubscribe(reader);
            case SUBACK -> AckDecoder.decodeSubAck(reader);
            case UNSUBSCRIBE -> SubscribeDecoder.decodeUnsubscribe(reader);
            case UNSUBACK -> AckDecoder.decodeUnsubAck(reader);
            case PINGREQ -> PingReq.INSTANCE;
            case PINGRESP -> PingResp.INSTANCE;
            case DISCONNECT -> decodeDisconnect();
            case AUTH -> decodeAuth();
        };
    }

    private Connect decodeConnect(boolean padded) throws MalformedPacketException {
        ProtocolVersion connectVersion = ConnectDecoder.decodeVersion(reader);
        version = connectVersion;
        reader.setVersion(connectVersion);
        if (padded && connectVersion == ProtocolVersion.MQTT_5) {
            throw malformed("remaining length longer than needed"); // [MQTT5-1.5.5-1]
        }
        Connect connect = ConnectDecoder.decode(reader);
        sessionEndsWithConnection = connect.properties().sessionExpiryIntervalSeconds() == 0;
        authenticationMethod = connect.properties().authenticationMethod();
        if (authenticationMethod == null) {
            open();
        }
        return connect;
    }

    private Disconnect decodeDisconnect() throws MalformedPacketException {
        Disconnect disconnect = DisconnectDecoder.decodeDisconnect(reader);
        boolean raisesExpiry = disconnect.properties().sessionExpiryIntervalSeconds() > 0;
        if (role == Role.SERVER && raisesExpiry && sessionEndsWithConnection) {
            throw protocolError("session expiry raised from 0 at DISCONNECT");
        }
        ended = true;
        return disconnect;
    }

    private Auth decodeAuth() throws MalformedPacketException {
        Auth auth = DisconnectDecoder.decodeAuth(reader);
        if (role == Role.SERVER
                && (authenticationMethod == null
                        || !authenticationMethod.equals(auth.properties().authenticationMethod()))) {
            throw protocolError("AUTH without the method of CONNECT"); // [MQTT5-4.12.0-6] [MQTT5-4.12.1-1]
        }
        return auth;
    }
}

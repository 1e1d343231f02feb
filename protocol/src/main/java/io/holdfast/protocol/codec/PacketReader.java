// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.protocol.topic.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A cursor over the body of one packet. Every read is held to the end of that packet, so an inner length that is too
 * large is an error at once and can never reach into the next packet. Reused for all packets of a connection; not thread
 * safe. Does not move the buffer's own indexes.
 */
final class PacketReader {
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final byte[] NO_BYTES = new byte[0];

    // valid for the connection
    private final CodecLimits limits;
    private final Role role;
    private ProtocolVersion version;

    // valid for one packet
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int index;
    private int end;

    PacketReader(CodecLimits limits, Role role, ProtocolVersion version) {
        this.limits = limits;
        this.role = role;
        this.version = version;
    }

    /** Starts with the packet body at {@code index}..{@code end}, which is known to be in the buffer. */
    void enter(ByteBuf buffer, int bodyIndex, int bodyEnd) {
        in = buffer;
        index = bodyIndex;
        end = bodyEnd;
    }

    /** Lets go of the buffer: it belongs to the caller. */
    void leave() {
        in = Unpooled.EMPTY_BUFFER;
        index = 0;
        end = 0;
    }

    CodecLimits limits() {
        return limits;
    }

    Role role() {
        return role;
    }

    ProtocolVersion version() {
        return version;
    }

    void setVersion(ProtocolVersion connectVersion) {
        version = connectVersion;
    }

    boolean isMqtt5() {
        return version == ProtocolVersion.MQTT_5;
    }

    int remaining() {
        return end - index;
    }

    /** Narrows the packet to its next {@code byteCount} bytes; the answer is for {@link #widen}. */
    int narrow(int byteCount) throws MalformedPacketException {
        requireRemaining(byteCount);
        int outerEnd = end;
        end = index + byteCount;
        return outerEnd;
    }

    void widen(int outerEnd) {
        end = outerEnd;
    }

    int readByte() throws MalformedPacketException {
        requireRemaining(1);
        return in.getUnsignedByte(index++);
    }

    int readTwoBytes() throws MalformedPacketException {
        requireRemaining(2);
        int value = in.getUnsignedShort(index);
        index += 2;
        return value;
    }

    long readFourBytes() throws MalformedPacketException {
        requireRemaining(4);
        long value = in.getUnsignedInt(index);
        index += 4;
        return value;
    }

    /** A variable byte integer of at most four bytes, no longer than needed [MQTT5-1.5.5-1]. */
    int readVariableByteInteger() throws MalformedPacketException {
        int value = 0;
        for (int i = 0; i < VariableByteInteger.BYTES_MAX; i++) {
            int octet = readByte();
            value |= (octet & 0x7F) << (7 * i);
            if (octet < 0x80) {
                if (octet == 0 && i > 0) {
                    throw malformed("variable byte integer longer than needed");
                }
                return value;
            }
        }
        throw malformed("variable byte integer of more than four bytes");
    }

    /** A packet identifier: never 0 [MQTT-2.3.1-1]. */
    int readPacketId() throws MalformedPacketException {
        int packetId = readTwoBytes();
        if (packetId == 0) {
            throw malformed("packet id 0");
        }
        assert packetId <= Packet.PACKET_ID_MAX;
        return packetId;
    }

    byte[] readBinary() throws MalformedPacketException {
        int length = readTwoBytes();
        requireRemaining(length);
        return copy(length);
    }

    /** All the rest of the packet. */
    byte[] readRest() {
        return copy(end - index);
    }

    private byte[] copy(int length) {
        if (length == 0) {
            return NO_BYTES;
        }
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        index += length;
        return bytes;
    }

    /**
     * A string: well-formed UTF-8 without U+0000 [MQTT-1.5.3-1] [MQTT5-1.5.4-1] [MQTT-1.5.3-2] [MQTT5-1.5.4-2], also in
     * pairs [MQTT5-1.5.7-1].
     */
    String readString() throws MalformedPacketException {
        int length = readTwoBytes();
        requireRemaining(length);
        if (!Utf8.isWellFormed(in, index, length)) {
            throw malformed("ill-formed UTF-8");
        }
        String text = in.toString(index, length, StandardCharsets.UTF_8);
        index += length;
        return text;
    }

    /** A topic name: UTF-8, no wildcard [MQTT-3.3.2-1] [MQTT5-3.3.2-1] [MQTT-3.3.2-2] [MQTT5-3.3.2-2]. */
    TopicName readTopicName() throws MalformedPacketException {
        int length = readTwoBytes();
        requireRemaining(length);
        return takeTopicName(length);
    }

    /** The topic name of {@code length} bytes, known to be there, whose length prefix has been read. */
    TopicName takeTopicName(int length) throws MalformedPacketException {
        try {
            TopicName topic = TopicName.of(in, index, length, limits.topicLevelsMax());
            index += length;
            return topic;
        } catch (InvalidTopicException e) {
            throw ofTopic(e, ReasonCode.TOPIC_NAME_INVALID);
        }
    }

    /** What to tell about a topic: bad UTF-8 is malformed like any other string, the rest has a code of its own. */
    static MalformedPacketException ofTopic(InvalidTopicException e, ReasonCode otherwise) {
        boolean encoding = e.fault() == InvalidTopicException.Fault.ENCODING;
        return new MalformedPacketException(
                encoding ? ReasonCode.MALFORMED_PACKET : otherwise, String.valueOf(e.getMessage()));
    }

    /** Whether the next bytes, known to be there, are these. */
    boolean nextEquals(byte[] expected) {
        if (in.hasArray()) {
            int start = in.arrayOffset() + index;
            return Arrays.equals(in.array(), start, start + expected.length, expected, 0, expected.length);
        }
        int i = 0;
        for (; i + Long.BYTES <= expected.length; i += Long.BYTES) {
            if (in.getLong(index + i) != (long) BIG_ENDIAN_LONGS.get(expected, i)) {
                return false;
            }
        }
        for (; i < expected.length; i++) {
            if (in.getByte(index + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    void skip(int byteCount) {
        assert byteCount <= remaining();
        index += byteCount;
    }

    ByteBuf buffer() {
        return in;
    }

    int index() {
        return index;
    }

    void requireRemaining(int byteCount) throws MalformedPacketException {
        if (byteCount > end - index) {
            throw malformed("a length that reaches beyond the packet");
        }
    }

    /** The packet must have been used up: bytes behind its last field are an error. */
    void requireEnd() throws MalformedPacketException {
        if (index != end) {
            throw malformed("bytes behind the last field");
        }
    }

    static MalformedPacketException malformed(String what) {
        return new MalformedPacketException(ReasonCode.MALFORMED_PACKET, what);
    }

    static MalformedPacketException protocolError(String what) {
        return new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, what);
    }
}

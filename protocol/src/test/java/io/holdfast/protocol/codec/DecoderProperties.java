// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the decoder promises for any bytes whatever. The fuzzers look for bytes that break it, and the regression test
 * checks those that once did.
 *
 * <p>An input is a set-up byte and then what arrives on one connection. Bit 0 of the set-up: the receiver is a client.
 * Bit 1: the connection is not open yet. Bit 2: where there is a choice of versions, the older one.
 */
final class DecoderProperties {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Objects for the shortest field, a user property of five bytes, and the growth of the lists they are kept in. */
    private static final int ALLOCATED_PER_BYTE_MAX = 128;

    private static final int ALLOCATED_MAX = 32 * 1024;

    /** What follows the packet under test: were it read, the packet would come out another one. */
    private static final byte[] STRANGER = new byte[64];

    private final ProtocolVersion version;
    private final Role receiver;
    private final PacketDecoder decoder;
    /** What opened the connection, as decoded; null until it came. */
    private @Nullable Packet opening;
    /** The first packet that made the decoder allocate too much, in words; empty if none did. */
    private String greed = "";

    private DecoderProperties(ProtocolVersion version, int setUp) {
        this.version = version;
        this.receiver = (setUp & 1) == 0 ? Role.SERVER : Role.CLIENT;
        if ((setUp & 2) == 0) {
            this.decoder = Decoders.opened(receiver, version);
        } else {
            this.decoder = Decoders.fresh(receiver, version, CodecLimits.DEFAULTS);
            this.decoder.setTopicAliasMax(Decoders.TOPIC_ALIAS_MAX);
        }
    }

    /** Checks an input for MQTT 3.1.1, or 3.1 if the set-up says so. */
    static void check311(byte[] input) {
        check(input, ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_3_1);
    }

    /** Checks an input for MQTT 5. */
    static void check5(byte[] input) {
        check(input, ProtocolVersion.MQTT_5, ProtocolVersion.MQTT_5);
    }

    private static void check(byte[] input, ProtocolVersion version, ProtocolVersion older) {
        if (input.length > 0 && !greedOf(input, version, older).isEmpty()) {
            // the first time a class may have been loaded on the way, and instrumented by the fuzzer
            assertThat(greedOf(input, version, older)).isEmpty();
        }
    }

    private static String greedOf(byte[] input, ProtocolVersion version, ProtocolVersion older) {
        int setUp = input[0];
        DecoderProperties properties = new DecoderProperties((setUp & 4) == 0 ? version : older, setUp);
        properties.checkStream(input);
        return properties.greed;
    }

    private void checkStream(byte[] input) {
        ByteBuf in = Unpooled.wrappedBuffer(input).skipBytes(1);
        try {
            while (in.isReadable()) {
                int start = in.readerIndex();
                int frameEnd = frameEnd(in);
                Packet packet = decodeBounded(in);
                if (packet == null) {
                    // all was there and yet nothing came of it: only behind DISCONNECT
                    assertThat(in.readerIndex()).isIn(start, in.writerIndex());
                    return;
                }
                assertThat(in.readerIndex()).isEqualTo(frameEnd);
                checkRoundTrip(packet);
                if (packet instanceof Connect || packet instanceof ConnAck) {
                    opening = packet;
                }
            }
        } catch (MalformedPacketException e) {
            assertThat(e.reasonCode().isFailure()).isTrue();
            assertThat(in.readerIndex()).isLessThanOrEqualTo(in.writerIndex());
        }
    }

    /** Where the packet ends, by the standard's own recipe; beyond the input if it is not all there. */
    private static int frameEnd(ByteBuf in) {
        int index = in.readerIndex() + 1;
        long length = 0;
        for (int shift = 0; shift < 28 && index < in.writerIndex(); shift += 7) {
            int octet = in.getUnsignedByte(index++);
            length |= (long) (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return (int) Math.min(index + length, Integer.MAX_VALUE);
            }
        }
        return Integer.MAX_VALUE;
    }

    /** Decodes once; what is allocated meanwhile depends on what has arrived, never on what a length claims. */
    private @Nullable Packet decodeBounded(ByteBuf in) throws MalformedPacketException {
        int readable = in.readableBytes();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            return decoder.decode(in);
        } finally {
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (allocated > ALLOCATED_MAX + (long) ALLOCATED_PER_BYTE_MAX * readable && greed.isEmpty()) {
                greed = allocated + " bytes allocated for " + readable + " bytes of input";
            }
        }
    }

    /** Encoded and decoded again the packet is the same, is as long as announced, and what follows is not touched. */
    private void checkRoundTrip(Packet packet) throws MalformedPacketException {
        if (holdsRefusedFilter(packet)) {
            return;
        }
        ByteBuf out = Unpooled.buffer();
        ProtocolVersion spoken = packet instanceof Connect connect ? connect.version() : spoken();
        PacketEncoder.encode(packet, spoken, out);
        int bytes = out.readableBytes();
        assertThat(bytes).isEqualTo(PacketEncoder.encodedSize(packet, spoken));
        out.writeBytes(STRANGER);
        assertThat(peer(packet.type()).decode(out)).isEqualTo(packet);
        assertThat(out.readerIndex()).isEqualTo(bytes);
    }

    /** MQTT 5 answers a filter that breaks the grammar by itself, so it is decoded, as null, and cannot be encoded. */
    private static boolean holdsRefusedFilter(Packet packet) {
        return packet instanceof Subscribe subscribe
                        && subscribe.requests().stream().anyMatch(request -> request.filter() == null)
                || packet instanceof Unsubscribe unsubscribe
                        && unsubscribe.filters().stream().anyMatch(Objects::isNull);
    }

    private ProtocolVersion spoken() {
        ProtocolVersion told = decoder.version();
        return told == null ? version : told;
    }

    /** A new decoder at the point of the connection where such a packet may come. */
    private PacketDecoder peer(PacketType type) throws MalformedPacketException {
        if (type == PacketType.CONNECT || type == PacketType.CONNACK) {
            return Decoders.fresh(receiver, version, CodecLimits.DEFAULTS);
        }
        if (opening == null) {
            return decoder.version() == null || type == PacketType.AUTH && receiver == Role.CLIENT
                    ? Decoders.fresh(receiver, version, CodecLimits.DEFAULTS)
                    : Decoders.opened(receiver, version);
        }
        PacketDecoder peer = Decoders.fresh(receiver, version, CodecLimits.DEFAULTS);
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(opening, spoken(), bytes);
        assertThat(peer.decode(bytes)).isEqualTo(opening);
        return peer;
    }

    // classes that are loaded while an input is looked at would count as its allocations
    static {
        WireExamples.all().forEach(example -> {
            try {
                example.decoder().decode(Unpooled.wrappedBuffer(example.bytes()));
            } catch (MalformedPacketException e) {
                throw new AssertionError(e);
            }
        });
        MalformedExamples.all().forEach(example -> {
            try {
                example.decoder().decode(Unpooled.wrappedBuffer(example.bytes()));
            } catch (MalformedPacketException e) {
                assertThat(e.reasonCode().isFailure()).isTrue();
            }
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.testkit.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;

class PacketRoundTripTest {
    @Seeded(runs = 60)
    @DisplayName("what is encoded is decoded again, from any cut of the stream, and is as long as announced")
    void decode_encodedStreamInPieces_sameConversation(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        ProtocolVersion version = ProtocolVersion.values()[random.nextInt(3)];
        Role receiver = random.nextBoolean() ? Role.SERVER : Role.CLIENT;
        RandomPackets packets = new RandomPackets(random, version, receiver);
        List<Packet> sent = new ArrayList<>();
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            Packet packet = packets.next();
            int start = stream.writerIndex();
            PacketEncoder.encode(packet, version, stream);
            assertThat(stream.writerIndex() - start).isEqualTo(PacketEncoder.encodedSize(packet, version));
            sent.add(packet);
        }
        assertThat(decodeInPieces(random, Decoders.opened(receiver, version), stream))
                .isEqualTo(sent);
    }

    @Seeded(runs = 200)
    @DisplayName("packets that open and close a connection are decoded again")
    void decode_encodedOpeningAndClosing_same(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        ProtocolVersion version = ProtocolVersion.values()[random.nextInt(3)];
        Packet connect = new RandomPackets(random, version, Role.SERVER).connect();
        Packet connAck = new RandomPackets(random, version, Role.CLIENT).connAck();
        Packet disconnect = new RandomPackets(random, version, Role.SERVER).disconnect();
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(connect, version, out);
        assertThat(PacketDecoder.server(CodecLimits.DEFAULTS).decode(out)).isEqualTo(connect);
        PacketEncoder.encode(connAck, version, out);
        assertThat(PacketDecoder.client(CodecLimits.DEFAULTS, version).decode(out))
                .isEqualTo(connAck);
        PacketEncoder.encode(disconnect, version, out);
        assertThat(Decoders.opened(Role.SERVER, version).decode(out)).isEqualTo(disconnect);
        assertThat(out.isReadable()).isFalse();
    }

    private static List<Packet> decodeInPieces(SplittableRandom random, PacketDecoder decoder, ByteBuf stream)
            throws MalformedPacketException {
        List<Packet> packets = new ArrayList<>();
        ByteBuf in = random.nextBoolean() ? Unpooled.directBuffer() : Unpooled.buffer();
        try {
            while (stream.isReadable()) {
                int piece = 1 + random.nextInt(random.nextBoolean() ? 5 : 5_000);
                in.writeBytes(stream, Math.min(piece, stream.readableBytes()));
                Packet packet = decoder.decode(in);
                while (packet != null) {
                    packets.add(packet);
                    packet = decoder.decode(in);
                }
            }
            assertThat(in.isReadable()).isFalse();
            return packets;
        } finally {
            in.release();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.testkit.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;

class PacketFuzzTest {
    private static final List<WireExample> EXAMPLES = WireExamples.all().toList();

    /** Enough in front and behind that a read outside the packet is noticed. */
    private static final int MARGIN = 64;

    @Seeded(runs = 40)
    @DisplayName("random bytes are a packet, not yet one, or malformed; nothing else is ever thrown")
    void decode_randomBytes_neverAnythingElse(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && random.nextBoolean()) {
                bytes[1] = (byte) (bytes.length - 2); // one that is complete gets deeper
            }
            ProtocolVersion version = ProtocolVersion.values()[random.nextInt(3)];
            Role receiver = random.nextBoolean() ? Role.SERVER : Role.CLIENT;
            PacketDecoder decoder = random.nextInt(4) == 0
                    ? Decoders.fresh(receiver, version, CodecLimits.DEFAULTS)
                    : Decoders.opened(receiver, version);
            decodeGuarded(decoder, bytes);
        }
    }

    @Seeded(runs = 40)
    @DisplayName("K27 mutated packets are a packet, not yet one, or malformed; the reader stops at the packet's end")
    void decode_mutatedPackets_neverAnythingElse(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int malformed = 0;
        for (int i = 0; i < 2_000; i++) {
            WireExample example = EXAMPLES.get(random.nextInt(EXAMPLES.size()));
            byte[] bytes = mutate(random, example.bytes());
            malformed += decodeGuarded(example.decoder(), bytes) ? 0 : 1;
        }
        // if mutations hit nothing, this test would test nothing
        assertThat(malformed).isGreaterThan(500);
    }

    @Seeded(runs = 40)
    @DisplayName("K28 whatever one packet holds inside its length, the next packet is read right or not at all")
    void decode_mutatedBody_nextPacketIntact(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1_000; i++) {
            WireExample example = EXAMPLES.get(random.nextInt(EXAMPLES.size()));
            byte[] bytes = example.bytes();
            if (bytes.length < 4 || bytes[1] < 0 || endsConnection(example.packet())) {
                continue;
            }
            int at = 2 + random.nextInt(bytes.length - 2);
            bytes[at] = (byte) random.nextInt(256);
            ByteBuf in = Unpooled.wrappedBuffer(bytes, Wire.bytes("62 02 12 34"));
            PacketDecoder decoder = example.decoder();
            boolean decoded = decode(decoder, in);
            assertThat(in.readerIndex()).as(example + " changed at " + at).isEqualTo(bytes.length);
            if (decoded) {
                decoder.authenticated(); // What a CONNECT asked for is not the matter here.
                assertThat(decoder.decode(in)).hasToString("PubRel[packetId=4660, reasonCode=SUCCESS, properties={}]");
            }
        }
    }

    private static boolean endsConnection(Packet packet) {
        return packet.type() == PacketType.DISCONNECT;
    }

    /** Flips, overwrites, inserts, cuts or lengthens; now and then repairs the length of a short packet. */
    private static byte[] mutate(SplittableRandom random, byte[] original) {
        ByteBuf bytes = Unpooled.buffer().writeBytes(original);
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.readableBytes() > 0; changes--) {
            int at = random.nextInt(bytes.readableBytes());
            switch (random.nextInt(4)) {
                case 0 -> bytes.setByte(at, bytes.getByte(at) ^ (1 << random.nextInt(8)));
                case 1 -> bytes.setByte(at, random.nextInt(256));
                case 2 -> bytes.writerIndex(at);
                default -> bytes.writeByte(random.nextInt(256));
            }
        }
        if (bytes.readableBytes() > 2 && bytes.readableBytes() < 130 && random.nextBoolean()) {
            bytes.setByte(1, bytes.readableBytes() - 2);
        }
        byte[] mutated = new byte[bytes.readableBytes()];
        bytes.readBytes(mutated);
        return mutated;
    }

    /** Decodes once from within a larger buffer; false if malformed. */
    private static boolean decodeGuarded(PacketDecoder decoder, byte[] bytes) {
        ByteBuf in = Unpooled.buffer().writeZero(MARGIN).writeBytes(bytes);
        in.readerIndex(MARGIN);
        int end = in.writerIndex();
        boolean wellFormed;
        try {
            wellFormed = decode(decoder, in);
        } catch (RuntimeException | Error e) {
            return fail(Wire.hex(bytes), e);
        }
        assertThat(in.readerIndex()).as(Wire.hex(bytes)).isBetween(MARGIN, end);
        return wellFormed;
    }

    private static boolean decode(PacketDecoder decoder, ByteBuf in) {
        try {
            int before = in.readerIndex();
            Packet packet = decoder.decode(in);
            assertThat(in.readerIndex() > before)
                    .as("the reader moves exactly when there is a packet")
                    .isEqualTo(packet != null);
            return true;
        } catch (MalformedPacketException e) {
            assertThat(e.reasonCode().isFailure()).isTrue();
            return false;
        }
    }
}

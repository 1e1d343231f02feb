// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireExamplesTest {
    /** A packet behind the example, to see that no byte too many was taken. */
    private static final byte[] NEXT = Wire.bytes("40 02 12 34");

    static Stream<WireExample> examples() {
        return WireExamples.all();
    }

    static Stream<WireExample> canonicalExamples() {
        return WireExamples.all().filter(WireExample::canonical);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void decode_example_givesPacketAndStopsAtItsEnd(WireExample example) throws Exception {
        ByteBuf in = Unpooled.wrappedBuffer(example.bytes(), NEXT);
        assertThat(example.decoder().decode(in)).isEqualTo(example.packet());
        assertThat(Wire.hex(in)).isEqualTo(Wire.hex(NEXT));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void decode_exampleInDirectBuffer_givesPacket(WireExample example) throws Exception {
        ByteBuf in = Unpooled.directBuffer();
        try {
            in.writeZero(3).readerIndex(3).writeBytes(example.bytes());
            assertThat(example.decoder().decode(in)).isEqualTo(example.packet());
        } finally {
            in.release();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void decode_exampleByteByByte_waitsForTheLastByte(WireExample example) throws Exception {
        PacketDecoder decoder = example.decoder();
        byte[] bytes = example.bytes();
        ByteBuf in = Unpooled.buffer();
        for (int i = 0; i < bytes.length - 1; i++) {
            in.writeByte(bytes[i]);
            assertThat(decoder.decode(in)).as("after %d bytes", i + 1).isNull();
            assertThat(in.readerIndex()).isZero();
        }
        in.writeByte(bytes[bytes.length - 1]);
        assertThat(decoder.decode(in)).isEqualTo(example.packet());
        assertThat(in.isReadable()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("canonicalExamples")
    void encode_example_givesBytes(WireExample example) {
        ByteBuf out = Unpooled.buffer(1).writeByte(0x55);
        PacketEncoder.encode(example.packet(), example.version(), out);
        assertThat(Wire.hex(out.skipBytes(1))).isEqualTo(Wire.hex(example.bytes()));
        assertThat(PacketEncoder.encodedSize(example.packet(), example.version()))
                .isEqualTo(example.bytes().length);
    }

    @Test
    @DisplayName("every packet type of every version has an example")
    void examples_all_coverEveryPacketOfEveryVersion() {
        Set<String> covered = new HashSet<>();
        examples().forEach(example -> covered.add(example.version() + " " + type(example.packet())));
        Set<String> all = new HashSet<>();
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (PacketType type : PacketType.values()) {
                boolean sameAs311 = version == ProtocolVersion.MQTT_3_1
                        && (type == PacketType.SUBACK || type == PacketType.UNSUBSCRIBE || type == PacketType.UNSUBACK);
                if ((type != PacketType.AUTH || version == ProtocolVersion.MQTT_5) && !sameAs311) {
                    all.add(version + " " + type);
                }
            }
        }
        assertThat(covered).isEqualTo(all);
    }

    private static PacketType type(Packet packet) {
        return packet.type();
    }
}

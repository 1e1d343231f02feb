// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedExamplesTest {
    private static final byte[] NEXT = Wire.bytes("40 02 12 34");

    static Stream<MalformedExample> bodies() {
        return MalformedExamples.bodies();
    }

    static Stream<MalformedExample> headers() {
        return MalformedExamples.headers();
    }

    private static MalformedPacketException decode(MalformedExample example, ByteBuf in) {
        PacketDecoder decoder = example.decoder();
        return catchThrowableOfType(MalformedPacketException.class, () -> decoder.decode(in));
    }

    @ParameterizedTest
    @MethodSource("headers")
    @DisplayName("refused as soon as the fixed header says so, whatever follows")
    void decode_badHeader_refusedAtOnce(MalformedExample example) {
        MalformedPacketException e = decode(example, Unpooled.wrappedBuffer(example.bytes()));
        assertThat(e).as("refused").isNotNull();
        assertThat(e.reasonCode()).isEqualTo(example.reasonCode());
    }

    @ParameterizedTest
    @MethodSource("headers")
    @DisplayName("with a byte less nothing is known yet")
    void decode_badHeaderCut_waits(MalformedExample example) throws Exception {
        byte[] bytes = example.bytes();
        assertThat(example.decoder().decode(Unpooled.wrappedBuffer(bytes, 0, bytes.length - 1)))
                .isNull();
    }

    @ParameterizedTest
    @MethodSource("bodies")
    @DisplayName("refused with the reason that the specification has for it, and the next packet is not eaten")
    void decode_badBody_refused(MalformedExample example) {
        ByteBuf in = Unpooled.wrappedBuffer(example.bytes(), NEXT);
        MalformedPacketException e = decode(example, in);
        assertThat(e).as("refused").isNotNull();
        assertThat(e.reasonCode()).isEqualTo(example.reasonCode());
        assertThat(Wire.hex(in)).isEqualTo(Wire.hex(NEXT));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    @DisplayName("refused in direct memory too, and only when the last byte is there")
    void decode_badBodyByteByByte_refusedAtTheEnd(MalformedExample example) throws Exception {
        byte[] bytes = example.bytes();
        PacketDecoder decoder = example.decoder();
        ByteBuf in = Unpooled.directBuffer();
        try {
            in.writeBytes(bytes, 0, bytes.length - 1);
            assertThat(decoder.decode(in)).isNull();
            in.writeByte(bytes[bytes.length - 1]);
            MalformedPacketException e = catchThrowableOfType(MalformedPacketException.class, () -> decoder.decode(in));
            assertThat(e).as("refused").isNotNull();
            assertThat(e.reasonCode()).isEqualTo(example.reasonCode());
        } finally {
            in.release();
        }
    }
}

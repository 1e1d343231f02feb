// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.server.transport.WebSocketReader.ForbiddenFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames, in the pieces in which a network may bring them. */
class WebSocketReaderTest {
    private static final String MASK = "01020304";

    private final List<byte[]> pings = new ArrayList<>();
    private final List<Integer> closes = new ArrayList<>();
    private final WebSocketReader reader = new WebSocketReader(new WebSocketReader.Control() {
        @Override
        public void onPing(byte[] payload) {
            pings.add(payload);
        }

        @Override
        public void onClose(int code) {
            closes.add(code);
        }
    });

    private byte[] read(byte... bytes) throws ForbiddenFrameException {
        // Something stands before and behind the bytes: neither is to be touched.
        ByteBuf in = Unpooled.buffer().writeByte(0x55).writeBytes(bytes);
        in.readByte();
        reader.read(in);
        assertThat(in.readerIndex()).isEqualTo(1);
        return ByteBufUtil.getBytes(in);
    }

    @Seeded(runs = 100)
    @DisplayName(
            "K29 T37 [MQTT-6.0.0-2] [MQTT5-6.0.0-2] frames as another library writes them, however split: the same bytes")
    void read_framesInAnyPieces_payloadsInOrder(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
        ByteBuf sent = Unpooled.buffer();
        int pingsSent = 0;
        for (int message = random.nextInt(8); message >= 0; message--) {
            int fragments = 1 + random.nextInt(4);
            for (int i = 0; i < fragments; i++) {
                byte[] payload = new byte[random.nextInt(10) == 0 ? random.nextInt(70_000) : random.nextInt(140)];
                random.nextBytes(payload);
                sent.writeBytes(payload);
                ByteBuf copy = Unpooled.wrappedBuffer(payload);
                boolean last = i == fragments - 1;
                encoder.writeOutbound(
                        i == 0
                                ? new BinaryWebSocketFrame(last, 0, copy)
                                : new ContinuationWebSocketFrame(last, 0, copy));
                if (random.nextInt(3) == 0) {
                    pingsSent++;
                    encoder.writeOutbound(
                            new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[random.nextInt(126)])));
                    encoder.writeOutbound(
                            new PongWebSocketFrame(Unpooled.wrappedBuffer(new byte[random.nextInt(126)])));
                }
            }
        }
        ByteBuf wire = Unpooled.buffer();
        for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
            wire.writeBytes(part);
            part.release();
        }
        ByteBuf received = Unpooled.buffer();
        boolean slowly = random.nextInt(4) == 0 && wire.readableBytes() < 10_000;
        while (wire.isReadable()) {
            int count = slowly ? 1 : 1 + random.nextInt(Math.min(wire.readableBytes(), 3_000));
            byte[] piece = new byte[count];
            wire.readBytes(piece);
            received.writeBytes(read(piece));
        }
        assertThat(ByteBufUtil.equals(received, sent)).isTrue();
        assertThat(pings).hasSize(pingsSent).allSatisfy(ping -> assertThat(ping).isEqualTo(new byte[ping.length]));
        assertThat(closes).isEmpty();
    }

    @Test
    @DisplayName("K29 T37 zero-length frames, whole or a message's first, middle and last, are nothing")
    void read_emptyFrames_nothing() throws Exception {
        String empty = "80" + MASK;
        assertThat(read(hex("82" + empty + "02" + empty + "00" + empty + "80" + empty + "82" + "81" + MASK + "40")))
                .containsExactly(0x41);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource({
        "8100, 1003, a text frame",
        "0100, 1003, a text frame",
        "8201, 1002, a frame without a mask",
        "8801, 1002, a frame without a mask",
        "C280, 1002, reserved bits",
        "A280, 1002, reserved bits",
        "9280, 1002, reserved bits",
        "8380, 1002, unknown kind 3",
        "8B80, 1002, unknown kind 11",
        "8080, 1002, a continuation of nothing",
        "0280010203048280, 1002, a new message inside another one",
        "0980, 1002, a control frame in pieces",
        "89FE, 1002, a control frame of more than 125",
        "88FF, 1002, a control frame of more than 125",
        "82FE007D, 1002, shortest form",
        "82FF000000000000FFFF, 1002, shortest form",
        "82FF8000000000000000, 1002, shortest form",
        "82FFFFFFFFFFFFFFFFFF, 1002, shortest form",
        "88810000000003, 1002, a Close frame without a code",
        "88820000000003E7, 1002, a Close frame without a code",
        "88820000000003ED, 1002, a Close frame without a code",
        "88820000000003EE, 1002, a Close frame without a code",
        "88820000000003F7, 1002, a Close frame without a code",
        "8882000000001388, 1002, a Close frame without a code"
    })
    @DisplayName(
            "T37 [MQTT-6.0.0-1] [MQTT5-6.0.0-1] what must not come is refused with its code, nothing behind it is read")
    void read_forbiddenFrame_refused(String bytes, int code, String why) throws Exception {
        byte[] good = hex("8281" + MASK + "40");
        ByteBuf in = Unpooled.buffer().writeBytes(good).writeBytes(hex(bytes)).writeBytes(good);
        assertThatThrownBy(() -> reader.read(in))
                .isInstanceOfSatisfying(
                        ForbiddenFrameException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(why);
        assertThat(ByteBufUtil.getBytes(in)).as("what came before").containsExactly(0x41);
        assertThat(read(good)).as("what comes later").isEmpty();
    }

    @Test
    @DisplayName(
            "T37 a frame that says it has 2^63 - 1 bytes is handed on byte by byte, and takes no memory for the rest")
    void read_hugeLength_handedOnAsItComes() throws Exception {
        assertThat(read(hex("82FF7FFFFFFFFFFFFFFF" + MASK))).isEmpty();
        for (int i = 0; i < 100; i++) {
            assertThat(read((byte) 0)).containsExactly(1 + i % 4);
        }
    }

    @ParameterizedTest
    @CsvSource({"8880" + MASK + ", 1000", "8882" + "00000000" + "03E8, 1000", "8882" + "00000000" + "0FA0, 4000"})
    @DisplayName("T37 a Close frame ends the stream, with the code that is to be answered")
    void read_close_codeToAnswer(String bytes, int code) throws Exception {
        byte[] both = Arrays.copyOf(hex(bytes), hex(bytes).length + 7);
        both[hex(bytes).length] = (byte) 0x82;
        both[hex(bytes).length + 1] = (byte) 0x81;
        assertThat(read(both)).isEmpty();
        assertThat(closes).containsExactly(code);
    }

    private static byte[] hex(String text) {
        return ByteBufUtil.decodeHexDump(text);
    }
}

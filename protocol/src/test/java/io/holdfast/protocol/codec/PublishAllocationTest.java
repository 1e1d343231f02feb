// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way of a PUBLISH is the hot path: what it allocates is counted here, in bytes and not in time. */
class PublishAllocationTest {
    private static final int ROUNDS = 20_000;
    private static final int PAYLOAD_BYTES = 100;

    /** Record: header 12, five references or ints 20, two booleans 2, aligned 40. Array: header 16, payload, aligned. */
    private static final int DECODED_BYTES = 40 + 16 + 104;

    /** For the occasional object of the JVM itself. */
    private static final double SLACK_BYTES = 2;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ByteBuf buffer = Unpooled.directBuffer(4096);

    @AfterEach
    void releaseBuffer() {
        buffer.release();
    }

    private interface Round {
        void run() throws Exception;
    }

    private static double allocatedPerRound(Round round) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
    }

    private void encode(ProtocolVersion version) {
        PacketEncoder.publish(
                buffer,
                version,
                9,
                QoS.AT_LEAST_ONCE,
                false,
                false,
                TOPIC,
                0,
                TOPIC.length,
                PAYLOAD,
                0,
                PAYLOAD_BYTES,
                Properties.NONE);
    }

    private static final byte[] TOPIC = Wire.bytes("'plant/7/line/3/temperature'");
    private static final byte[] PAYLOAD = new byte[PAYLOAD_BYTES];

    @ParameterizedTest
    @EnumSource
    @DisplayName("encoding a PUBLISH or an acknowledgement allocates nothing")
    void publish_steadyState_allocatesNothing(ProtocolVersion version) throws Exception {
        double allocated = allocatedPerRound(() -> {
            buffer.clear();
            encode(version);
            PacketEncoder.ack(buffer, PacketType.PUBACK, 9);
        });
        assertThat(allocated).isLessThan(SLACK_BYTES);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("decoding a PUBLISH to the same topic allocates the record and the payload, nothing else")
    void decode_steadyState_allocatesRecordAndPayload(ProtocolVersion version) throws Exception {
        PacketDecoder decoder = Decoders.opened(Role.SERVER, version);
        encode(version);
        double allocated = allocatedPerRound(() -> {
            buffer.readerIndex(0);
            if (decoder.decode(buffer) == null) {
                throw new AssertionError("not decoded");
            }
        });
        assertThat(allocated).isLessThan(DECODED_BYTES + SLACK_BYTES);
    }
}

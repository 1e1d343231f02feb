// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** PUBLISH at QoS 1 to a packet and back: how to run: {@code ./holdfast jmh PublishCodecBenchmark -prof gc}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class PublishCodecBenchmark {
    @Param({"64", "1024"})
    public int payloadBytes;

    private final TopicName topic = TopicName.of("site/7/line/3/machine/42/temperature");
    private PacketDecoder decoder;
    private ByteBuf wire;
    private ByteBuf out;
    private byte[] payload;

    @Setup
    public void encodeOne() throws MalformedPacketException {
        payload = new byte[payloadBytes];
        decoder = PacketDecoder.server(CodecLimits.DEFAULTS);
        ByteBuf connect = Unpooled.buffer();
        PacketEncoder.encode(BenchmarkConnection.connect("bench", true), ProtocolVersion.MQTT_3_1_1, connect);
        decoder.decode(connect);
        wire = Unpooled.directBuffer();
        PacketEncoder.encode(
                new Publish(7, QoS.AT_LEAST_ONCE, false, false, topic, payload, Properties.NONE),
                ProtocolVersion.MQTT_3_1_1,
                wire);
        out = Unpooled.directBuffer(payloadBytes + 128);
    }

    @Benchmark
    public @Nullable Packet decode() throws MalformedPacketException {
        wire.readerIndex(0);
        return decoder.decode(wire);
    }

    @Benchmark
    public int encode() {
        out.clear();
        PacketEncoder.publish(
                out,
                ProtocolVersion.MQTT_3_1_1,
                7,
                QoS.AT_LEAST_ONCE,
                false,
                false,
                topic.utf8(),
                0,
                topic.utf8().length,
                payload,
                0,
                payload.length,
                Properties.NONE);
        return out.writerIndex();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.codec;

import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.codec.PacketDecoder;
import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.codec.PacketEncoder;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each packet from bytes and to bytes: how to run: {@code ./holdfast jmh PacketCodec -p packet=PUBLISH_64_BYTES}.
 *
 * <p>Packets that open or end a connection include a new decoder in {@code decode}, as there is one for each connection.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Thread)
public class PacketCodecBenchmark {
    @Param
    public Sample packet;

    @Param({"MQTT_3_1_1", "MQTT_5"})
    public ProtocolVersion version;

    private Packet value;
    private ByteBuf opening;
    private ByteBuf wire;
    private ByteBuf out;
    private PacketDecoder decoder;

    @Setup
    public void encodeOnce() throws MalformedPacketException {
        value = packet.packet(version);
        wire = Unpooled.directBuffer();
        PacketEncoder.encode(value, version, wire);
        out = Unpooled.directBuffer(wire.readableBytes());
        opening = Unpooled.directBuffer();
        Sample first = packet.receiver() == Role.SERVER ? Sample.CONNECT : Sample.CONNACK;
        PacketEncoder.encode(first.packet(version), version, opening);
        decoder = newDecoder();
    }

    private PacketDecoder newDecoder() throws MalformedPacketException {
        PacketDecoder fresh = packet.receiver() == Role.SERVER
                ? PacketDecoder.server(CodecLimits.DEFAULTS)
                : PacketDecoder.client(CodecLimits.DEFAULTS, version);
        if (!packet.opens()) {
            fresh.decode(opening.readerIndex(0));
        }
        return fresh;
    }

    @TearDown
    public void release() {
        wire.release();
        opening.release();
        out.release();
    }

    @Benchmark
    public @Nullable Packet decode() throws MalformedPacketException {
        if (packet.ends()) {
            decoder = newDecoder();
        }
        return decoder.decode(wire.readerIndex(0));
    }

    @Benchmark
    public int encode() {
        out.clear();
        PacketEncoder.encode(value, version, out);
        return out.writerIndex();
    }
}

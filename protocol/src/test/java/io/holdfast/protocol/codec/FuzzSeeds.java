// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Where the fuzzers start: every legal packet and every refused one that the other tests know, as inputs. */
final class FuzzSeeds {
    private FuzzSeeds() {}

    static Stream<byte[]> mqtt311() {
        return all(version -> version != ProtocolVersion.MQTT_5);
    }

    static Stream<byte[]> mqtt5() {
        return all(version -> version == ProtocolVersion.MQTT_5);
    }

    private static Stream<byte[]> all(Predicate<ProtocolVersion> wanted) {
        Stream<byte[]> legal = WireExamples.all()
                .filter(example -> wanted.test(example.version()))
                .map(example ->
                        input(example.receiver(), !opens(example.packet().type()), example.version(), example.bytes()));
        Stream<byte[]> refused = MalformedExamples.all()
                .filter(example -> wanted.test(example.version()))
                .map(example -> input(example.receiver(), example.opened(), example.version(), example.bytes()));
        return Stream.concat(legal, refused);
    }

    private static boolean opens(PacketType type) {
        return type == PacketType.CONNECT || type == PacketType.CONNACK;
    }

    /** The set-up byte of {@link DecoderProperties} and the bytes behind it. */
    private static byte[] input(Role receiver, boolean opened, ProtocolVersion version, byte[] bytes) {
        int setUp =
                (receiver == Role.CLIENT ? 1 : 0) | (opened ? 0 : 2) | (version == ProtocolVersion.MQTT_3_1 ? 4 : 0);
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(new byte[] {(byte) setUp}, bytes));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.testkit.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;

/** Another codec as an oracle: what one of the two writes, the other must read as the same packet. */
class NettyDifferentialTest {
    private static final int PACKET_BYTES_MAX = 4_000_000;
    private static final int CLIENT_ID_BYTES_MAX = 65_535;

    @Seeded(runs = 40)
    @DisplayName("what our encoder writes, Netty's decoder reads as the same packet")
    void encode_random_nettyReadsTheSame(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ProtocolVersion version = ProtocolVersion.values()[random.nextInt(3)];
        EmbeddedChannel netty = new EmbeddedChannel(new MqttDecoder(PACKET_BYTES_MAX, CLIENT_ID_BYTES_MAX));
        try {
            for (Packet packet : conversation(random, version)) {
                ByteBuf out = Unpooled.buffer();
                PacketEncoder.encode(packet, version, out);
                String bytes = Wire.hex(out);
                netty.writeInbound(out);
                MqttMessage message = Objects.requireNonNull(netty.readInbound(), bytes);
                assertThat(NettyPackets.of(message, version)).as(bytes).isEqualTo(packet);
                ReferenceCountUtil.release(message);
            }
        } finally {
            netty.finishAndReleaseAll();
        }
    }

    @Seeded(runs = 40)
    @DisplayName("what Netty's encoder writes, our decoder reads as the same packet")
    void decode_nettyEncoded_same(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        ProtocolVersion version = ProtocolVersion.values()[random.nextInt(3)];
        EmbeddedChannel netty = new EmbeddedChannel(MqttEncoder.INSTANCE);
        PacketDecoder server = PacketDecoder.server(CodecLimits.DEFAULTS);
        PacketDecoder client = PacketDecoder.client(CodecLimits.DEFAULTS, version);
        try {
            for (Packet packet : conversation(random, version)) {
                netty.writeOutbound(NettyMessages.of(packet, version));
                ByteBuf in = Objects.requireNonNull(netty.readOutbound());
                try {
                    PacketDecoder decoder = switch (packet.type()) {
                        case CONNACK, SUBACK, UNSUBACK, PINGRESP -> client;
                        default -> server;
                    };
                    assertThat(decoder.decode(in)).as(Wire.hex(in)).isEqualTo(packet);
                    assertThat(in.isReadable()).isFalse();
                    server.authenticated();
                } finally {
                    in.release();
                }
            }
        } finally {
            netty.finishAndReleaseAll();
        }
    }

    /** CONNECT, CONNACK, what both ends may send, and DISCONNECT. */
    private static List<Packet> conversation(SplittableRandom random, ProtocolVersion version) {
        RandomPackets toServer = new RandomPackets(random, version, Role.SERVER);
        RandomPackets toClient = new RandomPackets(random, version, Role.CLIENT);
        List<Packet> packets = new ArrayList<>();
        packets.add(agreeable(toServer.connect()));
        packets.add(toClient.connAck());
        for (int i = 0; i < 50; i++) {
            packets.add(toServer.next());
            Packet packet = toClient.next();
            switch (packet.type()) {
                case SUBACK, UNSUBACK, PINGRESP -> packets.add(packet);
                default -> {
                    // goes both ways: the other direction has it
                }
            }
        }
        return packets;
    }

    /** A CONNECT that Netty takes too, with what the AUTH packets of {@link RandomPackets} rely on. */
    private static Connect agreeable(Connect connect) {
        boolean mqtt5 = connect.version() == ProtocolVersion.MQTT_5;
        Properties properties = mqtt5
                ? connect.properties().toBuilder()
                        .authenticationMethod(Decoders.AUTHENTICATION_METHOD)
                        .build()
                : Properties.NONE;
        return new Connect(
                connect.version(),
                // Netty wants one of 1..23 characters in MQTT 3.1
                connect.version() == ProtocolVersion.MQTT_3_1 ? "c" : connect.clientId(),
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                connect.will(),
                // and a user name in front of every password
                connect.password() != null && connect.userName() == null ? "u" : connect.userName(),
                connect.password(),
                properties);
    }
}

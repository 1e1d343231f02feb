// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.testkit.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StoredPublishEncoderTest {
    @Seeded(runs = 300)
    @DisplayName(
            "[MQTT5-3.3.2-17] [MQTT5-3.3.2-18] stored properties are forwarded unaltered around what is this delivery's")
    void write_storedProperties_unaltered(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Publish published = new RandomPackets(random, ProtocolVersion.MQTT_5, Role.SERVER).publish();
        byte[] stored = StoredProperties.encodeMessage(published.properties());
        byte[] shifted = new byte[stored.length + 3];
        System.arraycopy(stored, 0, shifted, 3, stored.length);
        long expiry = random.nextInt(3) == 0 ? -1 : random.nextLong(1L << 32);
        int[] identifiers = random.nextBoolean() ? null : new int[] {1, 128, 16_384, 268_435_455};
        ByteBuf out = Unpooled.buffer();
        StoredPublishEncoder.write(
                out,
                published.packetId(),
                published.qos(),
                published.dup(),
                published.retain(),
                published.topic().utf8(),
                0,
                published.topic().utf8().length,
                published.payload(),
                0,
                published.payload().length,
                shifted,
                3,
                stored.length,
                expiry,
                0,
                identifiers);
        assertThat(StoredPublishEncoder.size(
                        published.qos(),
                        published.topic().utf8().length,
                        published.payload().length,
                        stored.length,
                        expiry,
                        0,
                        identifiers))
                .isEqualTo(out.readableBytes());
        PacketDecoder client = Decoders.opened(Role.CLIENT, ProtocolVersion.MQTT_5);
        Packet decoded = client.decode(out);
        assertThat(decoded).isEqualTo(expected(published, expiry, identifiers));
    }

    private static Publish expected(Publish published, long expiry, int[] identifiers) {
        PropertiesBuilder properties = Properties.builder();
        Properties from = published.properties();
        from.userProperties().forEach(properties::userProperty);
        if (from.contains(Property.PAYLOAD_FORMAT_INDICATOR)) {
            properties.payloadFormatIndicator(from.payloadFormatIndicator());
        }
        if (from.contentType() != null) {
            properties.contentType(from.contentType());
        }
        if (from.responseTopic() != null) {
            properties.responseTopic(from.responseTopic());
        }
        if (from.correlationData() != null) {
            properties.correlationData(from.correlationData());
        }
        if (expiry >= 0) {
            properties.messageExpiryIntervalSeconds(expiry);
        }
        if (identifiers != null) {
            for (int identifier : identifiers) {
                properties.subscriptionIdentifier(identifier);
            }
        }
        return new Publish(
                published.packetId(),
                published.qos(),
                published.dup(),
                published.retain(),
                published.topic(),
                published.payload(),
                properties.build());
    }

    @Test
    @DisplayName("an alias stands in place of a topic that the client knows")
    void write_knownAlias_noTopic() {
        ByteBuf out = Unpooled.buffer();
        StoredPublishEncoder.write(
                out,
                0,
                QoS.AT_MOST_ONCE,
                false,
                false,
                new byte[0],
                0,
                0,
                new byte[] {'p'},
                0,
                1,
                new byte[0],
                0,
                0,
                -1,
                7,
                null);
        assertThat(Wire.bytes("30 07 00 00 03 23 00 07 'p'")).isEqualTo(ByteBufUtil.getBytes(out));
    }
}

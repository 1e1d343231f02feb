// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.testkit.Seeded;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StoredPropertiesTest {
    @Seeded(runs = 100)
    @DisplayName("properties of messages and wills come back from their bytes unaltered")
    void decode_encoded_same(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Properties ofMessage = new RandomPackets(random, ProtocolVersion.MQTT_5, Role.CLIENT)
                .publish()
                .properties();
        assertThat(StoredProperties.decodePublish(StoredProperties.encode(ofMessage)))
                .isEqualTo(ofMessage);
        Will will = new RandomPackets(random, ProtocolVersion.MQTT_5, Role.SERVER)
                .connect()
                .will();
        Properties ofWill = will == null ? Properties.NONE : will.properties();
        assertThat(StoredProperties.decodeWill(StoredProperties.encode(ofWill))).isEqualTo(ofWill);
    }

    @Test
    void encode_none_empty() throws Exception {
        assertThat(StoredProperties.encode(Properties.NONE)).isEmpty();
        assertThat(StoredProperties.decodePublish(new byte[0])).isSameAs(Properties.NONE);
        assertThat(StoredProperties.decodeWill(new byte[0])).isSameAs(Properties.NONE);
    }

    @Test
    @DisplayName("the bytes are those of the wire, so they never depend on this program's version")
    void encode_some_wireFormat() {
        Properties properties = Properties.builder()
                .contentType("t")
                .messageExpiryIntervalSeconds(1)
                .build();
        assertThat(StoredProperties.encode(properties)).isEqualTo(Wire.bytes("09 02 00 00 00 01 03 00 01 't'"));
    }

    @Test
    @DisplayName("no limit of today refuses what was accepted yesterday")
    void decode_manyUserProperties_accepted() throws Exception {
        PropertiesBuilder builder = Properties.builder();
        for (int i = 0; i < 20_000; i++) {
            builder.userProperty("name" + i, "value");
        }
        Properties properties = builder.build();
        assertThat(StoredProperties.decodePublish(StoredProperties.encode(properties)))
                .isEqualTo(properties);
    }

    @Test
    void decode_damaged_malformed() {
        for (String bytes : new String[] {"05 01", "02 01 00 00", "02 11 00", "02 01 02", "01 01"}) {
            assertThatThrownBy(() -> StoredProperties.decodePublish(Wire.bytes(bytes)))
                    .as(bytes)
                    .isInstanceOf(MalformedPacketException.class);
        }
        assertThatThrownBy(() -> StoredProperties.decodeWill(Wire.bytes("03 23 00 01")))
                .isInstanceOf(MalformedPacketException.class);
    }
}

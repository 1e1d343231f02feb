// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.codec.MalformedPacketException;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.ProtocolVersion;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SampleTest {
    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = "MQTT_3_1", mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("what the codec benchmark decodes is the packet that it encodes, each time")
    void decode_everySample_sameAgain(ProtocolVersion version) throws MalformedPacketException {
        for (Sample sample : Sample.values()) {
            PacketCodecBenchmark benchmark = new PacketCodecBenchmark();
            benchmark.packet = sample;
            benchmark.version = version;
            benchmark.encodeOnce();
            Packet expected = sample.packet(version);
            for (int i = 0; i < 2; i++) {
                Packet decoded = benchmark.decode();
                assertThat(decoded).as(sample.name()).isNotNull();
                assertThat(decoded.type()).isEqualTo(expected.type());
                if (sample != Sample.UNSUBACK) { // which has no codes before MQTT 5
                    assertThat(decoded).isEqualTo(expected);
                }
            }
            assertThat(benchmark.encode()).isPositive();
            benchmark.release();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.ProtocolVersion;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static Access to(String address, ProtocolVersion version) {
        return new Access(new InetSocketAddress(address, 1883), version, "name", "secret");
    }

    @Test
    @DisplayName("to a loopback target every 20,000 clients have a local address of their own, elsewhere never")
    void from_manyClients_ownAddresses() {
        Access here = to("127.0.0.1", ProtocolVersion.MQTT_3_1_1);
        assertThat(here.from(19_999)).isNull();
        assertThat(here.from(20_000)).isEqualTo(new InetSocketAddress("127.0.1.2", 0));
        assertThat(here.from(1_000_000)).isEqualTo(new InetSocketAddress("127.0.1.51", 0));
        assertThat(to("192.0.2.1", ProtocolVersion.MQTT_3_1_1).from(1_000_000)).isNull();
    }

    @Test
    @DisplayName("a kept session is asked for as each version has it")
    void connect_kept_perVersion() {
        Connect old = to("127.0.0.1", ProtocolVersion.MQTT_3_1_1).connect("id", Lifetime.KEPT);
        assertThat(old.cleanStart()).isFalse();
        assertThat(old.properties().isEmpty()).isTrue();
        assertThat(old.userName()).isEqualTo("name");
        assertThat(old.password()).asString().isEqualTo("secret");
        Connect five = to("127.0.0.1", ProtocolVersion.MQTT_5).connect("id", Lifetime.KEPT);
        assertThat(five.properties().sessionExpiryIntervalSeconds()).isPositive();
        Connect clean = to("127.0.0.1", ProtocolVersion.MQTT_5).connect("id", Lifetime.CLEAN);
        assertThat(clean.cleanStart()).isTrue();
        assertThat(clean.properties().sessionExpiryIntervalSeconds()).isZero();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.benchmarks.load.client.Access.Lifetime;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.ProtocolVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
    private static Access to(String address, ProtocolVersion version) {
        return new Access(new InetSocketAddress(address, 1883), version, Logins.one("name", "secret"));
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
    @DisplayName(
            "accounts of a file are dealt out in turn; a password may hold colons, a line without a name is refused")
    void connect_accountsOfFile_inTurn(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("accounts"), "ada:a:1\nbob:b\n");
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883);
        Access access = new Access(here, ProtocolVersion.MQTT_3_1_1, Logins.read(file));
        Connect third = access.connect(2, "id", Lifetime.CLEAN);
        assertThat(third.userName()).isEqualTo("ada");
        assertThat(third.password()).asString().isEqualTo("a:1");
        assertThat(access.connect(1, "id", Lifetime.CLEAN).userName()).isEqualTo("bob");
        Files.writeString(file, "ada:a\n:b\n");
        assertThatThrownBy(() -> Logins.read(file))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("accounts:2: ");
        Files.writeString(file, "");
        assertThatThrownBy(() -> Logins.read(file)).hasMessageContaining("holds no accounts");
        assertThatThrownBy(() -> Logins.read(folder.resolve("missing"))).hasMessageContaining("missing");
    }

    @Test
    @DisplayName("a kept session is asked for as each version has it")
    void connect_kept_perVersion() {
        Connect old = to("127.0.0.1", ProtocolVersion.MQTT_3_1_1).connect(0, "id", Lifetime.KEPT);
        assertThat(old.cleanStart()).isFalse();
        assertThat(old.properties().isEmpty()).isTrue();
        assertThat(old.userName()).isEqualTo("name");
        assertThat(old.password()).asString().isEqualTo("secret");
        Connect five = to("127.0.0.1", ProtocolVersion.MQTT_5).connect(0, "id", Lifetime.KEPT);
        assertThat(five.properties().sessionExpiryIntervalSeconds()).isPositive();
        Connect clean = to("127.0.0.1", ProtocolVersion.MQTT_5).connect(0, "id", Lifetime.CLEAN);
        assertThat(clean.cleanStart()).isTrue();
        assertThat(clean.properties().sessionExpiryIntervalSeconds()).isZero();
    }
}

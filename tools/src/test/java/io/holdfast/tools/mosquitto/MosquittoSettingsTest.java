// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.BrokerConfig;
import io.holdfast.server.ConfigReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MosquittoSettingsTest {
    @TempDir
    Path folder;

    private BrokerConfig read(MosquittoSettings settings) throws Exception {
        Path file = Files.writeString(folder.resolve("holdfast.conf"), settings.hocon());
        return new ConfigReader().file(file).read();
    }

    @Test
    @DisplayName("listeners and limits become settings that the broker reads")
    void read_known_becomesSettings() throws Exception {
        MosquittoSettings settings = MosquittoSettings.read(List.of(
                "# a comment",
                "listener 1884 127.0.0.1",
                "max_connections 50",
                "listener 1885 ::1",
                "max_connections -1",
                "max_queued_messages 1000",
                "max_queued_bytes 2000000",
                "max_packet_size 100000",
                "sys_interval 20",
                "persistent_client_expiration 14d"));
        assertThat(settings.remarks()).isEmpty();
        BrokerConfig config = read(settings);
        assertThat(config.listeners()).hasSize(2);
        assertThat(config.listeners().get(0).port()).isEqualTo(1884);
        assertThat(config.listeners().get(0).connectionsMax()).isEqualTo(50);
        assertThat(config.listeners().get(1).bind()).isEqualTo("::1");
        assertThat(config.codec().packetBytesMax()).isEqualTo(100_000);
        assertThat(config.sysInterval()).hasSeconds(20);
        assertThat(settings.hocon()).contains("session.expiry-seconds-max = 1209600");
    }

    @Test
    @DisplayName("what has no counterpart is remarked with its line, and no secret is shown")
    void read_unknown_remarked() throws Exception {
        MosquittoSettings settings = MosquittoSettings.read(List.of(
                "certfile /etc/cert.pem",
                "bridge_remote_password hunter2",
                "no_such_thing x\u001b[2J",
                "max_queued_messages lots",
                "persistence true"));
        assertThat(settings.remarks()).hasSize(5).satisfies(remarks -> {
            assertThat(remarks.get(0)).startsWith("1: certfile /etc/cert.pem: not taken over");
            assertThat(remarks.get(1)).contains("no counterpart").doesNotContain("hunter2");
            assertThat(remarks.get(2)).doesNotContain("\u001b");
            assertThat(remarks.get(3)).contains("it is no number");
        });
        assertThat(read(settings).listeners()).hasSize(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.BrokerConfig;
import io.holdfast.server.ConfigReader;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.ListenerType;
import io.holdfast.server.transport.tls.TlsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MosquittoSettingsTest {
    @TempDir
    Path folder;

    private BrokerConfig read(Converted settings) throws Exception {
        Path file = Files.writeString(folder.resolve("holdfast.conf"), settings.text());
        return new ConfigReader().file(file).read();
    }

    private static Converted convert(String... lines) throws Exception {
        return MosquittoSettings.read(new TextFile(Path.of("m.conf"), List.of(lines)))
                .convert(Path.of("/etc/h/pass\\\"words"), Path.of("/etc/h/rules"));
    }

    @Test
    @DisplayName("listeners and limits become settings that the broker reads")
    void read_known_becomesSettings() throws Exception {
        Converted settings = convert(
                "# a comment",
                "listener 1884 127.0.0.1",
                "max_connections 50",
                "listener 1885 ::1",
                "max_connections -1",
                "max_queued_messages 1000",
                "max_queued_bytes 2000000",
                "max_packet_size 100000",
                "sys_interval 20",
                "persistent_client_expiration 14d");
        assertThat(settings.remarks()).isEmpty();
        BrokerConfig config = read(settings);
        assertThat(config.listeners()).hasSize(2);
        assertThat(config.listeners().get(0).port()).isEqualTo(1884);
        assertThat(config.listeners().get(0).connectionsMax()).isEqualTo(50);
        assertThat(config.listeners().get(1).bind()).isEqualTo("::1");
        assertThat(config.codec().packetBytesMax()).isEqualTo(100_000);
        assertThat(config.sysInterval()).hasSeconds(20);
        assertThat(settings.text()).contains("session.expiry-seconds-max = 1209600");
    }

    @Test
    @DisplayName(
            "TLS files, client certificates and the name in them become the listener's, WebSocket too, in any order of lines")
    void read_tls_becomesSettings() throws Exception {
        Converted settings = convert(
                "listener 8883",
                "require_certificate true",
                "use_identity_as_username true",
                "cafile /etc/m/ca.crt",
                "crlfile /etc/m/crl.pem",
                "keyfile /etc/m/a \"key\".pem",
                "certfile /etc/m/server.crt",
                "tls_version tlsv1.3",
                "listener 8884 127.0.0.1",
                "protocol websockets",
                "certfile /etc/m/server.crt",
                "keyfile /etc/m/server.key",
                "cafile /etc/m/ca.crt",
                "ciphers AES",
                "password_file /etc/m/passwd",
                "acl_file /etc/m/acl");
        BrokerConfig config = read(settings);
        ListenerConfig secure = config.listeners().get(0);
        assertThat(secure.type()).isEqualTo(ListenerType.TLS);
        TlsConfig tls = Objects.requireNonNull(secure.tls());
        assertThat(tls.certificate()).hasToString("/etc/m/server.crt");
        assertThat(tls.privateKey()).hasToString("/etc/m/a \"key\".pem");
        assertThat(tls.clientCa()).hasToString("/etc/m/ca.crt");
        assertThat(tls.crl()).hasToString("/etc/m/crl.pem");
        assertThat(tls.protocols()).containsExactly("TLSv1.3");
        assertThat(tls.userFrom()).isEqualTo(TlsConfig.UserFrom.SUBJECT_CN);
        assertThat(secure.isCertificateRequired()).isTrue();
        assertThat(config.listeners().get(1).type()).isEqualTo(ListenerType.SECURE_WEBSOCKET);
        assertThat(config.access().passwordFile()).hasToString("/etc/h/pass\\\"words");
        assertThat(config.access().rulesFile()).hasToString("/etc/h/rules");
        assertThat(config.anonymousAllowed()).isFalse();
        assertThat(settings.remarks()).hasSize(2).satisfies(remarks -> {
            assertThat(remarks.get(0)).startsWith("m.conf:13: cafile /etc/m/ca.crt: not needed");
            assertThat(remarks.get(1)).startsWith("m.conf:14: ciphers AES: not taken over");
        });
    }

    @Test
    @DisplayName("a port is open to all machines, as there, unless an address is said before or after it")
    void read_port_bindAsThere() throws Exception {
        assertThat(read(convert("port 1", "allow_anonymous false"))
                        .listeners()
                        .get(0)
                        .bind())
                .isEqualTo("0.0.0.0");
        for (Converted said :
                List.of(convert("port 1", "bind_address 127.0.0.1"), convert("bind_address 127.0.0.1", "port 1"))) {
            assertThat(read(said).listeners().get(0).bind()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    @DisplayName("a listener at a path becomes one of type unix, and alone there is no other")
    void read_unixListener_becomesUnix() throws Exception {
        BrokerConfig both = read(convert("listener 0 /run/m/m.sock", "max_connections 3", "listener 1884 127.0.0.1"));
        assertThat(both.listeners()).hasSize(2);
        assertThat(both.listeners().get(0).port()).isEqualTo(1884);
        ListenerConfig local = both.listeners().get(1);
        assertThat(Objects.requireNonNull(local.unix()).path()).hasToString("/run/m/m.sock");
        assertThat(local.connectionsMax()).isEqualTo(3);
        assertThat(read(convert("listener 0 /run/m.sock", "allow_anonymous true"))
                        .listeners())
                .extracting(ListenerConfig::type)
                .containsExactly(ListenerType.UNIX);
    }

    @Test
    @DisplayName("files of include_dir are read by name, with listeners of their own; remarks name them")
    void read_includeDir_filesRead() throws Exception {
        Path folder = Files.createDirectory(this.folder.resolve("conf.d"));
        Files.writeString(folder.resolve("b.conf"), "listener 1885 127.0.0.1\ncapath /certs\n");
        Files.writeString(folder.resolve("a.conf"), "max_connections 1\nlistener 1884 ::1\ninclude_dir /x\n");
        Files.writeString(folder.resolve("c.conf.bak"), "listener 1\n");
        Converted settings = convert(
                "listener 1883 127.0.0.1", "include_dir " + folder, "max_connections 7", "allow_anonymous true");
        List<ListenerConfig> listeners = read(settings).listeners();
        assertThat(listeners).extracting(ListenerConfig::port).containsExactly(1_883, 1_884, 1_885);
        assertThat(listeners).extracting(ListenerConfig::connectionsMax).containsExactly(7, 0, 0);
        assertThat(settings.remarks()).hasSize(2).satisfies(remarks -> {
            assertThat(remarks.get(0)).startsWith(folder.resolve("a.conf") + ":3: include_dir /x: has no counterpart");
            assertThat(remarks.get(1)).startsWith(folder.resolve("b.conf") + ":2: capath /certs: not taken over");
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing at all                                                        | true",
                "port 1883                                                             | false",
                "listener 1883 127.0.0.1                                               | false",
                "listener 1883 127.0.0.1; allow_anonymous true                         | true",
                "allow_anonymous false                                                 | false",
                "password_file /p                                                      | true",
                "per_listener_settings true; listener 1 ::1; allow_anonymous true; listener 2 ::1 | false",
                "per_listener_settings true; listener 1 ::1; allow_anonymous true; listener 2 ::1; allow_anonymous true | true",
            })
    @DisplayName("who need not say his name need not do so here, and nobody else")
    void read_anonymous_asThere(String lines, boolean allowed) throws Exception {
        Converted settings = convert(lines.split("; ?", -1));
        assertThat(read(settings).anonymousAllowed()).isEqualTo(allowed);
    }

    @Test
    @DisplayName("T33 accounts that differ from listener to listener are not taken over, and nobody comes in for it")
    void read_accountsDiffer_closed() throws Exception {
        Converted settings = convert(
                "per_listener_settings true",
                "listener 1884 ::1",
                "acl_file /a",
                "password_file /a",
                "listener 1885 ::1",
                "acl_file /b",
                "password_file /b");
        BrokerConfig config = read(settings);
        assertThat(config.access().rulesFile()).isNotNull();
        assertThat(config.access().passwordFile()).isNotNull();
        assertThat(settings.remarks()).hasSize(2).allMatch(remark -> remark.contains("listeners have different ones"));
        assertThat(MosquittoSettings.read(new TextFile(
                                Path.of("m.conf"), List.of("per_listener_settings true", "acl_file /a", "acl_file /b")))
                        .aclFile())
                .isNull();
    }

    @Test
    @DisplayName("what has no counterpart is remarked with its line, and no secret is shown")
    void read_unknown_remarked() throws Exception {
        Converted settings = convert(
                "capath /etc/certs",
                "bridge_remote_password hunter2",
                "no_such_thing x\u001b[2J",
                "max_queued_messages lots",
                "persistence true");
        assertThat(settings.remarks()).hasSize(5).satisfies(remarks -> {
            assertThat(remarks.get(0)).startsWith("m.conf:1: capath /etc/certs: not taken over");
            assertThat(remarks.get(1)).contains("no counterpart").doesNotContain("hunter2");
            assertThat(remarks.get(2)).doesNotContain("\u001b");
            assertThat(remarks.get(3)).contains("it is no number");
        });
        assertThat(read(settings).listeners()).hasSize(1);
    }
}

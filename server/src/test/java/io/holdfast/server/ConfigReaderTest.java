// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.session.Limits;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.ListenerType;
import io.holdfast.server.transport.Origins;
import io.holdfast.server.transport.ProxyConfig;
import io.holdfast.server.transport.TransportLimits;
import io.holdfast.server.transport.UnixSocketConfig;
import io.holdfast.server.transport.WebSocketConfig;
import io.holdfast.storage.store.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    private static final WebSocketConfig WEB = new WebSocketConfig("/mqtt", Origins.parse("same-address"));

    @TempDir
    Path folder;

    @Test
    @DisplayName("the reference file has exactly the settings there are, and its values are the defaults in code")
    void reference_always_complete() throws ConfigurationException {
        List<String> inFile = ConfigReader.reference().entrySet().stream()
                .map(entry -> entry.getKey())
                .sorted()
                .toList();
        assertThat(inFile)
                .isEqualTo(Arrays.stream(Setting.values())
                        .map(setting -> setting.key(ListenerConfig.DEFAULT_NAME))
                        .sorted()
                        .toList());
        BrokerConfig config = new ConfigReader().read();
        assertThat(config.session()).isEqualTo(Limits.DEFAULT);
        assertThat(config.transport()).isEqualTo(TransportLimits.DEFAULT);
        assertThat(config.codec()).isEqualTo(CodecLimits.DEFAULTS);
        assertThat(config.durability()).isEqualTo(Durability.SYNC);
        assertThat(config.listeners())
                .containsExactly(new ListenerConfig(
                        ListenerConfig.DEFAULT_NAME,
                        ListenerType.TCP,
                        ListenerConfig.LOOPBACK,
                        1_883,
                        0,
                        null,
                        WEB,
                        null,
                        null));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("every setting is in the manual, with its default as in the reference file")
    void setting_always_documented(Setting setting) throws IOException {
        Path manual = Path.of(System.getProperty("holdfast.root", ".."), "docs", "configuration.md");
        Config reference = ConfigReader.reference();
        String row = Files.readAllLines(manual).stream()
                .filter(line -> line.startsWith("| `" + setting.key() + "` |"))
                .findFirst()
                .orElse("");
        assertThat(row)
                .as(setting.key())
                .contains("| `" + reference.getString(setting.key(ListenerConfig.DEFAULT_NAME)) + "` |");
        if (setting.kind() == Setting.Kind.WORD) {
            assertThat(row).contains(setting.words().split("[|]"));
        }
    }

    @Test
    @DisplayName("a file sets, --set wins over it, both convert")
    void read_fileAndSet_setWins() throws IOException, ConfigurationException {
        Path file = file("session { receive-maximum = 5, queue-bytes-max = 1 MiB }\nstore.durability = os\n");
        BrokerConfig config = new ConfigReader()
                .file(file)
                .set("session.receive-maximum=7")
                .set("slow-receiver-timeout = 2s")
                .set("session.queue-overflow=drop-newest")
                .read();
        assertThat(config.session().receiveMaximum()).isEqualTo(7);
        assertThat(config.session().queueBytesMax()).isEqualTo(1 << 20);
        assertThat(config.session().overflow()).isEqualTo(Limits.Overflow.DROP_NEWEST);
        assertThat(config.durability()).isEqualTo(Durability.OS);
        assertThat(config.transport().slowReceiver()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    @DisplayName("K18 an unknown key is an error with file, line and the nearest right name")
    void read_unknownKeyInFile_refusedWithPlace() throws IOException {
        Path file = file("\n\nsession.recieve-maximum = 5\n");
        assertThatThrownBy(() -> new ConfigReader().file(file).read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining("3")
                .hasMessageContaining("'session.recieve-maximum'")
                .hasMessageContaining("did you mean 'session.receive-maximum'?");
    }

    @Test
    @DisplayName("an unknown key on the command line is an error that names the option")
    void read_unknownKeyInSet_refused() {
        assertThatThrownBy(() -> new ConfigReader().set("listeners.tcp.prot=1").read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("--set listeners.tcp.prot=1: there is no setting 'listeners.tcp.prot'; did you mean"
                        + " 'listeners.tcp.port'?");
    }

    @ParameterizedTest
    @CsvSource({
        "session.receive-maximum, 0",
        "session.receive-maximum, 32768",
        "session.receive-maximum, many",
        "listeners.tcp.port, 65536",
        "listeners.tcp.port, -1",
        "store.durability, never",
        "connect-timeout, 5 parsecs",
        "connect-timeout, 1ms",
        "connect-timeout, 5000",
        "log-level, loud",
        "session.queue-bytes-max, -1",
        "mqtt.packet-bytes-max, 1",
        "shards, 65",
        "store.folder, ''"
    })
    @DisplayName("a value out of range or of the wrong kind is an error that says what is right")
    void read_impossibleValue_refused(String key, String value) {
        assertThatThrownBy(
                        () -> new ConfigReader().set(key, value, "--set " + key).read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("--set " + key)
                .hasMessageContaining("must be");
    }

    @Test
    @DisplayName("a file that is missing or no HOCON is one sentence")
    void file_unreadable_refused() throws IOException {
        Path broken = file("session { ");
        assertThatThrownBy(() -> new ConfigReader().file(broken)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> new ConfigReader().file(folder.resolve("none")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> new ConfigReader().set("nonsense")).hasMessageContaining("key=value");
    }

    @Test
    @DisplayName("a listener under a name of its own has the defaults of tcp, and what it says itself")
    void read_secondListener_hasDefaults() throws IOException, ConfigurationException {
        BrokerConfig config = new ConfigReader()
                .file(file("listeners { lan { port = 1884, bind = 127.0.0.2, connections-max = 5 }, tcp.port = 7 }"))
                .set("listeners.a-2.port=0")
                .read();
        assertThat(config.listeners())
                .containsExactly(
                        new ListenerConfig(
                                "tcp", ListenerType.TCP, ListenerConfig.LOOPBACK, 7, 0, null, WEB, null, null),
                        new ListenerConfig(
                                "a-2", ListenerType.TCP, ListenerConfig.LOOPBACK, 0, 0, null, WEB, null, null),
                        new ListenerConfig("lan", ListenerType.TCP, "127.0.0.2", 1_884, 5, null, WEB, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mode = 0640", "mode = 640", "mode = \"0640\"", ""})
    @DisplayName("a listener of type unix has path and rights, and needs no port")
    void read_unixListener_hasPath(String mode) throws IOException, ConfigurationException {
        BrokerConfig config = new ConfigReader()
                .file(file("listeners.local { type = unix, path = /run/h.sock\n" + mode + "}"))
                .read();
        UnixSocketConfig unix = config.listeners().get(1).unix();
        assertThat(unix)
                .isEqualTo(new UnixSocketConfig(
                        Path.of("/run/h.sock"),
                        PosixFilePermissions.fromString(mode.isEmpty() ? "rw-rw----" : "rw-r-----")));
        assertThat(config.settings().get("listeners.local.port")).isEqualTo(new SettingValue("0", "default"));
    }

    @Test
    @DisplayName("the path of a socket has at most 107 bytes, with room for the folder it is bound in")
    void read_unixPath_lengthIsBounded() throws ConfigurationException {
        ConfigReader reader = new ConfigReader().set("listeners.local.type=unix");
        String fits = "/" + "d".repeat(90) + "/" + "\u00e4".repeat(7) + "x";
        reader.set("listeners.local.path=" + fits).read();
        reader.set("listeners.local.path=" + fits + "y");
        assertThatThrownBy(reader::read).hasMessageContaining("is 1 byte longer than the path of a socket can be");
        reader.set("listeners.local.path=/" + "d".repeat(98) + "/x");
        assertThatThrownBy(reader::read).hasMessageContaining("is 2 bytes longer");
    }

    @Test
    @DisplayName(
            "settings that name several things take lists from a file, --set and the environment, and are shown as one text")
    void read_lists_asText() throws IOException, ConfigurationException {
        BrokerConfig config = new ConfigReader()
                .file(file("listeners.web { type = websocket, port = 1, websocket-origins = [\n\"https://a.example\",\n"
                        + "\"https://b.example\" ] }\nlisteners.web.websocket-origins += \"https://c.example\""))
                .environment(Map.of("HOLDFAST_LISTENERS__TCP__PROXY_TRUSTED", "[10.0.0.0/8, \"::1\"]"))
                .set("listeners.tcp.proxy-protocol=required")
                .set("access.jwt-algorithms=[\"ES512\", RS256]")
                .read();
        ListenerConfig web = config.listeners().get(1);
        assertThat(web.webSocket().origins())
                .isEqualTo(Origins.parse("https://c.example,https://a.example,https://b.example"));
        assertThat(config.listeners().get(0).proxy()).isEqualTo(new ProxyConfig(List.of("10.0.0.0/8", "::1")));
        SettingValue shown = config.settings().get("listeners.web.websocket-origins");
        assertThat(shown.text()).isEqualTo("https://a.example, https://b.example, https://c.example");
        assertThat(shown.origin()).contains("test.conf");
        assertThat(config.settings().get("listeners.tcp.proxy-trusted"))
                .isEqualTo(new SettingValue("10.0.0.0/8, ::1", "HOLDFAST_LISTENERS__TCP__PROXY_TRUSTED"));
        assertThat(ConfigReader.explain("listeners.web.websocket-origins").takes())
                .isEqualTo("a text with commas between, or a list such as [\"a\", \"b\"]");
        assertThat(ConfigReader.of(config.settings(), true).listeners()).isEqualTo(config.listeners());
    }

    @Test
    @DisplayName("a listener that is not enabled is checked all the same, and not opened")
    void read_disabledListener_checkedOnly() throws ConfigurationException {
        ConfigReader reader = new ConfigReader().set("listeners.tcp.enabled=false");
        assertThatThrownBy(reader::read).hasMessageStartingWith("no listener is enabled");
        assertThat(reader.set("listeners.b.port=1").read().listeners())
                .extracting(ListenerConfig::name)
                .containsExactly("b");
        reader.set("listeners.tcp.port=many");
        assertThatThrownBy(reader::read).hasMessageContaining("listeners.tcp.port is many, but it must be");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listeners.lan.bind = loopback | listeners.lan.port is missing; it must be a whole number, 0 to 65535",
                "listeners.lan {} | listeners.lan.port is missing",
                "listeners.lan = 1884 | test.conf: 1: listeners.lan must be the settings of a listener",
                "listeners.Lan.port = 1 | test.conf: 1: 'Lan' is no name for a listener",
                "listeners.lan { port = 1, prot = 2 } | did you mean 'listeners.lan.port'?",
                "listener.tcp.port = 1 | did you mean 'listeners.tcp.port'?",
                "listeners = 5 | there is no setting 'listeners'",
                "listeners.lan.port = 1883 | listeners.tcp and listeners.lan have the same address and port",
                "listeners.a { type = unix } | listeners.a.path is missing",
                "listeners.a { port = 1, path = /a } | listeners.a.path is set, but this listener's type is tcp",
                "listeners.a { type = unix, path = /a, mode = 0999 } | listeners.a.mode is '0999', but it must be",
                "listeners.a { type = unix, path = /a, mode = 0440 } | with which nobody could connect",
                "listeners { a { type = unix, path = /a }, b { type = unix, path = /a } } | have the same path",
                "listeners.a { type = unix, path = /a, proxy-protocol = required, proxy-trusted = 10.0.0.1 } | no address",
                "listeners.web.websocket-origins = [] | listeners.web.websocket-origins is an empty list",
                "listeners.web { port = 1, websocket-origins = [{}] } | has an entry that is no text",
                "listeners.web { port = 1, websocket-origins = \"[*\" } | begins like a list and is none",
                "listeners.tcp { type = tls } | listeners.tcp.tls.certificate is missing",
                "listeners.tcp.tls.certificate = a | is set, but this listener's type is tcp",
                "listeners.tcp { type = tls, tls { certificate = a } } | listeners.tcp.tls.private-key is missing",
                "listeners.tcp { type = tls, tls { certificate = a, private-key = a, client-ca = a } } | not asked",
                "listeners.tcp { type = tls, tls.client-certificates = required } | tls.client-ca is missing",
                "listeners.tcp { type = tls, tls { certificate = a, private-key = a, crl = a } } | tls.crl is set, but clients are not asked",
                "listeners.tcp { type = tls, tls.user-from = san } | tls.user-from is set, but clients are not asked",
                "listeners.tcp { type = tls, tls { certificate = a, private-key = a, protocols = SSLv3 } } | tls.protocols is 'SSLv3', but it must be",
                "listeners.tcp.tls.handshake-timeout = 10 | listeners.tcp.tls.handshake-timeout is 10, but it must be",
                "listeners.tcp.tls.client-certificate = none | did you mean 'listeners.tcp.tls.client-certificates'?",
                "listeners.tcp.type = udp | listeners.tcp.type is udp, but it must be one of tcp, tls"
            })
    @DisplayName("T33 a listener that cannot be meant so is an error")
    void read_wrongListener_refused(String text, String sentence) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> new ConfigReader().file(file).read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    @DisplayName("variables of the environment set what they say, over the file and below --set")
    void environment_variables_setOverFile() throws IOException, ConfigurationException {
        BrokerConfig config = new ConfigReader()
                .file(file("session { receive-maximum = 5, inbound-max = 6 }, shards = 3"))
                .environment(Map.of(
                        "HOLDFAST_SESSION__RECEIVE_MAXIMUM", "7",
                        "HOLDFAST_SESSION__INBOUND_MAX", "8",
                        "HOLDFAST_LISTENERS__LAN_2__PORT", "1884",
                        "HOLDFAST_LOG_LEVEL", "DEBUG",
                        "HOLDFAST_JAVA_OPTS", "-Xmx1g",
                        "HOLDFAST_SERVICE_HOST", "10.0.0.1",
                        "HOLDFAST_ADMIN_PORT_9883_TCP_ADDR", "10.0.0.1",
                        "PATH", "/bin"))
                .set("session.inbound-max=9")
                .read();
        assertThat(config.session().receiveMaximum()).isEqualTo(7);
        assertThat(config.session().inboundMax()).isEqualTo(9);
        assertThat(config.listeners()).extracting(ListenerConfig::name).containsExactly("tcp", "lan-2");
        assertThat(config.log().level()).isEqualTo("debug");
        assertThat(config.settings().get("session.receive-maximum"))
                .isEqualTo(new SettingValue("7", "HOLDFAST_SESSION__RECEIVE_MAXIMUM"));
        assertThat(config.settings().get("session.inbound-max").origin()).isEqualTo("--set session.inbound-max=9");
        assertThat(config.settings().get("shards").origin()).endsWith("test.conf: 1");
        assertThat(config.settings().get("connect-timeout").isDefault()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "HOLDFAST_SESION__INBOUND_MAX, 1, there is no setting 'sesion.inbound-max'",
        "HOLDFAST_CONNECTION_MAX, 1, did you mean 'connections-max'?",
        "HOLDFAST_CONNECTIONS_MAX, many, 'connections-max is many, but it must be a whole number'",
        "HOLDFAST___, 1, is no name of a setting"
    })
    @DisplayName("T33 a variable that is no setting, or has a wrong value, is an error that names it")
    void environment_wrong_refused(String variable, String value, String sentence) {
        assertThatThrownBy(() ->
                        new ConfigReader().environment(Map.of(variable, value)).read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(variable + ":")
                .hasMessageContaining(sentence);
    }

    @Test
    @DisplayName("what names a secret is shown as stars, wherever it is shown")
    void secret_always_masked() {
        SettingValue secret = new SettingValue("hunter2", "a.conf: 1");
        assertThat(secret.shown("store.password")).isEqualTo("********");
        assertThat(secret.shown("admin.token")).isEqualTo("********");
        assertThat(secret.shown("access.password-file")).isEqualTo("hunter2");
        assertThatThrownBy(
                        () -> new ConfigReader().set("admin.password=hunter2").read())
                .hasMessageContaining("there is no setting 'admin.password'")
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("every setting is explained: meaning, default, range, variable")
    void explain_eachSetting_complete(Setting setting) throws ConfigurationException {
        SettingExplanation explained = ConfigReader.explain(setting.key("lan"));
        assertThat(explained.text()).isNotBlank().doesNotContain("----");
        assertThat(explained.takes()).isNotBlank();
        assertThat(EnvironmentSettings.keys(Map.of(explained.variable(), "")))
                .containsEntry(explained.variable(), setting.key("lan"));
        assertThat(explained.defaultText() == null).isEqualTo(setting == Setting.LISTENER_PORT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    @DisplayName("a listener that other machines reach is refused while clients need not say who they are")
    void read_openToStrangers_refusedUnlessSaid(String bind) throws ConfigurationException {
        ConfigReader reader = new ConfigReader().set("listeners.lan.port=0").set("listeners.lan.bind=" + bind);
        assertThatThrownBy(reader::read)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("listeners.lan.bind is " + bind)
                .hasMessageContaining("--insecure-open");
        BrokerConfig config = reader.set("insecure-open=true").read();
        assertThat(Exposure.open(config)).extracting(ListenerConfig::name).containsExactly("lan");
    }

    @Test
    @DisplayName("a listener that asks every client for a certificate may be reached by other machines")
    void read_certificateRequired_mayBeReached() throws ConfigurationException {
        ConfigReader reader = new ConfigReader()
                .set("listeners.tcp.bind=0.0.0.0")
                .set("listeners.tcp.type=tls")
                .set("listeners.tcp.tls.certificate=a")
                .set("listeners.tcp.tls.private-key=b")
                .set("listeners.tcp.tls.client-ca=c")
                .set("listeners.tcp.tls.client-certificates=optional");
        assertThatThrownBy(reader::read).hasMessageContaining("--insecure-open");
        BrokerConfig config =
                reader.set("listeners.tcp.tls.client-certificates=required").read();
        assertThat(config.listeners().get(0).tls().handshakeTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"loopback", "localhost", "127.0.0.1", "127.1.2.3", "::1"})
    @DisplayName("a listener that only this machine reaches needs no word")
    void read_loopback_accepted(String bind) throws ConfigurationException {
        BrokerConfig config =
                new ConfigReader().set("listeners.tcp.bind=" + bind).read();
        assertThat(Exposure.open(config)).isEmpty();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("test.conf"), text);
    }

    @Test
    @DisplayName("packet limits below the default of CONNECT keep their order")
    void read_smallPackets_connectIsNoLarger() throws ConfigurationException {
        BrokerConfig config =
                new ConfigReader().set("mqtt.packet-bytes-max=2KiB").read();
        assertThat(config.codec().packetBytesMax()).isEqualTo(2_048);
        assertThat(config.codec().connectBytesMax()).isEqualTo(2_048);
    }
}

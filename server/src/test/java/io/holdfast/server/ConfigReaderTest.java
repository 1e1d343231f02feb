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
import io.holdfast.server.transport.TransportLimits;
import io.holdfast.server.transport.WebSocketConfig;
import io.holdfast.storage.store.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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
                        ListenerConfig.DEFAULT_NAME, ListenerType.TCP, ListenerConfig.LOOPBACK, 1_883, 0, WEB, null));
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
    @DisplayName("an unknown key is an error with file, line and the nearest right name")
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
                        new ListenerConfig("tcp", ListenerType.TCP, ListenerConfig.LOOPBACK, 7, 0, WEB, null),
                        new ListenerConfig("a-2", ListenerType.TCP, ListenerConfig.LOOPBACK, 0, 0, WEB, null),
                        new ListenerConfig("lan", ListenerType.TCP, "127.0.0.2", 1_884, 5, WEB, null));
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
                "listeners.tcp.type = udp | listeners.tcp.type is udp, but it must be one of tcp"
            })
    @DisplayName("T33 a listener that cannot be meant so is an error")
    void read_wrongListener_refused(String text, String sentence) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> new ConfigReader().file(file).read())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(sentence);
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

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Property;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.tools.client.GivenProperties.Carrier;
import io.holdfast.tools.client.Settings.Lifetime;
import io.holdfast.tools.client.Target.Scheme;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that {@code pub} and {@code sub} share, named as mosquitto's. */
final class ConnectOptions {
    private static final int KEEP_ALIVE_SECONDS_MIN = 5;
    private static final String DEFAULT_HOST = "localhost";

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    private boolean help;

    @Option(
            names = {"-h", "--host"},
            paramLabel = "HOST",
            description = "The broker's host (default: localhost).")
    private @Nullable String host;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "N",
            description = "Its port (default: 1883, with TLS 8883).")
    private @Nullable Integer port;

    @Option(
            names = {"-L", "--url"},
            paramLabel = "URL",
            description = "All in one: mqtt[s]://[user[:password]@]host[:port][/topic], or ws[s]://host[:port]/mqtt.")
    private @Nullable String url;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "The path of the broker's Unix-domain socket, instead of host and port.")
    private @Nullable String unix;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "The user.")
    private @Nullable String user;

    @Option(
            names = {"-P", "--pw"},
            paramLabel = "PASSWORD",
            description = "The password; others on this machine may see it in the list of processes.")
    private @Nullable String password;

    @Option(
            names = {"-i", "--id"},
            paramLabel = "ID",
            description = "The client id; without it the broker gives one, or a random one is taken.")
    private @Nullable String id;

    @Option(
            names = {"-I", "--id-prefix"},
            paramLabel = "PREFIX",
            description = "The client id is PREFIX with the process id.")
    private @Nullable String idPrefix;

    @Option(
            names = {"-c", "--disable-clean-session"},
            description = "Use the session that the broker keeps for this client id, and leave it there; needs -i.")
    private boolean kept;

    @Option(
            names = {"-x", "--session-expiry-interval"},
            paramLabel = "SECONDS",
            description = "How long the broker keeps the session; -1 for ever (default: with -c for ever).")
    private @Nullable Long sessionExpirySeconds;

    @Option(
            names = {"-k", "--keepalive"},
            paramLabel = "SECONDS",
            description = "At least 5, or 0 for none (default: 60).")
    private int keepAliveSeconds = 60;

    @Option(
            names = {"-V", "--protocol-version"},
            paramLabel = "5|311|31",
            description = "The version of MQTT (default: 5).")
    private String version = "5";

    @Option(
            names = {"-q", "--qos"},
            paramLabel = "0|1|2",
            description = "The quality of service (default: 0).")
    private int qos;

    @Option(
            names = {"-D", "--property"},
            paramLabel = "PACKET NAME VALUE",
            hideParamSyntax = true,
            parameterConsumer = GivenProperties.Consumer.class,
            description =
                    "A property for connect, will, publish, subscribe, unsubscribe or disconnect; user-property takes "
                            + "a name and a value. May be repeated.")
    private GivenProperties properties = new GivenProperties();

    @Option(
            names = "--will-topic",
            paramLabel = "TOPIC",
            description = "Where the broker publishes if this client dies.")
    private @Nullable String willTopic;

    @Option(names = "--will-payload", paramLabel = "TEXT", description = "What it publishes then.")
    private @Nullable String willPayload;

    @Option(names = "--will-qos", paramLabel = "0|1|2", description = "At which quality of service.")
    private int willQos;

    @Option(names = "--will-retain", description = "As a retained message.")
    private boolean willRetain;

    @Mixin
    private TlsOptions tls = new TlsOptions();

    @Option(
            names = {"-d", "--debug"},
            description = "Show each packet on standard error.")
    private boolean debug;

    @Option(names = "--quiet", description = "No messages about errors; the exit code tells.")
    private boolean quiet;

    boolean debug() {
        return debug;
    }

    boolean quiet() {
        return quiet;
    }

    boolean isKept() {
        return kept;
    }

    boolean isMqtt5() {
        return protocolVersion() == ProtocolVersion.MQTT_5;
    }

    QoS qos() {
        return level(qos, "-q");
    }

    GivenProperties properties() {
        return properties;
    }

    /** The topic of the URL, or null. */
    @Nullable
    String urlTopic() {
        return url == null ? null : BrokerUrl.parse(url).topic();
    }

    /**
     * The settings.
     *
     * @param unlessKept how long the session lives if neither {@code -c} nor {@code -x} says
     * @throws IllegalArgumentException with a sentence, if they contradict each other
     */
    Settings settings(Lifetime unlessKept, boolean reconnects) {
        BrokerUrl address = url == null ? null : BrokerUrl.parse(url);
        requireConsistent(address);
        Target target = address == null ? target() : address.target();
        String userName = user != null || address == null ? user : address.user();
        String secret = password != null || address == null ? password : address.password();
        if (secret != null && userName == null && !isMqtt5()) {
            throw new IllegalArgumentException("-P needs -u before MQTT 5");
        }
        String clientId = idPrefix == null
                ? id == null ? "" : id
                : idPrefix + ProcessHandle.current().pid();
        boolean expiryGiven = sessionExpirySeconds != null;
        Lifetime lifetime = kept ? Lifetime.KEPT : expiryGiven ? Lifetime.RUN : unlessKept;
        return new Settings(
                target,
                target.scheme().tls() ? tls.context() : null,
                tls.checksHostName(),
                protocolVersion(),
                clientId,
                lifetime,
                keepAliveSeconds,
                will(),
                userName,
                secret,
                connectProperties(),
                properties.of(Carrier.DISCONNECT),
                reconnects);
    }

    private Target target() {
        if (unix != null) {
            return new Target(Scheme.UNIX, unix, 0);
        }
        Scheme scheme = tls.isAsked() ? Scheme.MQTTS : Scheme.MQTT;
        return new Target(scheme, host == null ? DEFAULT_HOST : host, port == null ? scheme.port() : port);
    }

    private void requireConsistent(@Nullable BrokerUrl address) {
        if (unix != null && (address != null || host != null || port != null || tls.isAsked())) {
            throw new IllegalArgumentException("--unix says where the broker is: leave out -h, -p, -L and TLS");
        }
        if (address != null && (host != null || port != null)) {
            throw new IllegalArgumentException("-L says host and port already: leave out -h and -p");
        }
        if (address != null && tls.isAsked() && !address.target().scheme().tls()) {
            throw new IllegalArgumentException("options of TLS need a URL that begins with mqtts:// or wss://");
        }
        if (port != null && (port < 1 || port > 0xFFFF)) {
            throw new IllegalArgumentException("-p " + port + " is not in 1..65535");
        }
        if (keepAliveSeconds != 0 && (keepAliveSeconds < KEEP_ALIVE_SECONDS_MIN || keepAliveSeconds > 0xFFFF)) {
            throw new IllegalArgumentException("-k " + keepAliveSeconds + " is neither 0 nor in 5..65535");
        }
        if (id != null && idPrefix != null) {
            throw new IllegalArgumentException("-i and -I contradict each other");
        }
        if (kept && id == null) {
            throw new IllegalArgumentException("-c needs -i: a session is found again by the client's id");
        }
        if (!isMqtt5() && (sessionExpirySeconds != null || !properties.isEmpty())) {
            throw new IllegalArgumentException("-x and -D are for MQTT 5: leave out -V");
        }
        if (willTopic == null && (willPayload != null || willRetain || willQos != 0)) {
            throw new IllegalArgumentException("options of the will need --will-topic");
        }
    }

    private Properties connectProperties() {
        Properties given = properties.of(Carrier.CONNECT);
        Long seconds = sessionExpirySeconds;
        return seconds == null
                ? given
                : given.toBuilder()
                        .number(
                                Property.SESSION_EXPIRY_INTERVAL,
                                seconds == -1 ? Property.SESSION_EXPIRY_INTERVAL.max() : seconds)
                        .build();
    }

    private @Nullable Will will() {
        if (willTopic == null) {
            return null;
        }
        byte[] payload = willPayload == null ? new byte[0] : willPayload.getBytes(StandardCharsets.UTF_8);
        return new Will(
                TopicName.of(willTopic),
                payload,
                level(willQos, "--will-qos"),
                willRetain,
                properties.of(Carrier.WILL));
    }

    ProtocolVersion protocolVersion() {
        return switch (version.toLowerCase(Locale.ROOT).replace("mqttv", "")) {
            case "5" -> ProtocolVersion.MQTT_5;
            case "311", "3.1.1" -> ProtocolVersion.MQTT_3_1_1;
            case "31", "3.1" -> ProtocolVersion.MQTT_3_1;
            default -> throw new IllegalArgumentException("-V " + version + " is none of 5, 311 and 31");
        };
    }

    private static QoS level(int level, String option) {
        if (level < 0 || level > 2) {
            throw new IllegalArgumentException(option + " " + level + " is none of 0, 1 and 2");
        }
        return QoS.of(level);
    }
}

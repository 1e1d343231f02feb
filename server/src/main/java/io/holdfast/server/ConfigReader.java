// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.access.AccessConfig;
import io.holdfast.server.access.TokenConfig;
import io.holdfast.server.admin.AdminConfig;
import io.holdfast.server.session.AccessLimits;
import io.holdfast.server.session.CommonLimits;
import io.holdfast.server.session.ConnectLimits;
import io.holdfast.server.session.Limits;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.TransportLimits;
import io.holdfast.storage.store.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings: the reference file's defaults, over them a file in HOCON, over it variables of the
 * environment, over these what the command line says. Strict: a
 * key that does not exist is an error, as it is most often a limit that its author believes to be in force.
 */
public final class ConfigReader {
    private static final List<String> TOKEN_ALGORITHMS = List.of(
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512");
    private static final String REFERENCE = "reference-holdfast.conf";

    private Config given = ConfigFactory.empty();

    /** Adds a file of settings, below everything added before. */
    public ConfigReader file(Path file) throws ConfigurationException {
        if (!Files.isReadable(file)) {
            throw new ConfigurationException("cannot read the configuration file " + file);
        }
        try {
            given = given.withFallback(ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)));
            return this;
        } catch (ConfigException e) {
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Sets one key, over everything added before; {@code origin} is how it was said, for error texts. */
    public ConfigReader set(String key, Object value, String origin) throws ConfigurationException {
        try {
            given = given.withValue(key, ConfigValueFactory.fromAnyRef(value, origin));
            return this;
        } catch (ConfigException e) {
            throw new ConfigurationException(origin + ": '" + key + "' is no name of a setting", e);
        }
    }

    /** Sets one key from a word of the form {@code key=value}. */
    public ConfigReader set(String assignment) throws ConfigurationException {
        int equals = assignment.indexOf('=');
        if (equals <= 0) {
            throw new ConfigurationException("--set " + assignment + ": expected key=value");
        }
        String key = assignment.substring(0, equals).strip();
        String origin = "--set " + (SettingValue.isSecret(key) ? key : assignment);
        return set(key, assignment.substring(equals + 1).strip(), origin);
    }

    /**
     * Adds what variables of the form {@code HOLDFAST_A__B} say, over everything added before.
     *
     * @param variables the environment of the process; others than Holdfast's are left alone
     */
    public ConfigReader environment(Map<String, String> variables) throws ConfigurationException {
        for (Map.Entry<String, String> entry :
                EnvironmentSettings.keys(variables).entrySet()) {
            String variable = entry.getKey();
            set(entry.getValue(), variables.getOrDefault(variable, ""), variable);
        }
        return this;
    }

    /** Checks everything and converts it. */
    public BrokerConfig read() throws ConfigurationException {
        try {
            Config resolved = given.resolve();
            List<String> listeners = ListenerSettings.names(resolved);
            for (Map.Entry<String, ConfigValue> entry : resolved.entrySet()) {
                SettingCheck.requireKnown(entry.getKey(), entry.getValue());
            }
            Config reference = reference();
            Config all = ListenerSettings.withDefaults(resolved.withFallback(reference), listeners, reference);
            return checked(all, listeners, resolved.hasPath(Setting.ADMIN_PORT.key()));
        } catch (ConfigException e) {
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What these settings make, all of them by their keys. */
    static BrokerConfig of(SortedMap<String, SettingValue> settings, boolean adminPortGiven)
            throws ConfigurationException {
        Config all = ConfigFactory.empty();
        for (Map.Entry<String, SettingValue> entry : settings.entrySet()) {
            SettingValue value = entry.getValue();
            all = all.withValue(entry.getKey(), ConfigValueFactory.fromAnyRef(value.text(), value.origin()));
        }
        return checked(all, ListenerSettings.names(all), adminPortGiven);
    }

    private static BrokerConfig checked(Config given, List<String> listeners, boolean adminPortGiven)
            throws ConfigurationException {
        Config all = ListSettings.joined(given, listeners);
        SortedMap<String, SettingValue> settings = new TreeMap<>();
        for (Setting setting : Setting.values()) {
            for (String listener : setting.isOfListener() ? listeners : List.of("")) {
                String key = setting.key(listener);
                SettingCheck.check(setting, key, all);
                settings.put(key, new SettingValue(all.getString(key), origin(all.getValue(key))));
            }
        }
        BrokerConfig config = convert(all, listeners, adminPortGiven, settings);
        Exposure.require(config);
        return config;
    }

    private static String origin(ConfigValue value) {
        String resource = value.origin().resource();
        return resource != null && resource.endsWith(REFERENCE)
                ? SettingValue.DEFAULT
                : value.origin().description();
    }

    /** All settings with their defaults and what they mean, as a file to begin with. */
    public static String sample() {
        try (InputStream file = ConfigReader.class.getClassLoader().getResourceAsStream(REFERENCE)) {
            if (file == null) {
                throw new IllegalStateException("the jar of the server has no " + REFERENCE);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a setting means.
     *
     * @throws ConfigurationException when there is none with this key; names the nearest
     */
    public static SettingExplanation explain(String key) throws ConfigurationException {
        Setting setting = SettingCheck.find(key);
        if (setting == null) {
            throw new ConfigurationException(
                    "there is no setting '" + key + "'; did you mean '" + SettingCheck.nearest(key) + "'?");
        }
        ConfigValue value = reference().getValue(setting.key(ListenerConfig.DEFAULT_NAME));
        List<String> sentences =
                value.origin().comments().stream().map(String::strip).toList();
        boolean unset = setting == Setting.LISTENER_PORT && !key.equals(setting.key(ListenerConfig.DEFAULT_NAME));
        return new SettingExplanation(
                key,
                unset ? null : String.valueOf(value.unwrapped()),
                SettingCheck.kind(setting),
                EnvironmentSettings.variable(key),
                setting.isReloadable(),
                String.join("\n", sentences));
    }

    static Config reference() {
        return ConfigFactory.parseResources(
                ConfigReader.class.getClassLoader(),
                REFERENCE,
                ConfigParseOptions.defaults().setAllowMissing(false));
    }

    private static BrokerConfig convert(
            Config all, List<String> listeners, boolean adminPortGiven, SortedMap<String, SettingValue> settings)
            throws ConfigurationException {
        int shards = integer(all, Setting.SHARDS);
        return new BrokerConfig(
                Path.of(text(all, Setting.STORE_FOLDER)),
                Durability.valueOf(text(all, Setting.STORE_DURABILITY).toUpperCase(Locale.ROOT)),
                time(all, Setting.STORE_DURABILITY_INTERVAL),
                bytes(all, Setting.STORE_CACHE_BYTES),
                bytes(all, Setting.STORE_DISK_RESERVE_BYTES),
                new ScrubConfig(time(all, Setting.STORE_SCRUB_INTERVAL), integer(all, Setting.STORE_SCRUB_PERCENT)),
                ListenerSettings.convert(all, listeners),
                text(all, Setting.INSECURE_OPEN).equals("true"),
                shards > 0 ? shards : Math.min(64, Runtime.getRuntime().availableProcessors()),
                bytes(all, Setting.COMMIT_QUEUE_BYTES_MAX),
                time(all, Setting.SYS_INTERVAL),
                session(all),
                codec(all),
                transport(all),
                new AdminConfig(
                        text(all, Setting.ADMIN_ENABLED).equals("true"),
                        integer(all, Setting.ADMIN_PORT),
                        adminPortGiven,
                        text(all, Setting.ADMIN_METRICS_OPEN).equals("true")),
                access(all),
                log(all),
                settings);
    }

    private static LogConfig log(Config all) {
        Map<LogArea, String> levels = new EnumMap<>(LogArea.class);
        for (LogArea area : LogArea.values()) {
            String level = all.getString("log.levels." + area.key());
            if (!level.equals("same")) {
                levels.put(area, level);
            }
        }
        return new LogConfig(text(all, Setting.LOG_FORMAT).equals("json"), text(all, Setting.LOG_LEVEL), levels);
    }

    private static AccessConfig access(Config all) throws ConfigurationException {
        Path passwords = file(all, Setting.ACCESS_PASSWORD_FILE);
        TokenConfig tokens = tokens(all);
        String anonymous = text(all, Setting.ACCESS_ANONYMOUS);
        return new AccessConfig(
                passwords,
                anonymous.equals("auto") ? passwords == null && tokens == null : anonymous.equals("true"),
                integer(all, Setting.ACCESS_LOCKOUT_FAILURES_MAX),
                time(all, Setting.ACCESS_LOCKOUT_FORGET),
                file(all, Setting.ACCESS_RULES_FILE),
                tokens);
    }

    private static @Nullable TokenConfig tokens(Config all) throws ConfigurationException {
        Path keys = file(all, Setting.ACCESS_JWKS_FILE);
        List<String> algorithms =
                List.of(text(all, Setting.ACCESS_JWT_ALGORITHMS).strip().split("[ ,]+"));
        for (String algorithm : algorithms) {
            if (!TOKEN_ALGORITHMS.contains(algorithm)) {
                throw new ConfigurationException(all.getValue(Setting.ACCESS_JWT_ALGORITHMS.key())
                                .origin()
                                .description()
                        + ": " + Setting.ACCESS_JWT_ALGORITHMS.key() + " names " + algorithm
                        + ", but known are " + String.join(", ", TOKEN_ALGORITHMS));
            }
        }
        return keys == null
                ? null
                : new TokenConfig(
                        keys,
                        algorithms,
                        text(all, Setting.ACCESS_JWT_USER_CLAIM),
                        word(all, Setting.ACCESS_JWT_ISSUER),
                        word(all, Setting.ACCESS_JWT_AUDIENCE));
    }

    /** A text, null for the word none. */
    private static @Nullable String word(Config all, Setting setting) {
        String text = text(all, setting);
        return text.equals("none") ? null : text;
    }

    /** The path that a setting names, null for the word none. */
    private static @Nullable Path file(Config all, Setting setting) {
        String name = text(all, setting);
        return name.equals("none") ? null : Path.of(name);
    }

    private static Limits session(Config all) {
        return new Limits(
                integer(all, Setting.SESSION_QUEUE_MESSAGES_MAX),
                bytes(all, Setting.SESSION_QUEUE_BYTES_MAX),
                Limits.Overflow.valueOf(text(all, Setting.SESSION_QUEUE_OVERFLOW)
                        .replace('-', '_')
                        .toUpperCase(Locale.ROOT)),
                integer(all, Setting.SESSION_RECEIVE_MAXIMUM),
                integer(all, Setting.SESSION_INBOUND_MAX),
                integer(all, Setting.SESSION_SUBSCRIPTIONS_MAX),
                text(all, Setting.MQTT_DOLLAR_TOPICS).equals("close"),
                connect(all),
                together(all),
                new AccessLimits(
                        text(all, Setting.ACCESS_SESSION_OWNER).equals("user"),
                        integer(all, Setting.ACCESS_SESSIONS_PER_USER_MAX),
                        AccessLimits.Nobody.valueOf(
                                text(all, Setting.ACCESS_ANONYMOUS_SESSIONS).toUpperCase(Locale.ROOT))));
    }

    private static CommonLimits together(Config all) {
        return new CommonLimits(
                integer(all, Setting.SUBSCRIPTIONS_MAX),
                integer(all, Setting.RETAINED_MESSAGES_MAX),
                bytes(all, Setting.RETAINED_BYTES_MAX),
                bytes(all, Setting.VOLATILE_BYTES_MAX));
    }

    private static ConnectLimits connect(Config all) {
        String information = text(all, Setting.MQTT_RESPONSE_INFORMATION);
        return new ConnectLimits(
                codec(all).packetBytesMax(),
                integer(all, Setting.MQTT_TOPIC_ALIAS_MAX),
                integer(all, Setting.MQTT_KEEP_ALIVE_SECONDS_MAX),
                all.getLong(Setting.SESSION_EXPIRY_SECONDS_MAX.key()),
                all.getLong(Setting.SESSION_EXPIRY_MQTT311_SECONDS.key()),
                integer(all, Setting.MQTT_MAX_QOS),
                text(all, Setting.MQTT_RETAIN_AVAILABLE).equals("true"),
                information.equals("off") ? null : information);
    }

    private static CodecLimits codec(Config all) {
        int packetBytes = Math.toIntExact(bytes(all, Setting.MQTT_PACKET_BYTES_MAX));
        int connectBytes = Math.toIntExact(bytes(all, Setting.CONNECT_BYTES_MAX));
        return CodecLimits.DEFAULTS
                .withConnectBytesMax(Math.min(connectBytes, CodecLimits.DEFAULTS.packetBytesMax()))
                .withPacketBytesMax(packetBytes)
                .withConnectBytesMax(Math.min(connectBytes, packetBytes))
                .withTopicLevelsMax(integer(all, Setting.MQTT_TOPIC_LEVELS_MAX))
                .withFiltersPerPacketMax(integer(all, Setting.MQTT_FILTERS_PER_PACKET_MAX));
    }

    private static TransportLimits transport(Config all) {
        return new TransportLimits(
                integer(all, Setting.CONNECTIONS_MAX),
                integer(all, Setting.CONNECTIONS_PER_SECOND_MAX),
                time(all, Setting.CONNECT_TIMEOUT),
                bytes(all, Setting.PARTIAL_BYTES_MAX),
                bytes(all, Setting.OUTBOUND_BYTES_MAX),
                time(all, Setting.SLOW_RECEIVER_TIMEOUT),
                integer(all, Setting.SESSION_PUBLISH_RATE_MAX),
                bytes(all, Setting.SESSION_PUBLISH_BYTES_PER_SECOND_MAX));
    }

    private static String text(Config all, Setting setting) {
        String text = all.getString(setting.key());
        return setting.kind() == Setting.Kind.WORD ? text.toLowerCase(Locale.ROOT) : text;
    }

    private static int integer(Config all, Setting setting) {
        return Math.toIntExact(all.getLong(setting.key()));
    }

    private static long bytes(Config all, Setting setting) {
        return all.getBytes(setting.key());
    }

    private static Duration time(Config all, Setting setting) {
        return all.getDuration(setting.key());
    }
}

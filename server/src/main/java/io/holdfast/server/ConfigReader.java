// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.holdfast.protocol.codec.CodecLimits;
import io.holdfast.server.admin.AdminConfig;
import io.holdfast.server.session.CommonLimits;
import io.holdfast.server.session.ConnectLimits;
import io.holdfast.server.session.Limits;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.TransportLimits;
import io.holdfast.storage.store.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings: the reference file's defaults, over them a file in HOCON, over it what the command line says. Strict: a
 * key that does not exist is an error, as it is most often a limit that its author believes to be in force.
 */
public final class ConfigReader {
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
        return set(
                assignment.substring(0, equals).strip(),
                assignment.substring(equals + 1).strip(),
                "--set " + assignment);
    }

    /** Checks everything and converts it. */
    public BrokerConfig read() throws ConfigurationException {
        try {
            Config resolved = given.resolve();
            List<String> listeners = ListenerSettings.names(resolved);
            for (Map.Entry<String, ConfigValue> entry : resolved.entrySet()) {
                requireKnown(entry.getKey(), entry.getValue());
            }
            Config reference = reference();
            Config all = ListenerSettings.withDefaults(resolved.withFallback(reference), listeners, reference);
            for (Setting setting : Setting.values()) {
                for (String listener : setting.isOfListener() ? listeners : List.of("")) {
                    check(setting, setting.key(listener), all);
                }
            }
            BrokerConfig config = convert(all, listeners, resolved.hasPath(Setting.ADMIN_PORT.key()));
            Exposure.require(config);
            return config;
        } catch (ConfigException e) {
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    static Config reference() {
        return ConfigFactory.parseResources(
                ConfigReader.class.getClassLoader(),
                REFERENCE,
                ConfigParseOptions.defaults().setAllowMissing(false));
    }

    private static void requireKnown(String key, ConfigValue value) throws ConfigurationException {
        List<String> path = ConfigUtil.splitPath(key);
        boolean ofListener = path.size() > 2 && path.get(0).equals("listeners");
        String listener = ofListener ? path.get(1) : ListenerConfig.DEFAULT_NAME;
        String nearest = null;
        int distance = Integer.MAX_VALUE;
        for (Setting setting : Setting.values()) {
            String known = setting.key(listener);
            int edits = edits(known, key);
            if (edits == 0) {
                return;
            }
            if (edits < distance) {
                distance = edits;
                nearest = known;
            }
        }
        throw new ConfigurationException(value.origin().description() + ": there is no setting '" + key + "'"
                + (nearest == null ? "" : "; did you mean '" + nearest + "'?"));
    }

    private static void check(Setting setting, String key, Config all) throws ConfigurationException {
        if (!all.hasPath(key)) {
            throw new ConfigurationException(key + " is missing; it must be " + kind(setting));
        }
        ConfigValue value = all.getValue(key);
        try {
            String wanted = wanted(setting, key, all);
            if (wanted != null) {
                throw new ConfigurationException(value.origin().description() + ": " + key + " is " + value.unwrapped()
                        + ", but it must be " + wanted);
            }
        } catch (ConfigException e) {
            throw new ConfigurationException(
                    value.origin().description() + ": " + key + " is " + value.unwrapped() + ", but it must be "
                            + kind(setting),
                    e);
        }
    }

    /** What the value should be, or null when it is fine. */
    private static @Nullable String wanted(Setting setting, String key, Config all) {
        return switch (setting.kind()) {
            case TEXT -> all.getString(key).isEmpty() ? kind(setting) : null;
            case WORD -> List.of(setting.words().split("[|]")).contains(all.getString(key)) ? null : kind(setting);
            case COUNT -> outside(setting, all.getLong(key)) ? kind(setting) : null;
            case BYTES -> outside(setting, all.getBytes(key)) ? kind(setting) : null;
            case DURATION -> outside(setting, all.getDuration(key).toMillis()) ? kind(setting) : null;
        };
    }

    private static boolean outside(Setting setting, long value) {
        return value < setting.min() || value > setting.max();
    }

    private static String kind(Setting setting) {
        String range = String.format(Locale.ROOT, "%d to %d", setting.min(), setting.max());
        return switch (setting.kind()) {
            case TEXT -> "a text";
            case WORD -> "one of " + setting.words().replace("|", ", ");
            case COUNT -> "a whole number, " + range;
            case BYTES -> "a number of bytes, " + range + ", for instance 16MiB";
            case DURATION -> "a time of " + range + " ms, for instance 10s";
        };
    }

    private static BrokerConfig convert(Config all, List<String> listeners, boolean adminPortGiven)
            throws ConfigurationException {
        int shards = integer(all, Setting.SHARDS);
        return new BrokerConfig(
                Path.of(text(all, Setting.STORE_FOLDER)),
                Durability.valueOf(text(all, Setting.STORE_DURABILITY).toUpperCase(Locale.ROOT)),
                time(all, Setting.STORE_DURABILITY_INTERVAL),
                bytes(all, Setting.STORE_CACHE_BYTES),
                bytes(all, Setting.STORE_DISK_RESERVE_BYTES),
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
                        adminPortGiven));
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
                together(all));
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
                time(all, Setting.SLOW_RECEIVER_TIMEOUT));
    }

    private static String text(Config all, Setting setting) {
        return all.getString(setting.key());
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

    /** Levenshtein's distance. */
    private static int edits(String left, String right) {
        int[] row = new int[right.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[right.length()];
    }
}

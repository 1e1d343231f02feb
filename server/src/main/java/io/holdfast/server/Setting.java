// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.util.EnumSet;
import java.util.Set;

/**
 * Every setting there is, with its kind and range. Defaults, and the sentences for the operator, are in the reference file
 * beside this class's module ({@code reference-holdfast.conf}); a test holds the two against each other.
 */
enum Setting {
    STORE_FOLDER("store.folder"),
    STORE_DURABILITY("store.durability", "sync|interval|os"),
    STORE_DURABILITY_INTERVAL("store.durability-interval", Kind.DURATION, 1, 60_000),
    STORE_CACHE_BYTES("store.cache-bytes", Kind.BYTES, 1L << 20, 1L << 40),
    STORE_DISK_RESERVE_BYTES("store.disk-reserve-bytes", Kind.BYTES, 0, 1L << 40),
    STORE_SCRUB_INTERVAL("store.scrub-interval", Kind.DURATION, 0, 31_536_000_000L),
    STORE_SCRUB_PERCENT("store.scrub-percent", Kind.COUNT, 1, 100),

    LISTENER_TYPE("listeners.NAME.type", "tcp|tls|websocket|secure-websocket|unix"),
    LISTENER_ENABLED("listeners.NAME.enabled", "true|false"),
    LISTENER_BIND("listeners.NAME.bind"),
    LISTENER_PORT("listeners.NAME.port", Kind.COUNT, 0, 65_535),
    LISTENER_PATH("listeners.NAME.path"),
    LISTENER_MODE("listeners.NAME.mode"),
    LISTENER_CONNECTIONS_MAX("listeners.NAME.connections-max", Kind.COUNT, 0, 10_000_000),
    LISTENER_PROXY_PROTOCOL("listeners.NAME.proxy-protocol", "off|required"),
    LISTENER_PROXY_TRUSTED("listeners.NAME.proxy-trusted", Kind.LIST, 0, 0),
    LISTENER_WEBSOCKET_PATH("listeners.NAME.websocket-path"),
    LISTENER_WEBSOCKET_ORIGINS("listeners.NAME.websocket-origins", Kind.LIST, 0, 0),
    TLS_CERTIFICATE("listeners.NAME.tls.certificate"),
    TLS_PRIVATE_KEY("listeners.NAME.tls.private-key"),
    TLS_CLIENT_CA("listeners.NAME.tls.client-ca"),
    TLS_CRL("listeners.NAME.tls.crl"),
    TLS_CLIENT_CERTIFICATES("listeners.NAME.tls.client-certificates", "none|optional|required"),
    TLS_USER_FROM("listeners.NAME.tls.user-from", "none|subject-cn|subject-dn|san"),
    TLS_PROTOCOLS("listeners.NAME.tls.protocols", Kind.LIST, 0, 0),
    TLS_CIPHERS("listeners.NAME.tls.ciphers", Kind.LIST, 0, 0),
    TLS_PROVIDER("listeners.NAME.tls.provider", "jdk|boringssl"),
    TLS_HANDSHAKE_TIMEOUT("listeners.NAME.tls.handshake-timeout", Kind.DURATION, 100, 600_000),
    TLS_HANDSHAKES_MAX("listeners.NAME.tls.handshakes-max", Kind.COUNT, 1, 1_000_000),
    INSECURE_OPEN("insecure-open", "true|false"),

    ADMIN_ENABLED("admin.enabled", "true|false"),
    ADMIN_PORT("admin.port", Kind.COUNT, 0, 65_535),
    ADMIN_METRICS_OPEN("admin.metrics-open", "true|false"),

    LOG_FORMAT("log.format", "text|json"),
    LOG_LEVELS_CONNECTION("log.levels.connection", "same|off|error|warn|info|debug|trace"),
    LOG_LEVELS_SESSION("log.levels.session", "same|off|error|warn|info|debug|trace"),
    LOG_LEVELS_STORE("log.levels.store", "same|off|error|warn|info|debug|trace"),
    LOG_LEVELS_ACCESS("log.levels.access", "same|off|error|warn|info|debug|trace"),
    LOG_LEVELS_ADMIN("log.levels.admin", "same|off|error|warn|info|debug|trace"),
    LOG_LEVELS_AUDIT("log.levels.audit", "same|off|error|warn|info|debug|trace"),

    ACCESS_PASSWORD_FILE("access.password-file"),
    ACCESS_ANONYMOUS("access.anonymous", "auto|true|false"),
    ACCESS_LOCKOUT_FAILURES_MAX("access.lockout-failures-max", Kind.COUNT, 0, 1_000_000),
    ACCESS_LOCKOUT_FORGET("access.lockout-forget", Kind.DURATION, 1_000, 86_400_000),
    ACCESS_RULES_FILE("access.rules-file"),
    ACCESS_JWKS_FILE("access.jwks-file"),
    ACCESS_JWT_ALGORITHMS("access.jwt-algorithms", Kind.LIST, 0, 0),
    ACCESS_JWT_USER_CLAIM("access.jwt-user-claim"),
    ACCESS_JWT_ISSUER("access.jwt-issuer"),
    ACCESS_JWT_AUDIENCE("access.jwt-audience"),
    ACCESS_SESSION_OWNER("access.session-owner", "user|none"),
    ACCESS_SESSIONS_PER_USER_MAX("access.sessions-per-user-max", Kind.COUNT, 0, 1_000_000_000),
    ACCESS_ANONYMOUS_SESSIONS("access.anonymous-sessions", "always|loopback|never"),

    CONNECTIONS_MAX("connections-max", Kind.COUNT, 1, 10_000_000),
    CONNECTIONS_PER_SECOND_MAX("connections-per-second-max", Kind.COUNT, 0, 1_000_000),
    CONNECT_TIMEOUT("connect-timeout", Kind.DURATION, 100, 600_000),
    CONNECT_BYTES_MAX("connect-bytes-max", Kind.BYTES, 64, 1L << 20),
    PARTIAL_BYTES_MAX("partial-bytes-max", Kind.BYTES, 1L << 20, 1L << 40),
    OUTBOUND_BYTES_MAX("outbound-bytes-max", Kind.BYTES, 1L << 20, 1L << 40),
    SLOW_RECEIVER_TIMEOUT("slow-receiver-timeout", Kind.DURATION, 1_000, 3_600_000),

    SUBSCRIPTIONS_MAX("subscriptions-max", Kind.COUNT, 1, 1_000_000_000),
    RETAINED_MESSAGES_MAX("retained-messages-max", Kind.COUNT, 0, Integer.MAX_VALUE),
    RETAINED_BYTES_MAX("retained-bytes-max", Kind.BYTES, 0, 1L << 50),
    VOLATILE_BYTES_MAX("volatile-bytes-max", Kind.BYTES, 1L << 20, 1L << 40),

    SESSION_QUEUE_MESSAGES_MAX("session.queue-messages-max", Kind.COUNT, 0, Integer.MAX_VALUE),
    SESSION_QUEUE_BYTES_MAX("session.queue-bytes-max", Kind.BYTES, 0, 1L << 50),
    SESSION_QUEUE_OVERFLOW("session.queue-overflow", "drop-oldest|drop-newest|refuse"),
    SESSION_RECEIVE_MAXIMUM("session.receive-maximum", Kind.COUNT, 1, 32_767),
    SESSION_INBOUND_MAX("session.inbound-max", Kind.COUNT, 1, 65_535),
    SESSION_EXPIRY_SECONDS_MAX("session.expiry-seconds-max", Kind.COUNT, 0, 0xFFFF_FFFFL),
    SESSION_EXPIRY_MQTT311_SECONDS("session.expiry-mqtt311-seconds", Kind.COUNT, 1, 0xFFFF_FFFFL),
    SESSION_PUBLISH_RATE_MAX("session.publish-rate-max", Kind.COUNT, 0, 10_000_000),
    SESSION_PUBLISH_BYTES_PER_SECOND_MAX("session.publish-bytes-per-second-max", Kind.BYTES, 0, 1L << 40),
    SESSION_SUBSCRIPTIONS_MAX("session.subscriptions-max", Kind.COUNT, 1, 10_000_000),

    MQTT_PACKET_BYTES_MAX("mqtt.packet-bytes-max", Kind.BYTES, 1L << 10, 268_435_460),
    MQTT_TOPIC_LEVELS_MAX("mqtt.topic-levels-max", Kind.COUNT, 1, 65_535),
    MQTT_FILTERS_PER_PACKET_MAX("mqtt.filters-per-packet-max", Kind.COUNT, 1, 65_535),
    MQTT_TOPIC_ALIAS_MAX("mqtt.topic-alias-max", Kind.COUNT, 0, 65_535),
    MQTT_MAX_QOS("mqtt.max-qos", Kind.COUNT, 0, 2),
    MQTT_RETAIN_AVAILABLE("mqtt.retain-available", "true|false"),
    MQTT_KEEP_ALIVE_SECONDS_MAX("mqtt.keep-alive-seconds-max", Kind.COUNT, 0, 65_535),
    MQTT_RESPONSE_INFORMATION("mqtt.response-information"),
    MQTT_DOLLAR_TOPICS("mqtt.dollar-topics", "drop|close"),

    COMMIT_QUEUE_BYTES_MAX("commit.queue-bytes-max", Kind.BYTES, 1L << 16, 1L << 40),
    SHARDS("shards", Kind.COUNT, 0, 64),
    SYS_INTERVAL("sys-interval", Kind.DURATION, 1_000, 3_600_000),
    LOG_LEVEL("log-level", "error|warn|info|debug|trace");

    enum Kind {
        TEXT,
        /** A text with commas between its parts, or a list. */
        LIST,
        /** One of a few words. */
        WORD,
        COUNT,
        /** A number of bytes, with or without a unit such as MiB. */
        BYTES,
        /** A time with a unit such as s or ms; ranges are in milliseconds. */
        DURATION
    }

    private static final String NAME = "listeners.NAME.";

    /** What is decided at a start, or, as the Receive Maximum and the packet size, what clients were told. */
    private static final Set<Setting> AT_START = EnumSet.of(
            STORE_FOLDER,
            STORE_DURABILITY,
            STORE_DURABILITY_INTERVAL,
            STORE_CACHE_BYTES,
            LISTENER_TYPE,
            LISTENER_ENABLED,
            LISTENER_BIND,
            LISTENER_PORT,
            LISTENER_PATH,
            LISTENER_MODE,
            INSECURE_OPEN,
            ADMIN_ENABLED,
            ADMIN_PORT,
            ACCESS_PASSWORD_FILE,
            ACCESS_ANONYMOUS,
            ACCESS_LOCKOUT_FAILURES_MAX,
            ACCESS_LOCKOUT_FORGET,
            ACCESS_RULES_FILE,
            ACCESS_SESSION_OWNER,
            VOLATILE_BYTES_MAX,
            SESSION_INBOUND_MAX,
            MQTT_PACKET_BYTES_MAX,
            MQTT_MAX_QOS,
            MQTT_RETAIN_AVAILABLE,
            COMMIT_QUEUE_BYTES_MAX,
            SHARDS,
            SYS_INTERVAL);

    private final String key;
    private final Kind kind;
    private final long min;
    private final long max;
    private final String words;

    Setting(String key) {
        this(key, Kind.TEXT, 0, 0, "");
    }

    Setting(String key, String words) {
        this(key, Kind.WORD, 0, 0, words);
    }

    Setting(String key, Kind kind, long min, long max) {
        this(key, kind, min, max, "");
    }

    Setting(String key, Kind kind, long min, long max, String words) {
        this.key = key;
        this.kind = kind;
        this.min = min;
        this.max = max;
        this.words = words;
    }

    /** Its name in files and for {@code --set}; of a listener's setting with NAME for the listener. */
    String key() {
        return key;
    }

    /** Its name for one listener; other settings have only one name. */
    String key(String listener) {
        return isOfListener() ? "listeners." + listener + "." + key.substring(NAME.length()) : key;
    }

    /** Whether a running broker takes another value. */
    boolean isReloadable() {
        return !AT_START.contains(this);
    }

    /** Whether every listener has a value of its own. */
    boolean isOfListener() {
        return key.startsWith(NAME);
    }

    Kind kind() {
        return kind;
    }

    long min() {
        return min;
    }

    long max() {
        return max;
    }

    /** Of a WORD, what it may be, with | between. */
    String words() {
        return words;
    }
}

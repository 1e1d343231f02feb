// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.holdfast.server.transport.ListenerConfig;
import io.holdfast.server.transport.ListenerType;
import io.holdfast.server.transport.Origins;
import io.holdfast.server.transport.ProxyConfig;
import io.holdfast.server.transport.UnixSocketConfig;
import io.holdfast.server.transport.WebSocketConfig;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of listeners, {@code listeners.NAME}. A listener has the defaults of the one called {@code tcp}, but a port
 * of its own.
 */
final class ListenerSettings {
    private static final String LISTENERS = "listeners";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");

    /** A path without a query, as it stands in a request. */
    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*");

    private ListenerSettings() {}

    /** The listeners that settings speak of, the default one first, the others by name. */
    static List<String> names(Config given) throws ConfigurationException {
        List<String> names = new ArrayList<>();
        ConfigObject root = given.root();
        ConfigValue listeners = root.get(LISTENERS);
        if (listeners instanceof ConfigObject named) {
            for (Map.Entry<String, ConfigValue> entry : named.entrySet()) {
                names.add(name(entry.getKey(), entry.getValue()));
            }
        }
        names.remove(ListenerConfig.DEFAULT_NAME);
        names.sort(null);
        names.add(0, ListenerConfig.DEFAULT_NAME);
        return names;
    }

    private static String name(String name, ConfigValue value) throws ConfigurationException {
        String origin = value.origin().description();
        if (value.valueType() != ConfigValueType.OBJECT) {
            throw new ConfigurationException(origin + ": listeners." + name + " must be the settings of a listener, for"
                    + " instance { type = tcp, port = 1884 }");
        }
        if (!NAME.matcher(name).matches()) {
            throw new ConfigurationException(origin + ": '" + name
                    + "' is no name for a listener, which has up to 32 small" + " letters, digits and dashes");
        }
        return name;
    }

    /** Adds what a listener has when nobody says otherwise. */
    static Config withDefaults(Config all, List<String> names, Config reference) {
        Config defaults = reference
                .getConfig(LISTENERS + "." + ListenerConfig.DEFAULT_NAME)
                .withoutPath("port");
        Config completed = all;
        for (String name : names) {
            String port = Setting.LISTENER_PORT.key(name);
            if (!all.hasPath(port) && isUnix(all, name)) { // It has none, which nobody has to say.
                ConfigValue origin = reference.getValue(Setting.LISTENER_PORT.key(ListenerConfig.DEFAULT_NAME));
                completed = completed.withValue(
                        port, ConfigValueFactory.fromAnyRef(0).withOrigin(origin.origin()));
            }
            completed = completed.withFallback(defaults.atPath(LISTENERS + "." + name));
        }
        return completed;
    }

    /** Converts those that are enabled; everything has been checked, one by one. */
    static List<ListenerConfig> convert(Config all, List<String> names) throws ConfigurationException {
        List<ListenerConfig> listeners = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        for (String name : names) {
            if (!all.getBoolean(Setting.LISTENER_ENABLED.key(name))) {
                continue;
            }
            ListenerType type = ListenerType.of(all.getString(Setting.LISTENER_TYPE.key(name)));
            ListenerConfig listener = new ListenerConfig(
                    name,
                    type,
                    all.getString(Setting.LISTENER_BIND.key(name)),
                    all.getInt(Setting.LISTENER_PORT.key(name)),
                    all.getInt(Setting.LISTENER_CONNECTIONS_MAX.key(name)),
                    TlsSettings.convert(all, name, type),
                    webSocket(all, name),
                    proxy(all, name),
                    unix(all, name, type));
            UnixSocketConfig unix = listener.unix();
            boolean anyPort = unix == null && listener.port() == 0;
            String place = unix == null ? listener.bind() + " " + listener.port() : unix.place();
            String other = anyPort ? null : places.put(place, name);
            if (other != null) {
                throw new ConfigurationException("listeners." + other + " and listeners." + name
                        + (unix == null
                                ? " have the same address and port; give each a port of its own"
                                : " have the same path; give each a path of its own"));
            }
            listeners.add(listener);
        }
        if (listeners.isEmpty()) {
            throw new ConfigurationException("no listener is enabled, so that no client could connect; set"
                    + " listeners.tcp.enabled = true, or add another one");
        }
        return listeners;
    }

    private static boolean isUnix(Config all, String name) {
        String key = Setting.LISTENER_TYPE.key(name);
        return all.hasPath(key)
                && "unix".equalsIgnoreCase(String.valueOf(all.getValue(key).unwrapped()));
    }

    private static @Nullable UnixSocketConfig unix(Config all, String name, ListenerType type)
            throws ConfigurationException {
        String key = Setting.LISTENER_PATH.key(name);
        String path = all.getString(key);
        boolean none = path.equals("none");
        if (type != ListenerType.UNIX) {
            if (!none) { // Whoever wrote it believes that this listener is not on the network.
                throw new ConfigurationException(all.getValue(key).origin().description() + ": " + key
                        + " is set, but this listener's type is " + type.word() + "; set type = unix");
            }
            return null;
        }
        if (none) {
            throw new ConfigurationException(
                    key + " is missing: a listener of type unix has a path, such as" + " /run/holdfast/mqtt.sock");
        }
        String proxy = Setting.LISTENER_PROXY_PROTOCOL.key(name);
        if (!all.getString(proxy).equals("off")) {
            throw new ConfigurationException(all.getValue(proxy).origin().description() + ": " + proxy
                    + " is required, but a proxy at a Unix-domain socket has no address by which it could be trusted");
        }
        String at = key;
        try {
            Path file = Path.of(path);
            at = Setting.LISTENER_MODE.key(name);
            Set<PosixFilePermission> mode = UnixSocketConfig.mode(all.getString(at));
            at = key;
            return new UnixSocketConfig(file, mode);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    all.getValue(at).origin().description() + ": " + at + " " + e.getMessage(), e);
        }
    }

    private static @Nullable ProxyConfig proxy(Config all, String name) throws ConfigurationException {
        if (all.getString(Setting.LISTENER_PROXY_PROTOCOL.key(name)).equals("off")) {
            return null;
        }
        String key = Setting.LISTENER_PROXY_TRUSTED.key(name);
        String networks = all.getString(key);
        try {
            return new ProxyConfig(List.of(networks.strip().split("\\s*,\\s*", -1)));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    all.getValue(key).origin().description() + ": " + key + ": " + e.getMessage()
                            + "; it must list the proxies, for instance 10.0.0.0/8, 192.168.1.7",
                    e);
        }
    }

    private static WebSocketConfig webSocket(Config all, String name) throws ConfigurationException {
        String pathKey = Setting.LISTENER_WEBSOCKET_PATH.key(name);
        String path = all.getString(pathKey);
        if (!PATH.matcher(path).matches()) {
            throw new ConfigurationException(all.getValue(pathKey).origin().description() + ": " + pathKey + " is "
                    + path + ", but it must be a path such as /mqtt");
        }
        String originsKey = Setting.LISTENER_WEBSOCKET_ORIGINS.key(name);
        try {
            return new WebSocketConfig(path, Origins.parse(all.getString(originsKey)));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    all.getValue(originsKey).origin().description() + ": " + originsKey + ": " + e.getMessage()
                            + "; it must be same-address, *, or origins such as https://shop.example with commas between,"
                            + " or a list of them in brackets",
                    e);
        }
    }
}

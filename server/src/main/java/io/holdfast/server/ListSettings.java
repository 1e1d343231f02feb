// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Settings that name several things. Somebody writes a list of HOCON, in a file or as text on the command line or in the
 * environment, or one text with commas between; everything behind this class sees the text with commas.
 */
final class ListSettings {
    private ListSettings() {}

    /** The same settings with every list as text. */
    static Config joined(Config all, List<String> listeners) throws ConfigurationException {
        Config joined = all;
        for (Setting setting : Setting.values()) {
            if (setting.kind() == Setting.Kind.LIST) {
                for (String listener : setting.isOfListener() ? listeners : List.of("")) {
                    joined = joined(joined, setting.key(listener));
                }
            }
        }
        return joined;
    }

    private static Config joined(Config all, String key) throws ConfigurationException {
        if (!all.hasPath(key)) {
            return all;
        }
        ConfigValue value = all.getValue(key);
        String origin = value.origin().description();
        ConfigValue list = value;
        if (value.valueType() == ConfigValueType.STRING
                && String.valueOf(value.unwrapped()).strip().startsWith("[")) {
            list = parsed(key, String.valueOf(value.unwrapped()), origin);
        }
        if (!(list instanceof ConfigList entries)) {
            return all;
        }
        for (ConfigValue entry : entries) {
            if (entry.valueType() != ConfigValueType.STRING && entry.valueType() != ConfigValueType.NUMBER) {
                throw new ConfigurationException(
                        origin + ": " + key + " has an entry that is no text: " + entry.unwrapped());
            }
        }
        if (entries.isEmpty()) {
            throw new ConfigurationException(origin + ": " + key + " is an empty list; it must name something");
        }
        String text =
                entries.stream().map(entry -> String.valueOf(entry.unwrapped())).collect(Collectors.joining(", "));
        return all.withValue(key, ConfigValueFactory.fromAnyRef(text, origin));
    }

    private static ConfigValue parsed(String key, String text, String origin) throws ConfigurationException {
        try {
            return ConfigFactory.parseString("list = " + text).resolve().getValue("list");
        } catch (ConfigException e) {
            throw new ConfigurationException(
                    origin + ": " + key + " is " + text + ", which begins like a list and is none; a list looks like"
                            + " [\"a\", \"b\"]",
                    e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a verb gets a broker's settings from, in the order in which the broker itself does. */
public final class SettingOptions {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one setting; may be repeated. 'holdfast config sample' lists them all.")
    private List<String> settings = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file of settings, below those of the environment and those given here.")
    private @Nullable Path config;

    /** One that knows all of it; files are read anew. */
    public ConfigReader reader() throws ConfigurationException {
        ConfigReader reader = new ConfigReader();
        if (config != null) {
            reader.file(config);
        }
        reader.environment(System.getenv());
        for (String setting : settings) {
            reader.set(setting);
        }
        return reader;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import io.holdfast.server.ConfigReader;
import io.holdfast.server.ConfigurationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where settings come from, for every verb that reads them: a file, the environment, and these options. */
public final class ConfigOptions {
    @Option(names = "--data", paramLabel = "DIR", description = "The data folder (store.folder).")
    private @Nullable String data;

    @Option(names = "--port", paramLabel = "N", description = "The TCP port, 0 for any free one (listeners.tcp.port).")
    private @Nullable String port;

    @Option(
            names = "--bind",
            paramLabel = "ADDR",
            description = "The address to listen on (listeners.tcp.bind); without it this machine only.")
    private @Nullable String bind;

    @Option(
            names = "--insecure-open",
            description = "Lets anybody in from other machines, if --bind says so (insecure-open).")
    private boolean insecureOpen;

    @Mixin
    private SettingOptions settings = new SettingOptions();

    /** One that knows all of it; files are read anew. */
    public ConfigReader reader() throws ConfigurationException {
        ConfigReader reader = settings.reader();
        set(reader, "--data", "store.folder", data);
        set(reader, "--port", "listeners.tcp.port", port);
        set(reader, "--bind", "listeners.tcp.bind", bind);
        if (insecureOpen) {
            reader.set("insecure-open", "true", "--insecure-open");
        }
        return reader;
    }

    private static void set(ConfigReader reader, String option, String key, @Nullable String value)
            throws ConfigurationException {
        if (value != null) {
            reader.set(key, value, option + " " + value);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moquette: a Java broker that keeps sessions in an H2 MVStore and their queues in files.
 *
 * @param libraries where its jars are, or will be fetched to
 */
record Moquette(Path libraries) implements Contender {
    static final String VERSION = "0.17";

    @Override
    public String name() {
        return "moquette";
    }

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public String onDisk() {
        return "nothing for certain: its store is written from time to time, its queue files are mapped, neither is synced";
    }

    @Override
    public @Nullable String missing() throws IOException, InterruptedException {
        return Maven.libraries("io.moquette", "moquette-broker", VERSION, libraries);
    }

    @Override
    public List<String> command(Path folder, int port) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("config/moquette.conf"), """
                port %d
                host 127.0.0.1
                allow_anonymous true
                persistence_enabled true
                persistent_queue_type segmented
                data_path %s/
                telemetry_enabled false
                """.formatted(port, data));
        return List.of(
                Artemis.java(),
                "-XX:+UseG1GC",
                "-Xmx4g",
                "-Dmoquette.path=" + folder,
                "-cp",
                libraries + "/*",
                "io.moquette.broker.Server");
    }
}

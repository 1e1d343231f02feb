// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mosquitto as the system has it installed: persistence on, queue limits off, everything else as it comes. */
record Mosquitto() implements Contender {
    private static final List<Path> PLACES = List.of(
            Path.of("/usr/sbin/mosquitto"), Path.of("/usr/local/sbin/mosquitto"), Path.of("/usr/bin/mosquitto"));

    @Override
    public String name() {
        return "mosquitto";
    }

    /** The first line of its help is {@code mosquitto version 2.0.11}. */
    @Override
    public String version() {
        try {
            Process help = new ProcessBuilder(String.valueOf(program()), "-h")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String first = said.lines().findFirst().orElse("");
            return first.substring(first.lastIndexOf(' ') + 1);
        } catch (IOException e) {
            return "unknown version"; // it is not installed, and is left out for that
        }
    }

    @Override
    public String onDisk() {
        return "nothing: its database is written every 30 minutes and at a clean stop, without a sync";
    }

    @Override
    public @Nullable String missing() {
        return program() == null ? "no mosquitto is installed; the package of that name has it" : null;
    }

    private static @Nullable Path program() {
        return PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
    }

    @Override
    public List<String> command(Path folder, int port) throws IOException {
        Path file = folder.resolve("mosquitto.conf");
        Files.writeString(file, """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence true
                persistence_location %s/
                max_queued_messages 0
                max_queued_bytes 0
                log_dest stderr
                log_type error
                user %s
                """.formatted(port, folder, System.getProperty("user.name")));
        return List.of(String.valueOf(program()), "-c", file.toString());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Mosquitto as a stand-in. It follows the protocol but writes its state at a clean stop only, so the kill test must report
 * it: a control that needs no change to our own broker.
 */
public final class MosquittoBroker implements BrokerCommand {
    /** The program, if this machine has it. Debian puts it where ordinary users do not look. */
    public static Optional<Path> program() {
        return Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public List<String> commandLine(Path data, int port, List<String> settings) throws IOException {
        Files.createDirectories(data);
        Path file = data.resolve("mosquitto.conf");
        Files.writeString(
                file,
                String.join(
                        "\n",
                        "listener " + port + " 127.0.0.1",
                        "allow_anonymous true",
                        "persistence true",
                        "persistence_location " + data + "/",
                        "user root",
                        "max_queued_messages 0",
                        "max_inflight_messages 0",
                        ""));
        String name = program()
                .orElseThrow(() -> new IOException("mosquitto is not installed"))
                .toString();
        return List.of(name, "-c", file.toString());
    }

    @Override
    public Optional<String> readyText() {
        return Optional.empty();
    }
}

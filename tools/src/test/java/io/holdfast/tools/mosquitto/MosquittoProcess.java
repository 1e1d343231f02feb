// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.tools.blackbox.broker.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A mosquitto on a free port of this machine, with a configuration file that can be imported. */
final class MosquittoProcess implements AutoCloseable {
    private static final int STOP_SECONDS_MAX = 60;

    private final Process process;
    private final Path conf;
    private final int port;

    private MosquittoProcess(Process process, Path conf, int port) {
        this.process = process;
        this.conf = conf;
        this.port = port;
    }

    /** Starts one with a listener and these lines, and waits until it serves. */
    static MosquittoProcess start(Path folder, String... lines) throws IOException {
        int port = Ports.free();
        List<String> all = new ArrayList<>(List.of("listener " + port + " 127.0.0.1", "user root"));
        all.addAll(Arrays.asList(lines));
        Path conf = Files.write(folder.resolve("mosquitto.conf"), all);
        Process process = new ProcessBuilder("mosquitto", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().ignoreExceptions().until(() -> {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        });
        return new MosquittoProcess(process, conf, port);
    }

    int port() {
        return port;
    }

    Path conf() {
        return conf;
    }

    /** Stops it as a system does: it writes its file. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("mosquitto does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while mosquitto stops", e);
        }
    }
}

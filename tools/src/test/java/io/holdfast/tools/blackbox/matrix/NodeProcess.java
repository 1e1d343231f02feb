// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One Node process in which all MQTT.js clients of a test run live, driven by lines of JSON ({@code peers.js}). The package
 * is installed below {@code target}, from a lock file, so that every machine runs the same bytes.
 */
final class NodeProcess {
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "peers.js");
    private static final int INSTALL_SECONDS_MAX = 300;
    private static @Nullable NodeProcess running;

    private final Process process;
    private final BufferedWriter orders;
    private final Map<Integer, BlockingQueue<Map<String, Object>>> lines = new ConcurrentHashMap<>();
    private final AtomicInteger peers = new AtomicInteger();
    private final AtomicInteger numbers = new AtomicInteger();

    private NodeProcess(Path folder) throws IOException {
        process = new ProcessBuilder("node", "peers.js")
                .directory(folder.toFile())
                .redirectError(
                        folder.resolve("errors-" + ProcessHandle.current().pid() + ".log")
                                .toFile())
                .start();
        orders = process.outputWriter(StandardCharsets.UTF_8);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "stop-node"));
        Thread reader = new Thread(this::read, "node-lines");
        reader.setDaemon(true);
        reader.start();
    }

    /** The process, started when it is asked for first. */
    static synchronized NodeProcess shared() throws IOException, InterruptedException {
        if (running == null || !running.process.isAlive()) {
            running = new NodeProcess(installed());
        }
        return running;
    }

    /** A number for a new client, and the place where what it says arrives. */
    int newPeer(BlockingQueue<Map<String, Object>> said) {
        int peer = peers.incrementAndGet();
        lines.put(peer, said);
        return peer;
    }

    /** Sends an order; its answer carries the number returned. */
    int order(int peer, String what, Map<String, ?> details) throws IOException {
        int number = numbers.incrementAndGet();
        Map<String, Object> order = new HashMap<>(details);
        order.putAll(Map.of("peer", peer, "number", number, "do", what));
        synchronized (orders) {
            orders.write(Json.line(order));
            orders.newLine();
            orders.flush();
        }
        return number;
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Map<String, Object> said = Json.read(line);
                lines.getOrDefault(Json.number(said, "peer"), new LinkedBlockingQueue<>())
                        .add(said);
            }
        } catch (IOException e) {
            Map<String, Object> failure = Map.of("event", "error", "text", e.toString());
            lines.values().forEach(queue -> queue.add(failure));
        }
    }

    /** The folder with the package, installed if need be. */
    static Path installed() throws IOException, InterruptedException {
        Path folder = Path.of("target", "mqtt-js").toAbsolutePath();
        Files.createDirectories(folder);
        // Test processes run side by side: one of them installs, the others wait for it.
        try (FileChannel channel = FileChannel.open(folder.resolve("lock"), CREATE, WRITE);
                FileLock turn = channel.lock()) {
            assert turn.isValid();
            bringUpToDate(folder);
        }
        return folder;
    }

    private static void bringUpToDate(Path folder) throws IOException, InterruptedException {
        boolean current = Files.isRegularFile(folder.resolve("node_modules/.package-lock.json"));
        for (String file : FILES) {
            byte[] bytes = resource(file);
            Path copy = folder.resolve(file);
            boolean same = Files.exists(copy) && Arrays.equals(Files.readAllBytes(copy), bytes);
            current &= same || file.equals("peers.js");
            if (!same) {
                Files.write(copy, bytes);
            }
        }
        if (!current) {
            install(folder);
        }
    }

    private static void install(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("install.log");
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = npm.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS);
        npm.destroyForcibly();
        if (!ended || npm.exitValue() != 0) {
            throw new IOException("npm ci failed: " + Files.readString(log));
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = NodeProcess.class.getResourceAsStream("/mqtt-js/" + name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return in.readAllBytes();
        }
    }
}

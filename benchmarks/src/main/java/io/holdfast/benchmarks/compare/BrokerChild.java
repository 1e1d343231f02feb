// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A broker's process. Paused, it keeps all it has and costs nothing, so that brokers can take turns on one machine. */
final class BrokerChild {
    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final byte[] CONNECT = {
        0x10, 19, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 10, 0, 7, 'c', 'o', 'm', 'p', 'a', 'r', 'e'
    };
    private static final int CONNACK = 0x20;

    private final Contender contender;
    private final Path folder;
    private final int port;
    private final List<String> command;
    private final Process process;

    private BrokerChild(Contender contender, Path folder, int port, List<String> command) throws IOException {
        this.contender = contender;
        this.folder = folder;
        this.port = port;
        this.command = command;
        process = launch();
    }

    /** Starts a broker in a folder of its own below {@code parent}, which is emptied before, and waits for a CONNACK. */
    static BrokerChild start(Contender contender, Path parent) throws IOException, InterruptedException {
        Path folder = parent.resolve(contender.name()).toAbsolutePath();
        Folders.delete(folder);
        Files.createDirectories(folder);
        int port = freePort();
        BrokerChild child = new BrokerChild(contender, folder, port, contender.command(folder, port));
        child.awaitConnAck();
        return child;
    }

    private Process launch() throws IOException {
        return Leftovers.watch(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("broker.log").toFile())
                .start());
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    Path folder() {
        return folder;
    }

    /** What started it, and starts it again over the same data. */
    List<String> command() {
        return command;
    }

    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Kills every process that the load tool started in this one's place. */
    void killSuccessors() {
        ProcessHandle.current()
                .children()
                .filter(child -> child.pid() != pid())
                .forEach(ProcessHandle::destroyForcibly);
    }

    private void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException(contender.name() + " has ended by itself; see " + folder.resolve("broker.log"));
        }
    }

    private void awaitConnAck() throws IOException {
        long beforeNanos = System.nanoTime();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - beforeNanos > START_MAX.toNanos()) {
                throw new IOException(contender.name() + " does not start: " + lastWords());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(CONNECT);
            return socket.getInputStream().read() == CONNACK;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }

    private String lastWords() throws IOException {
        byte[] log = Files.readAllBytes(folder.resolve("broker.log"));
        byte[] end = Arrays.copyOfRange(log, Math.max(0, log.length - 400), log.length);
        return new String(end, StandardCharsets.UTF_8).strip();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Kills the broker and deletes its data; its log is small and stays beside it. */
    void end() throws IOException, InterruptedException {
        kill();
        Path log = folder.resolve("broker.log");
        if (Files.exists(log)) {
            Files.move(log, folder.resolveSibling(contender.name() + ".log"), StandardCopyOption.REPLACE_EXISTING);
        }
        Folders.delete(folder);
    }
}

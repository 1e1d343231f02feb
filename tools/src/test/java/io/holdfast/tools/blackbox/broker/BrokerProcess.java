// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.broker;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A broker in a process of its own, with its own data folder. {@link #kill} is SIGKILL: what the process had not handed to
 * the operating system is gone, as honestly as a test can have it without cutting the power.
 *
 * <p>{@link #kill} may be called from any thread; everything else belongs to the thread that runs the test.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP_PATIENCE = Duration.ofMinutes(2);
    private static final int OUTPUT_SHOWN_CHARS = 12_000;
    private static final int CLOCK_TICKS_PER_SECOND = 100;
    // A test process that is stopped from outside must not leave brokers behind.
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "stop-brokers"));
    }

    private final BrokerCommand command;
    private final Path folder;
    private final int port;
    private final List<String> settings;
    private volatile Process process;

    private BrokerProcess(BrokerCommand command, Path folder, int port, List<String> settings) throws IOException {
        this.command = command;
        this.folder = folder;
        this.port = port;
        this.settings = settings;
        this.process = launch();
    }

    /** Starts a broker on a new empty data folder and a free port, and waits until it accepts. */
    public static BrokerProcess start(BrokerCommand command, String... settings) throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Files.createDirectories(temporary);
        Path folder = Files.createTempDirectory(temporary, "blackbox-");
        BrokerProcess broker = new BrokerProcess(command, folder, Ports.free(), List.of(settings));
        broker.awaitReady();
        return broker;
    }

    /** The loopback port, the same across restarts. */
    public int port() {
        return port;
    }

    /** The data folder, the same across restarts. */
    public Path data() {
        return folder.resolve("data");
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** SIGKILL, and waits until the kernel has closed the process' sockets. Harmless when it is already dead. */
    public void kill() {
        Process killed = process;
        killed.destroyForcibly();
        awaitExit(killed);
    }

    /** SIGTERM; returns the exit code. */
    public int terminate() {
        process.destroy();
        awaitExit(process);
        return process.exitValue();
    }

    /** Starts the broker again on the same folder and port, and waits until it accepts. */
    public void restart() throws IOException {
        restartWithoutWaiting();
        awaitReady();
    }

    /** Starts the broker again and returns at once, for tests that measure the start. */
    public void restartWithoutWaiting() throws IOException {
        if (process.isAlive()) {
            throw new IllegalStateException("the broker is still running");
        }
        process = launch();
    }

    /** Waits until the broker accepts; fails with its output when it ends instead. */
    public void awaitReady() throws IOException {
        Awaitility.await("broker accepts")
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(START_PATIENCE)
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the broker ended while starting; " + output());
                    }
                    return ready();
                });
        command.accepting();
    }

    /** CPU time that the process has used so far, user and system. */
    public Duration cpuTime() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"));
        // The second field is the program's name in brackets and may hold blanks; fields 14 and 15 are utime and stime.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        return Duration.ofMillis(ticks * 1_000 / CLOCK_TICKS_PER_SECOND);
    }

    /**
     * Bytes of the objects on the heap that are still in use: the JVM collects all garbage before it counts. What it was
     * told to keep is what a crowd of hostile clients has left behind.
     */
    public long heapLiveBytes() throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String patience = "-J-Dsun.tools.attach.attachTimeout=" + START_PATIENCE.toMillis();
        Process asked = new ProcessBuilder(jcmd.toString(), patience, Long.toString(pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        awaitExit(asked);
        for (String line : answer.split("\n", -1)) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length == 3 && words[0].equals("Total")) {
                return Long.parseLong(words[2]);
            }
        }
        throw new IOException("the JVM of the broker did not tell its heap: " + answer);
    }

    /** Memory of the process that is in RAM, heap and buffers outside it alike. */
    public long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("the system does not tell the memory of process " + pid());
    }

    /** Bytes of all files under the data folder, but for the ballast, which comes when it likes. */
    public long dataBytes() {
        return bytes(data().toFile());
    }

    /** A file that goes while we look has no bytes; a walk of {@link Files} would fail. */
    private static long bytes(File file) {
        File[] inside = file.listFiles();
        if (inside != null) {
            return Stream.of(inside).mapToLong(BrokerProcess::bytes).sum();
        }
        return file.getName().equals("ballast") ? 0 : file.length();
    }

    /** Everything that the broker printed since its last start. */
    public String wholeOutput() throws IOException {
        return Files.readString(outputFile(), StandardCharsets.UTF_8);
    }

    /** What the broker printed since its last start, from the end. */
    public String output() {
        try {
            String text = Files.readString(outputFile(), StandardCharsets.UTF_8);
            int from = Math.max(0, text.length() - OUTPUT_SHOWN_CHARS);
            return "output of the broker (port " + port + ", folder " + folder + "):\n" + text.substring(from);
        } catch (IOException e) {
            return "no output of the broker: " + e;
        }
    }

    /** Kills the process and deletes its folder. */
    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (NoSuchFileException e) {
            // Deleted by the test itself.
            return;
        }
    }

    private Process launch() throws IOException {
        List<String> line = command.commandLine(data(), port, settings);
        Process started = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(outputFile().toFile())
                .start();
        RUNNING.add(started);
        return started;
    }

    private Path outputFile() {
        return folder.resolve("output.log");
    }

    private boolean ready() throws IOException {
        if (command.readyText().isPresent()) {
            return Files.readString(outputFile(), StandardCharsets.UTF_8)
                    .contains(command.readyText().get());
        }
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void awaitExit(Process ended) {
        try {
            if (!ended.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the broker did not end within " + STOP_PATIENCE);
            }
            RUNNING.remove(ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the broker to end", e);
        }
    }
}

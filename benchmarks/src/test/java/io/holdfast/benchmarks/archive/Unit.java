// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.archive;

import io.holdfast.server.testkit.NoticeSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A systemd of one unit: starts what the file says, knows from its socket when that is ready, and stops it. */
final class Unit implements AutoCloseable {
    private static final String START = "ExecStart=";
    private static final int STOP_SECONDS_MAX = 60;

    private final Machine machine;
    private final String file;
    private final Path output;
    private final String address =
            "@holdfast-archive-" + ProcessHandle.current().pid();
    private final NoticeSocket notices = new NoticeSocket(address);
    private Process process;

    /**
     * A unit that does not run yet.
     *
     * @param file where the page puts it
     */
    Unit(Machine machine, String file) {
        this.machine = machine;
        this.file = file;
        output = machine.path("/var/lib").resolve("journal");
    }

    private List<String> command() throws IOException {
        String start = Files.readAllLines(machine.path(file)).stream()
                .filter(line -> line.startsWith(START))
                .findFirst()
                .orElseThrow();
        return List.of(machine.here(start.substring(START.length())).split(" ", -1));
    }

    /** Starts it, again if need be, and returns when the broker has said that it is ready. */
    void start(Map<String, String> settings) throws IOException, InterruptedException {
        ProcessBuilder builder = machine.builder(command());
        builder.environment().putAll(settings);
        builder.environment().put("NOTIFY_SOCKET", address);
        builder.environment().put("WATCHDOG_USEC", "10000000");
        process = builder.redirectOutput(output.toFile()).start();
        try {
            notices.expect("READY=1");
            notices.expect("WATCHDOG=1");
        } catch (AssertionError e) {
            throw new AssertionError("the service did not start; it said: " + Files.readString(output), e);
        }
    }

    /** Stops as systemd does, and says how that ended. */
    int stop() throws InterruptedException {
        process.destroy();
        notices.expect("STOPPING=1");
        if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError("the broker did not stop");
        }
        return process.exitValue();
    }

    /** The port in the first line of its kind that the broker printed; {@code PORT} stands for it. */
    String port(String line) throws IOException {
        Matcher found =
                Pattern.compile("(?m)^" + line.replace("PORT", "(\\d+)")).matcher(Files.readString(output));
        if (!found.find()) {
            throw new AssertionError("no line '" + line + "' in: " + Files.readString(output));
        }
        return found.group(1);
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
        notices.close();
    }
}

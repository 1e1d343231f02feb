// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;

/**
 * A folder that plays the root of a machine: the handbook's paths lie below it. On its PATH are the programs that the page
 * calls and a Java runtime's {@code java}, but no compiler and no Maven. What only root may do, and what would change the real
 * machine, is written down instead of done.
 */
final class Machine {
    private static final List<String> PROGRAMS = List.of(
            "bash",
            "cat",
            "chmod",
            "cp",
            "curl",
            "dirname",
            "env",
            "grep",
            "gzip",
            "hostname",
            "kill",
            "ln",
            "ls",
            "mkdir",
            "mktemp",
            "mosquitto_pub",
            "mosquitto_sub",
            "mv",
            "openssl",
            "readlink",
            "rm",
            "sed",
            "sh",
            "tar",
            "uname");
    private static final List<String> FOR_ROOT = List.of("chown", "systemctl", "useradd");
    private static final int PATIENCE_SECONDS = 120;

    private final Path root;
    private final Path programs;
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, String> words = new HashMap<>();

    Machine(Path root) throws IOException {
        this.root = root;
        programs = Files.createDirectories(root.resolve("programs"));
        for (String folder : List.of("opt", "etc/systemd/system", "usr/local/bin", "var/lib", "tmp")) {
            Files.createDirectories(root.resolve(folder));
        }
        for (String name : PROGRAMS) {
            Files.createSymbolicLink(programs.resolve(name), onPath(name));
        }
        Files.createSymbolicLink(programs.resolve("java"), Path.of(System.getProperty("java.home"), "bin", "java"));
        for (String name : FOR_ROOT) {
            Path script = programs.resolve(name);
            Files.writeString(script, "#!/bin/sh\necho \"" + name + " $*\" >>'" + orders() + "'\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.createFile(orders());
    }

    private static Path onPath(String program) {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            Path candidate = Path.of(folder, program);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new AssertionError("this test needs the program " + program);
    }

    /** From now on the page's word stands for another. */
    void say(String word, String instead) {
        words.put(word, instead);
    }

    /** From now on commands see a variable. */
    void set(String variable, String value) {
        variables.put(variable, value);
    }

    /** A path of the page below this root, and the other words as {@link #say} told. */
    String here(String text) {
        String mapped = text.replaceAll(
                "(?<![\\w/.])/(?=(etc|var/lib|opt|usr/local)\\b)", Matcher.quoteReplacement(root + "/"));
        for (Map.Entry<String, String> word : words.entrySet()) {
            mapped = mapped.replaceAll("\\b" + word.getKey() + "\\b", Matcher.quoteReplacement(word.getValue()));
        }
        return mapped;
    }

    Path path(String path) {
        return Path.of(here(path));
    }

    /** What commands said, on both streams, and how they ended. */
    record Outcome(int code, String output) {}

    /** Runs commands as a shell does that gives up at the first failure. */
    Outcome run(String commands, String input) throws IOException, InterruptedException {
        return call(List.of("sh", "-eu", "-c", here(commands)), input);
    }

    Outcome call(List<String> command, String input) throws IOException, InterruptedException {
        Path output = root.resolve("output");
        Process process = builder(command).redirectOutput(output.toFile()).start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end; it said: " + Files.readString(output));
        }
        return new Outcome(process.exitValue(), Files.readString(output));
    }

    /** A process of this machine, not started. */
    ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.environment().put("PATH", root.resolve("usr/local/bin") + ":" + programs);
        builder.environment().put("TMPDIR", root.resolve("tmp").toString());
        builder.environment().put("HOME", root.toString());
        return builder;
    }

    private Path orders() {
        return root.resolve("orders");
    }

    /** What root was asked to do since the last call, one command a line. */
    List<String> newOrders() throws IOException {
        List<String> all = Files.readAllLines(orders());
        Files.writeString(orders(), "");
        return all;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.measure;

import io.holdfast.benchmarks.load.result.Machine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.concurrent.TimeUnit;

/** Finds out what a result says about its machine. */
public final class ThisMachine {
    private static final String UNKNOWN = "unknown";
    private static final int GIT_SECONDS_MAX = 5;

    private ThisMachine() {}

    /** Starts {@code git} for the commit; everything else is read from files. */
    public static Machine look() {
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpu(),
                Runtime.getRuntime().availableProcessors(),
                memoryBytes(),
                System.getProperty("java.vm.version") + " " + System.getProperty("java.vm.vendor"),
                commit());
    }

    private static String cpu() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo"))
                    .lines()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN; // no Linux
        }
    }

    private static long memoryBytes() {
        try {
            return ProcFiles.statusBytes(Files.readString(Path.of("/proc/meminfo")), "MemTotal");
        } catch (IOException e) {
            return 0; // no Linux
        }
    }

    /** Of the checkout that this class was built in; an installed copy has none. */
    private static String commit() {
        CodeSource source = ThisMachine.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return UNKNOWN;
        }
        try {
            Path jar = Path.of(source.getLocation().toURI());
            String folder = String.valueOf(Files.isDirectory(jar) ? jar : jar.getParent());
            String commit = git(folder, "rev-parse", "--short=12", "HEAD");
            if (commit.isEmpty()) {
                return UNKNOWN;
            }
            boolean changed = !git(folder, "status", "--porcelain", "--untracked-files=no")
                    .isEmpty();
            return commit + (changed ? "-dirty" : "");
        } catch (URISyntaxException | IOException e) {
            return UNKNOWN; // no git on this machine
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }

    /** What git says; empty when it fails. */
    private static String git(String folder, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = folder;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (!process.waitFor(GIT_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "";
        }
        return process.exitValue() == 0 ? said : "";
    }
}

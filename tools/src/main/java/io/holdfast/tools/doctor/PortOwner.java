// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which process listens on a port, as Linux tells in {@code /proc}; of other users' processes only root is told. */
final class PortOwner {
    private static final String LISTENING = "0A";

    private final Path proc;

    PortOwner(Path proc) {
        this.proc = proc;
    }

    /** A process. */
    record Owner(String pid, String command) {
        String text() {
            String[] words = command.split("\0", -1);
            String program = words[0].substring(words[0].lastIndexOf('/') + 1);
            return "pid " + pid + ", " + program.replaceAll("\\p{Cntrl}", "?");
        }

        boolean isHoldfast() {
            return command.contains("io.holdfast.tools.HoldfastCommand");
        }
    }

    /** The process that listens, or null if it is not found. */
    @Nullable
    Owner of(int port) {
        Set<String> links = new HashSet<>();
        try {
            sockets(proc.resolve("net/tcp"), port, links);
            sockets(proc.resolve("net/tcp6"), port, links);
            try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
                for (Path process : processes) {
                    if (holds(process.resolve("fd"), links)) {
                        return new Owner(
                                process.getFileName().toString(), Files.readString(process.resolve("cmdline")));
                    }
                }
            }
            return null;
        } catch (IOException | DirectoryIteratorException e) {
            return null; // Not Linux, or it has just ended.
        }
    }

    private static void sockets(Path table, int port, Set<String> links) throws IOException {
        if (!Files.exists(table)) {
            return;
        }
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String line : Files.readAllLines(table)) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length > 9 && words[1].endsWith(suffix) && words[3].equals(LISTENING)) {
                links.add("socket:[" + words[9] + "]");
            }
        }
    }

    private static boolean holds(Path descriptors, Set<String> links) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path one : all) {
                if (isOne(one, links)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            return false; // Another user's, or it has ended.
        }
    }

    private static boolean isOne(Path descriptor, Set<String> links) {
        try {
            return links.contains(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return false; // Closed meanwhile.
        }
    }
}

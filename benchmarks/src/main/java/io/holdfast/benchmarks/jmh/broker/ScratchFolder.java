// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder for one benchmark's store, beside nothing else. It lies in {@code java.io.tmpdir}: syncs cost what they cost
 * there, and next to nothing when that is in memory.
 */
public final class ScratchFolder {
    private final Path path;

    public ScratchFolder() {
        try {
            path = Files.createTempDirectory("holdfast-benchmark");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return path;
    }

    /** A copy of all files as they are now: what a crash at this moment would leave, if no writer is under way. */
    public ScratchFolder copy() {
        ScratchFolder copy = new ScratchFolder();
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.path.resolve(path.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    public void delete() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

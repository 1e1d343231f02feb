// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;

/**
 * Faults of a real disk, switched on and off while a child process runs: its calls below one folder fail or stall. Built from {@code storage/src/test/c/failio.c} with gcc; tests that use it say {@code @RequiresTool("gcc")}.
 *
 * <pre>{@code
 * FailIo disk = FailIo.build(tempDir, dataFolder);
 * processBuilder.environment().putAll(disk.environment());
 * ...
 * disk.fail(FailIo.Operation.SYNC, FailIo.Fault.EIO);
 * disk.heal();
 * }</pre>
 */
public final class FailIo {
    /** What is hit. */
    public enum Operation {
        WRITE,
        SYNC,
        /** Opening a file to write to it. */
        OPEN,
        RENAME,
        ANY
    }

    /** What happens. */
    public enum Fault {
        EIO,
        ENOSPC
    }

    private final Path library;
    private final Path folder;
    private final Path control;

    private FailIo(Path library, Path folder, Path control) {
        this.library = library;
        this.folder = folder;
        this.control = control;
    }

    /**
     * Compiles the library into {@code workFolder}, which also takes the control file.
     *
     * @param hit absolute path of the folder whose files are hit; it need not exist yet
     */
    public static FailIo build(Path workFolder, Path hit) throws IOException {
        Path library = NativeFixture.build("failio", workFolder);
        return new FailIo(library, hit.toAbsolutePath(), workFolder.resolve("failio.control"));
    }

    /** What a process needs to be hit. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAILIO_FOLDER", folder.toString(),
                "FAILIO_CONTROL", control.toString());
    }

    /** From now on every such operation fails. */
    public void fail(Operation operation, Fault fault) throws IOException {
        arm(operation, fault.name(), 1, 0);
    }

    /** Of the operations from now on the {@code nth} fails, counted from 1, and no other. */
    public void failOnce(Operation operation, Fault fault, int nth) throws IOException {
        arm(operation, fault.name(), nth, 1);
    }

    /** Of the operations from now on every {@code nth} fails. */
    public void failShare(Operation operation, Fault fault, int nth) throws IOException {
        arm(operation, fault.name(), nth, -nth);
    }

    /** From now on every such operation waits so long before it does its work. */
    public void stall(Operation operation, long millis) throws IOException {
        arm(operation, Long.toString(millis), 1, 0);
    }

    /** How many calls have failed or stalled so far. */
    public long hits() throws IOException {
        Path hits = control.resolveSibling(control.getFileName() + ".hits");
        return Files.exists(hits) ? Files.size(hits) : 0;
    }

    /** The disk works again. */
    public void heal() throws IOException {
        Files.deleteIfExists(control);
    }

    private void arm(Operation operation, String what, int first, int count) throws IOException {
        // By rename, so that no process ever reads half a line.
        Path next = control.resolveSibling("failio.next");
        Files.writeString(
                next, operation.name().toLowerCase(Locale.ROOT) + " " + what + " " + first + " " + count + "\n");
        Files.move(next, control, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Builds the tests' libraries in C, which stand between a process and the system (LD_PRELOAD). */
final class NativeFixture {
    private static final String SOURCES = "storage/src/test/c";

    private NativeFixture() {}

    /** Compiles {@code name.c} to a library in a folder; returns it. */
    static Path build(String name, Path workFolder) throws IOException {
        Path source = Path.of(System.getProperty("holdfast.root", "."), SOURCES, name + ".c")
                .toAbsolutePath();
        Path library = workFolder.resolve(name + ".so");
        Process gcc = new ProcessBuilder(
                        "gcc", "-O1", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
                .redirectErrorStream(true)
                .start();
        String messages = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (gcc.onExit().join().exitValue() != 0) {
            throw new IOException("cannot build " + source + ": " + messages);
        }
        return library;
    }
}

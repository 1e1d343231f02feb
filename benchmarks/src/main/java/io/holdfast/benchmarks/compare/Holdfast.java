// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import io.holdfast.server.ProductVersion;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This broker, from this checkout.
 *
 * @param root the checkout
 * @param durability {@code sync} or {@code os}
 */
record Holdfast(Path root, String durability) implements Contender {
    static final String SYNC = "sync";
    static final String OS = "os";

    @Override
    public String name() {
        return durability.equals(SYNC) ? "holdfast" : "holdfast-" + durability;
    }

    @Override
    public String version() {
        return ProductVersion.text();
    }

    @Override
    public String onDisk() {
        return durability.equals(SYNC)
                ? "everything the acknowledgement promises, synced to the device"
                : "nothing for certain: all is written, syncs are off; a killed process loses nothing, a power cut does";
    }

    @Override
    public @Nullable String missing() {
        return null;
    }

    /** The launcher becomes the JVM. */
    @Override
    public List<String> command(Path folder, int port) {
        return List.of(
                root.resolve("holdfast").toString(),
                "run",
                "--data",
                folder.resolve("data").toString(),
                "--port",
                Integer.toString(port),
                "--set",
                "store.durability=" + durability);
    }
}

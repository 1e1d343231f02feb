// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The stores that earlier versions left, among the tests' resources. */
public final class GoldenStore {
    private GoldenStore() {}

    /** Unpacks one, such as {@code format-1}, into a new folder, which is returned. */
    public static Path unpack(String format, Path data) throws IOException {
        String name = "golden/" + format + ".zip";
        try (InputStream packed = Objects.requireNonNull(GoldenStore.class.getResourceAsStream(name), name);
                ZipInputStream zip = new ZipInputStream(packed)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = data.resolve(entry.getName());
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.copy(zip, file);
            }
        }
        return data;
    }
}

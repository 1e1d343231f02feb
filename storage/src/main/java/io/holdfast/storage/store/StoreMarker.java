// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import io.holdfast.storage.schema.FormatVersion;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text file {@code holdfast-store} that makes a folder a store. It is the first file of a new store, so that a start
 * that was interrupted can be told from somebody else's folder, and it names the format, so that a store of a newer broker
 * is refused before RocksDB touches it.
 *
 * <pre>
 *   Holdfast store
 *   format=1
 *   id=6c1f...   (32 hexadecimal digits, also in StoreMeta and in the watermark)
 * </pre>
 */
record StoreMarker(int format, String idHex) {
    static final String FILE = "holdfast-store";
    private static final String TITLE = "Holdfast store";

    StoreMarker {
        if (!idHex.matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException("a store id has 32 hexadecimal digits");
        }
    }

    StoreMarker withFormat(int newFormat) {
        return new StoreMarker(newFormat, idHex);
    }

    byte[] id() {
        return HexFormat.of().parseHex(idHex);
    }

    /**
     * Reads the marker of a folder; empty when there is none.
     *
     * @throws StoreRefusedException when it is not one of ours or of a newer format
     */
    static Optional<StoreMarker> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        // Latin-1 decodes any bytes, so a damaged file reaches the checks below.
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        Map<String, String> values = new HashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String format = values.getOrDefault("format", "");
        String id = values.getOrDefault("id", "");
        boolean titled = !lines.isEmpty() && lines.get(0).equals(TITLE);
        if (!titled || !format.matches("[0-9]{1,9}")) {
            throw damaged(file);
        }
        int number = Integer.parseInt(format);
        if (FormatVersion.of(number).isEmpty()) {
            throw newer(folder, number);
        }
        if (!id.matches("[0-9a-f]{32}")) {
            throw damaged(file);
        }
        return Optional.of(new StoreMarker(number, id));
    }

    void write(Path folder) throws IOException {
        String text = TITLE + "\nformat=" + format + "\nid=" + idHex + "\n";
        OwnFiles.replace(folder.resolve(FILE), text.getBytes(StandardCharsets.US_ASCII));
    }

    static StoreRefusedException newer(Path folder, int number) {
        return new StoreRefusedException(
                Reason.NEWER_FORMAT,
                "the store in " + folder + " has format " + number + ", this broker reads up to format "
                        + FormatVersion.NEWEST.number() + "; start the newer broker that made it");
    }

    private static StoreRefusedException damaged(Path file) {
        return new StoreRefusedException(
                Reason.WRONG_META,
                file + " is damaged or was not made by Holdfast; restore it from a backup of this folder");
    }
}

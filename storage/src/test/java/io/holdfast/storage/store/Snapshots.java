// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** What a folder looks like, to the last byte and the last touch, for tests that nothing was written. */
final class Snapshots {
    record Entry(long bytes, long checksum, FileTime modified) {}

    private Snapshots() {}

    static Map<String, Entry> of(Path folder) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                FileTime modified = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
                String name = folder.relativize(path).toString();
                if (Files.isDirectory(path)) {
                    entries.put(name + "/", new Entry(0, 0, modified));
                } else {
                    CRC32C crc = new CRC32C();
                    crc.update(Files.readAllBytes(path));
                    entries.put(name, new Entry(Files.size(path), crc.getValue(), modified));
                }
            }
        }
        return entries;
    }

    /** Without the lock file, which names the process that tried last. */
    static Map<String, Entry> withoutLock(Map<String, Entry> entries) {
        Map<String, Entry> rest = new TreeMap<>(entries);
        rest.remove(StoreFolder.LOCK_FILE);
        return rest;
    }
}

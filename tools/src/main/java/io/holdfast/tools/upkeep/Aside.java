// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The name under which a folder is kept whose place another one takes: beside it, with the time. */
final class Aside {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Aside() {}

    /** A name that is free, however many a second need one. */
    static Path of(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        String name = whole.getFileName() + ".before-" + TIME.format(Instant.now());
        Path aside = whole.resolveSibling(name);
        for (int more = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); more++) {
            aside = whole.resolveSibling(name + "-" + more);
        }
        return aside;
    }
}

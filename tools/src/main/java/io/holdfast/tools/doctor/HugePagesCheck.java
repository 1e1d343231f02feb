// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the kernel makes huge pages of everything, which bloats memory that the store takes in small pieces. */
final class HugePagesCheck {
    private static final String NAME = "hugepages";

    private HugePagesCheck() {}

    /** Looks. {@code setting} is {@code /sys/kernel/mm/transparent_hugepage/enabled}. */
    static Diagnosis look(Path setting) {
        String text;
        try {
            text = Files.readString(setting);
        } catch (IOException e) {
            return Diagnosis.ok(NAME, "this system has no transparent huge pages");
        }
        return text.contains("[always]")
                ? Diagnosis.warn(
                        NAME,
                        "transparent huge pages are made always: memory grows beyond what is used, and stalls",
                        "echo madvise > " + setting)
                : Diagnosis.ok(NAME, "transparent huge pages: " + text.strip());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Whether the limit on open files allows as many connections as the configuration does. */
final class OpenFilesCheck {
    /** The store's tables, its logs, jars and the like. */
    private static final long FILES_BESIDES = 1_024;

    private static final String NAME = "files";

    private OpenFilesCheck() {}

    /** Looks. {@code limits} is {@code /proc/self/limits}. */
    static Diagnosis look(Path limits, int connectionsMax) {
        long allowed;
        try {
            allowed = openFiles(limits);
        } catch (IOException e) {
            return Diagnosis.warn(NAME, "this system does not tell how many files may be open", "see 'ulimit -Hn'");
        }
        long needed = connectionsMax + FILES_BESIDES;
        String what = allowed == Long.MAX_VALUE
                ? "any number of files may be open"
                : String.format(Locale.ROOT, "%,d files may be open", allowed);
        if (allowed >= needed) {
            return Diagnosis.ok(
                    NAME,
                    what + String.format(Locale.ROOT, ", connections-max = %,d needs %,d", connectionsMax, needed));
        }
        String both =
                what + String.format(Locale.ROOT, ", but connections-max = %,d needs %,d", connectionsMax, needed);
        String advice =
                "raise the limit (LimitNOFILE=" + needed + " in a systemd unit, 'ulimit -Hn' in a shell), or set"
                        + " connections-max = " + Math.max(0, allowed - FILES_BESIDES);
        return allowed <= FILES_BESIDES
                ? Diagnosis.fail(NAME, both + ": hardly any client could connect", advice)
                : Diagnosis.warn(NAME, both + ": connections beyond the limit are refused by the system", advice);
    }

    /** The hard limit: the JVM raises its own to it. */
    private static long openFiles(Path limits) throws IOException {
        for (String line : Files.readAllLines(limits)) {
            if (line.startsWith("Max open files")) {
                String[] words =
                        line.substring("Max open files".length()).strip().split("\\s+", -1);
                return words[1].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(words[1]);
            }
        }
        throw new IOException("no line about open files");
    }
}

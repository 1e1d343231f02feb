// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a text file of mosquitto says and ours cannot say, or not in the same way, each with its line. */
final class Remarks {
    private static final int SHOWN_CHARS = 80;

    private record Remark(int line, String text) {}

    private final List<Remark> remarks = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param line from 1
     * @param said what stands there, as far as it may be shown
     */
    void add(int line, String said, String text) {
        String shown = said.strip().replaceAll("\\p{Cntrl}", "?");
        boolean isLong = shown.codePointCount(0, shown.length()) > SHOWN_CHARS;
        int end = isLong ? shown.offsetByCodePoints(0, SHOWN_CHARS) : shown.length();
        remarks.add(new Remark(line, shown.substring(0, end) + ": " + text));
    }

    /** All of them as {@code line: text}, in the order of the file. */
    List<String> lines() {
        return remarks.stream()
                .sorted(Comparator.comparingInt(Remark::line))
                .map(remark -> remark.line() + ": " + remark.text())
                .toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a text file of mosquitto says and ours cannot say, or not in the same way, each with its place. */
final class Remarks {
    private static final int SHOWN_CHARS = 80;

    private record Remark(Place place, String text) {}

    private final List<Remark> remarks = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param said what stands there, as far as it may be shown
     */
    void add(Place place, String said, String text) {
        String shown = said.strip().replaceAll("\\p{Cntrl}", "?");
        boolean isLong = shown.codePointCount(0, shown.length()) > SHOWN_CHARS;
        int end = isLong ? shown.offsetByCodePoints(0, SHOWN_CHARS) : shown.length();
        remarks.add(new Remark(place, shown.substring(0, end) + ": " + text));
    }

    /** All of them as {@code file:line: text}, in the order of reading. */
    List<String> lines() {
        return remarks.stream()
                .sorted(Comparator.comparingInt(remark -> remark.place().order()))
                .map(remark -> remark.place() + ": " + remark.text())
                .toList();
    }
}

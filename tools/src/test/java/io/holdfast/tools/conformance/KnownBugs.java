// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of docs/known-bugs.md: by the id of a class of bugs, what is said to hold it off. */
final class KnownBugs {
    private static final Pattern ROW = Pattern.compile("\\| (K\\d\\d) \\|.*\\| ([^|]*) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+#\\w+)`");
    private static final String IMPOSSIBLE = "cannot occur: ";

    private final Map<String, String> held = new LinkedHashMap<>();

    KnownBugs(List<String> lines) {
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && held.put(row.group(1), row.group(2)) != null) {
                throw new IllegalArgumentException(row.group(1) + " is there twice");
            }
        }
    }

    Set<String> ids() {
        return held.keySet();
    }

    /** Sentences about rows whose tests are not what they say, and about tests that no row names. */
    List<String> findings(TestNames tests) {
        List<String> findings = new ArrayList<>();
        held.forEach((id, text) -> judge(id, text, tests, findings));
        held.forEach((id, text) -> tests.carrying(id).stream()
                .filter(test -> !named(text).contains(test))
                .forEach(test -> findings.add(id + ": " + test + " carries the id, and the page does not name it")));
        return findings;
    }

    private static void judge(String id, String text, TestNames tests, List<String> findings) {
        Set<String> named = named(text);
        if (named.isEmpty() && !text.startsWith(IMPOSSIBLE)) {
            findings.add(id + " names no test and does not say why it cannot occur");
        }
        for (String test : named) {
            if (!tests.exists(test)) {
                findings.add(id + ": there is no test " + test);
            } else if (!tests.carrying(id).contains(test)) {
                findings.add(id + ": the display name of " + test + " does not begin with ids among which is " + id);
            }
        }
    }

    private static Set<String> named(String text) {
        Set<String> tests = new LinkedHashSet<>();
        Matcher test = TEST.matcher(text);
        while (test.find()) {
            tests.add(test.group(1));
        }
        return tests;
    }
}

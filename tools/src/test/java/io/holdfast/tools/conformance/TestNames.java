// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import io.holdfast.tools.tidy.SourceTree;
import io.holdfast.tools.tidy.SourceTree.TextFile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tests of a source tree as {@code Class#method}, with the beginning of what they are shown as. */
final class TestNames {
    private static final String DISPLAY_NAME = "@DisplayName(";
    private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
    private static final Pattern IDS = Pattern.compile("(?:[A-Z]\\d\\d |\\[MQTT[^]]*] )*");

    private final Map<String, String> shown = new LinkedHashMap<>();

    TestNames(SourceTree tree) {
        for (TextFile file : tree.files()) {
            if (file.isJava() && file.name().contains("/src/test/java/")) {
                read(String.join("\n", file.lines()), file.simpleName().replace(".java", ""));
            }
        }
    }

    private void read(String text, String type) {
        Matcher method = METHOD.matcher(text);
        for (int at = text.indexOf(DISPLAY_NAME); at >= 0; ) {
            int next = text.indexOf(DISPLAY_NAME, at + 1);
            int quote = text.indexOf('"', at);
            if (method.find(at) && (next < 0 || method.start() < next)) {
                shown.put(type + "#" + method.group(1), text.substring(quote + 1, text.indexOf('"', quote + 1)));
            }
            at = next;
        }
    }

    boolean exists(String test) {
        return shown.containsKey(test);
    }

    /** The tests whose display name begins with ids of which this is one. */
    Set<String> carrying(String id) {
        Set<String> tests = new TreeSet<>();
        shown.forEach((test, name) -> {
            Matcher ids = IDS.matcher(name);
            if (ids.lookingAt() && ids.group().contains(id + " ")) {
                tests.add(test);
            }
        });
        return tests;
    }
}

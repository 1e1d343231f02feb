// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import io.holdfast.tools.tidy.SourceTree;
import io.holdfast.tools.tidy.SourceTree.TextFile;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the sources say about the statements. In product code, which benchmarks are not, every tag counts. In tests a tag counts inside a string
 * only, where it reaches the report of the run: a display name, or the name of a row of a table.
 */
final class Evidence {
    private static final Pattern TAG = Pattern.compile("\\[(MQTT5?-[0-9.]+-[0-9]+)\\]");
    private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
    private static final String NO_PRODUCT = "benchmarks/";
    private static final String DISPLAY_NAME = "@DisplayName(";

    private final Map<String, Set<String>> code = new TreeMap<>();
    private final Map<String, Set<String>> tests = new TreeMap<>();

    Evidence(SourceTree tree) {
        for (TextFile file : tree.files()) {
            if (file.isJava() && file.name().startsWith(NO_PRODUCT)) {
                continue;
            }
            if (file.isJava() && file.name().contains("/src/main/java/")) {
                readCode(file);
            } else if (file.isJava() && file.name().contains("/src/test/java/")) {
                readTests(file);
            }
        }
    }

    /** The classes that obey, each with the last part of its package. */
    Set<String> code(String tag) {
        return code.getOrDefault(tag, Set.of());
    }

    /** The tests that show it. */
    Set<String> tests(String tag) {
        return tests.getOrDefault(tag, Set.of());
    }

    private void readCode(TextFile file) {
        String[] path = file.name().split("/", -1);
        String name = path[path.length - 2] + "." + className(file);
        Matcher tag = TAG.matcher(String.join("\n", file.lines()));
        while (tag.find()) {
            code.computeIfAbsent(tag.group(1), t -> new TreeSet<>()).add(name);
        }
    }

    private void readTests(TextFile file) {
        String text = String.join("\n", file.lines());
        Matcher tag = TAG.matcher(text);
        while (tag.find()) {
            if (isQuoted(text, tag.start())) {
                tests.computeIfAbsent(tag.group(1), t -> new TreeSet<>()).add(testName(file, text, tag.start()));
            }
        }
    }

    /** Whether an odd number of quotes stands before it on its line. */
    private static boolean isQuoted(String text, int at) {
        String before = text.substring(text.lastIndexOf('\n', at) + 1, at).replace("\\\"", "");
        return before.chars().filter(c -> c == '"').count() % 2 == 1;
    }

    /** Class and method if the tag is in a method's display name, else the class: then it is a row of a table. */
    private static String testName(TextFile file, String text, int at) {
        int annotation = text.lastIndexOf(DISPLAY_NAME, at);
        if (annotation >= 0 && !METHOD.matcher(text.substring(annotation, at)).find()) {
            Matcher method = METHOD.matcher(text);
            if (method.find(at)) {
                return className(file) + "." + method.group(1);
            }
        }
        return className(file);
    }

    private static String className(TextFile file) {
        return file.simpleName().substring(0, file.simpleName().length() - ".java".length());
    }
}

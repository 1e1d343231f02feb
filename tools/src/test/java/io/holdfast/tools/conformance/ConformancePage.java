// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.conformance;

import io.holdfast.tools.conformance.Statement.Standard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The text of docs/conformance.md, and what is wrong with what it would say.
 *
 * <p>Three lists say of a statement what no tag can, each line with its reason: {@code without-code.tsv} for what holds
 * without a line of code, {@code not-offered.tsv} for what belongs to a feature that there is not, and {@code open.tsv} for
 * what is not held yet. A line that is no longer true is a finding as well.
 */
final class ConformancePage {
    private static final String HEAD = """
            # Conformance

            Each numbered statement of the two standards that binds a server, in our own words, with the classes that obey it and
            the tests that show it. Both are read from tags such as `[MQTT-4.3.3-2]` (3.1.1) and `[MQTT5-4.3.3-10]` (5.0) in the
            sources; the build fails when this page is stale or a statement has no code or no test, unless a line of
            `tools/src/test/resources/conformance/` says why. `*`: holds across SIGKILL and restart.

            Do not edit: `%s` writes it.
            """;

    private final Evidence evidence;
    /** By tag: why no line of code is needed. */
    private final Map<String, String> withoutCode;
    /** By tag: which feature this broker does not have. */
    private final Map<String, String> notOffered;
    /** By tag: why it is not held yet. */
    private final Map<String, String> open;

    ConformancePage(Evidence evidence, List<String> withoutCode, List<String> notOffered, List<String> open) {
        this.evidence = evidence;
        this.withoutCode = reasons(withoutCode);
        this.notOffered = reasons(notOffered);
        this.open = reasons(open);
    }

    /** The page of these sources and of the lists in the resources. */
    static ConformancePage of(Evidence evidence) throws IOException {
        return new ConformancePage(
                evidence,
                Statement.lines("without-code.tsv"),
                Statement.lines("not-offered.tsv"),
                Statement.lines("open.tsv"));
    }

    private static Map<String, String> reasons(List<String> lines) {
        Map<String, String> reasons = new TreeMap<>();
        for (String line : lines) {
            String[] cells = line.split("\t", -1);
            if (cells.length != 2 || cells[1].isBlank()) {
                throw new IllegalArgumentException("not a statement, a tab and a reason: " + line);
            }
            reasons.put(cells[0], cells[1]);
        }
        return reasons;
    }

    /**
     * The whole page.
     *
     * @param command what writes it
     */
    String text(String command) throws IOException {
        StringBuilder page = new StringBuilder(HEAD.formatted(command));
        for (Standard standard : Standard.values()) {
            List<Statement> statements = Statement.read(standard);
            page.append("\n## ")
                    .append(standard.title())
                    .append(": ")
                    .append(statements.size())
                    .append(" statements\n\n")
                    .append(summary(statements))
                    .append("\n\n| statement | in short | code | tests |\n|---|---|---|---|\n");
            statements.forEach(statement -> row(page, statement));
        }
        return page.toString();
    }

    private String summary(List<Statement> statements) {
        long absent = count(statements, notOffered);
        long unheld = count(statements, open);
        String summary = (statements.size() - absent - unheld) + " held, " + count(statements, withoutCode)
                + " of them without a line of code; " + absent + " about features that this broker does not have";
        return unheld == 0 ? summary + "." : summary + "; " + unheld + " open.";
    }

    private static long count(List<Statement> statements, Map<String, String> list) {
        return statements.stream()
                .filter(statement -> list.containsKey(statement.tag()))
                .count();
    }

    private void row(StringBuilder page, Statement statement) {
        String tag = statement.tag();
        page.append("| ")
                .append(tag.substring(tag.indexOf('-') + 1))
                .append(statement.acrossCrash() ? " *" : "")
                .append(" | ")
                .append(statement.inShort())
                .append(" | ")
                .append(code(tag))
                .append(" | ")
                .append(evidence.tests(tag).isEmpty() ? "-" : names(evidence.tests(tag)))
                .append(" |\n");
    }

    private String code(String tag) {
        if (open.containsKey(tag)) {
            return "open: " + open.get(tag);
        }
        if (notOffered.containsKey(tag)) {
            return "not offered: " + notOffered.get(tag);
        }
        Set<String> code = evidence.code(tag);
        return code.isEmpty() ? withoutCode.getOrDefault(tag, "-") : names(code);
    }

    private static String names(Set<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    /** Sentences about statements without code or test, and about lists that say what is no longer so. */
    List<String> findings() throws IOException {
        List<String> findings = new ArrayList<>();
        Set<String> known = new TreeSet<>();
        for (Standard standard : Standard.values()) {
            for (Statement statement : Statement.read(standard)) {
                known.add(statement.tag());
                judge(statement.tag(), findings);
            }
        }
        requireKnown(known, withoutCode, "without-code.tsv", findings);
        requireKnown(known, notOffered, "not-offered.tsv", findings);
        requireKnown(known, open, "open.tsv", findings);
        return findings;
    }

    private static void requireKnown(Set<String> known, Map<String, String> list, String name, List<String> findings) {
        list.keySet().stream()
                .filter(tag -> !known.contains(tag))
                .forEach(tag -> findings.add(tag + " is no statement, yet " + name + " has it"));
    }

    private void judge(String tag, List<String> findings) {
        boolean hasCode = !evidence.code(tag).isEmpty();
        boolean hasTest = !evidence.tests(tag).isEmpty();
        boolean needsNone = withoutCode.containsKey(tag);
        if (hasCode && needsNone) {
            findings.add(tag + " has code: take it out of without-code.tsv");
        }
        if (notOffered.containsKey(tag)) {
            if (hasCode || hasTest) {
                findings.add(tag + " has code or a test: take it out of not-offered.tsv");
            }
            return;
        }
        boolean held = (hasCode || needsNone) && hasTest;
        if (open.containsKey(tag)) {
            if (held) {
                findings.add(tag + " has code and a test: take it out of open.tsv");
            }
            return;
        }
        if (!hasCode && !needsNone) {
            findings.add(tag + " has no code");
        }
        if (!hasTest) {
            findings.add(tag + " has no test");
        }
    }
}

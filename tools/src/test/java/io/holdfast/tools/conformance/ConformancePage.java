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

/** The text of docs/conformance.md, and what is wrong with what it would say. */
final class ConformancePage {
    private static final String HEAD = """
            # Conformance

            Each numbered statement of the two standards that binds a server, in our own words, with the classes that obey it and
            the tests that show it. Both are read from tags such as `[MQTT-4.3.3-2]` (3.1.1) and `[MQTT5-4.3.3-10]` (5.0) in the
            sources; the build fails when this page is stale or a statement has no test. `*`: holds across SIGKILL and restart.

            Written by `mvn verify -pl tools -am -Dtest=ConformanceTest -Dconformance.write`. Do not edit.
            """;

    private final Evidence evidence;
    /** By tag: why no line of code is needed. */
    private final Map<String, String> withoutCode = new TreeMap<>();
    /** Tags of statements that are not held yet. */
    private final Set<String> open;

    ConformancePage(Evidence evidence, List<String> withoutCode, List<String> open) {
        this.evidence = evidence;
        for (String line : withoutCode) {
            int tab = line.indexOf('\t');
            this.withoutCode.put(line.substring(0, tab), line.substring(tab + 1));
        }
        this.open = new TreeSet<>(open);
    }

    /** The page of these sources and of the lists in the resources. */
    static ConformancePage of(Evidence evidence) throws IOException {
        return new ConformancePage(evidence, Statement.lines("without-code.tsv"), Statement.lines("open.txt"));
    }

    /** The whole page. */
    String text() throws IOException {
        StringBuilder page = new StringBuilder(HEAD);
        for (Standard standard : Standard.values()) {
            List<Statement> statements = Statement.read(standard);
            page.append("\n## ")
                    .append(standard.title())
                    .append(": ")
                    .append(statements.size())
                    .append(" statements\n\n| statement | in short | code | tests |\n|---|---|---|---|\n");
            statements.forEach(statement -> row(page, statement));
        }
        return page.toString();
    }

    private void row(StringBuilder page, Statement statement) {
        String tag = statement.tag();
        Set<String> code = evidence.code(tag);
        page.append("| ")
                .append(tag.substring(tag.indexOf('-') + 1))
                .append(statement.acrossCrash() ? " *" : "")
                .append(" | ")
                .append(statement.inShort())
                .append(" | ")
                .append(code.isEmpty() ? withoutCode.getOrDefault(tag, "open") : names(code))
                .append(" | ")
                .append(evidence.tests(tag).isEmpty() ? "open" : names(evidence.tests(tag)))
                .append(" |\n");
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
        withoutCode.keySet().stream()
                .filter(tag -> !known.contains(tag))
                .forEach(tag -> findings.add(tag + " is no statement, yet without-code.tsv has it"));
        open.stream()
                .filter(tag -> !known.contains(tag))
                .forEach(tag -> findings.add(tag + " is no statement, yet open.txt has it"));
        return findings;
    }

    private void judge(String tag, List<String> findings) {
        boolean hasCode = !evidence.code(tag).isEmpty();
        boolean hasReason = withoutCode.containsKey(tag);
        boolean hasTest = !evidence.tests(tag).isEmpty();
        if (hasCode && hasReason) {
            findings.add(tag + " has code: take it out of without-code.tsv");
        }
        boolean held = (hasCode || hasReason) && hasTest;
        if (!held && !open.contains(tag)) {
            findings.add(tag + (hasTest ? " has no code" : " has no test"));
        }
    }
}

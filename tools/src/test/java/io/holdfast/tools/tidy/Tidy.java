// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.tidy;

import io.holdfast.tools.tidy.SourceTree.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules themselves. Forbidden words are written in two pieces ({@code "FIX" + "ME"}), so that this file keeps its
 * own rules.
 */
final class Tidy {
    /** Chosen so that a class is one idea and a method fits a screen; never to be raised. */
    static final int FILE_LINES_MAX = 600;

    static final int METHOD_LINES_MAX = 70;

    private static final String SPDX = "// SPDX-License-Identifier: Apache-2.0";

    private static final Set<String> TOP = Set.of(
            "protocol",
            "storage",
            "server",
            "tools",
            "benchmarks",
            "docs",
            ".ci",
            ".mvn",
            "pom.xml",
            "holdfast",
            "README.md",
            "ARCHITECTURE.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "LICENSE",
            "NOTICE",
            "SECURITY.md",
            ".editorconfig",
            ".gitattributes",
            ".gitignore");

    /** Forbidden in every text file: open ends, addresses of registries, folders of one machine. */
    private static final List<Pattern> WORDS_ANYWHERE = List.of(
            Pattern.compile("\\bFIX" + "ME\\b"),
            Pattern.compile("\\bTO" + "DO\\b"),
            Pattern.compile("\\bX" + "XX\\b"),
            Pattern.compile("(repo1?|central)\\.(maven|sonatype)\\.|repo\\.maven" + "\\.apache|oss\\.sona" + "type"),
            Pattern.compile("registry\\.(npm" + "js|yarnpkg)|npm" + "mirror|jitpack" + "\\.io|pypi" + "\\.org"),
            Pattern.compile("plugins\\.gradle" + "\\.org|proxy\\.gol" + "ang|ghcr" + "\\.io|docker" + "\\.io"),
            Pattern.compile("(?<![\\w.}/])/(work|root|home)" + "/[\\w.]"));

    /** Forbidden in Java: what a reviewer would send back each time. */
    private static final List<Pattern> WORDS_IN_JAVA = List.of(
            Pattern.compile("\\bSystem\\." + "out\\b"),
            Pattern.compile("\\bSystem\\." + "err\\b"),
            Pattern.compile("\\bThread\\." + "sleep\\b"),
            Pattern.compile("@Dis" + "abled\\b"),
            Pattern.compile("\\bprintStack" + "Trace\\b"),
            Pattern.compile("new Unsupported" + "OperationException\\b"),
            Pattern.compile("@aut" + "hor\\b"));

    /** Names that say nothing about what a class is. */
    private static final Pattern EMPTY_NAME = Pattern.compile("(Impl|Manager|Helper|Utils?|Service)\\.java$");

    private static final Pattern STATEMENT_TAG = Pattern.compile("\\[(MQTT5?-[^\\]]*)\\]");

    private final SourceTree tree;
    private final Set<String> statements;
    private final List<Finding> findings = new ArrayList<>();

    private Tidy(SourceTree tree, Set<String> statements) {
        this.tree = tree;
        this.statements = statements;
    }

    /** All offences below a root; tags such as MQTT-4.3.3-2 must be among the given statements. */
    static List<Finding> check(Path root, Set<String> statements) throws IOException {
        Tidy tidy = new Tidy(new SourceTree(root), statements);
        tidy.checkTop();
        tidy.checkPackages();
        tidy.checkMethods();
        for (TextFile file : tidy.tree.files()) {
            tidy.checkWords(file, WORDS_ANYWHERE);
            tidy.checkTags(file);
            if (file.isJava()) {
                tidy.checkJava(file);
            } else if (file.name().endsWith(".proto") || file.name().endsWith(".ts")) {
                tidy.checkHead(file);
                tidy.checkLength(file);
            }
        }
        return tidy.findings;
    }

    private void checkTop() throws IOException {
        Set<String> strangers = new TreeSet<>(tree.topNames());
        strangers.removeAll(TOP);
        strangers.forEach(name -> add(name, 0, "does not belong into the top folder"));
    }

    private void checkJava(TextFile file) {
        checkHead(file);
        checkLength(file);
        checkWords(file, WORDS_IN_JAVA);
        if (EMPTY_NAME.matcher(file.name()).find()) {
            add(file.name(), 0, "is named after nothing that it is");
        }
        if (file.name().contains("/src/main/") && !file.name().startsWith("storage/")) {
            checkWords(file, List.of(Pattern.compile("^import (static )?org\\.rocksdb\\.")));
        }
    }

    private void checkMethods() throws IOException {
        for (JavaShape.Method method :
                JavaShape.methods(tree.files().stream().filter(TextFile::isJava).toList())) {
            if (method.lines() > METHOD_LINES_MAX) {
                String length = method.lines() + " lines of at most " + METHOD_LINES_MAX;
                add(method.file(), method.line(), method.name() + " has " + length);
            }
        }
    }

    private void checkHead(TextFile file) {
        if (file.lines().isEmpty() || !file.lines().get(0).equals(SPDX)) {
            add(file.name(), 1, "does not start with the SPDX line");
        }
    }

    private void checkLength(TextFile file) {
        if (file.lines().size() > FILE_LINES_MAX) {
            add(file.name(), 0, "has " + file.lines().size() + " lines of at most " + FILE_LINES_MAX);
        }
    }

    private void checkWords(TextFile file, List<Pattern> words) {
        for (int i = 0; i < file.lines().size(); i++) {
            for (Pattern word : words) {
                Matcher match = word.matcher(file.lines().get(i));
                if (match.find()) {
                    add(file.name(), i + 1, "holds '" + match.group() + "'");
                }
            }
        }
    }

    private void checkTags(TextFile file) {
        for (int i = 0; i < file.lines().size(); i++) {
            Matcher tag = STATEMENT_TAG.matcher(file.lines().get(i));
            while (tag.find()) {
                if (!statements.contains(tag.group(1))) {
                    add(file.name(), i + 1, "cites " + tag.group() + ", which no standard holds");
                }
            }
        }
    }

    /** A package of product code, and one of tests that has none in the product, says what it is for. */
    private void checkPackages() {
        Map<String, Set<String>> namesByFolder = new TreeMap<>();
        Map<String, TextFile> infos = new TreeMap<>();
        for (TextFile file : tree.files()) {
            if (file.isJava()) {
                String folder = file.name()
                        .substring(0, file.name().length() - file.simpleName().length());
                namesByFolder.computeIfAbsent(folder, f -> new HashSet<>()).add(file.simpleName());
                if (file.simpleName().equals("package-info.java")) {
                    infos.put(folder, file);
                }
            }
        }
        for (String folder : namesByFolder.keySet()) {
            TextFile info = infos.getOrDefault(folder, infos.get(folder.replace("/src/test/", "/src/main/")));
            if (info == null) {
                add(folder, 0, "has no package-info.java");
            } else if (info.lines().stream().noneMatch("@NullMarked"::equals)) {
                add(info.name(), 0, "is not @NullMarked");
            } else if (info.lines().stream().noneMatch(line -> line.startsWith("/**"))) {
                add(info.name(), 0, "does not say what the package is for");
            }
        }
    }

    private void add(String file, int line, String what) {
        findings.add(new Finding(file, line, what));
    }
}

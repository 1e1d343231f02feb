// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.FileText;
import io.holdfast.server.access.Glob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The rules file, one rule a line:
 * <pre>
 *  allow|deny SUBJECT ACTION[,ACTION] TOPICS [qos&lt;=N]
 *  limit SUBJECT session-expiry&lt;=SECONDS
 *
 *  SUBJECT  user P | group P | client P | certificate P | anonymous | all         P: name,name with * and ?
 *  ACTION   publish | subscribe | retain | will | all
 *  TOPICS   a topic filter with %u and %c
 * </pre>
 * The first rule that fits decides; what no rule fits is denied. Strict: a line that is none of these is an error, and so
 * is a file without rules, for it would deny everything.
 */
final class RulesFile {
    private static final String QOS = "qos<=";
    private static final String EXPIRY = "session-expiry<=";

    final List<Rule> rules = new ArrayList<>();
    final List<ExpiryLimit> limits = new ArrayList<>();

    /**
     * Reads a file.
     *
     * @throws AccessFileException when it cannot be used, with file, line and reason
     */
    RulesFile(Path file) throws AccessFileException {
        List<String> lines = FileText.lines(file, "write it; docs/security.md says how");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                add(line, i + 1);
            } catch (IllegalArgumentException e) {
                throw new AccessFileException(file, i + 1, String.valueOf(e.getMessage()));
            }
        }
        if (rules.isEmpty()) {
            throw new AccessFileException(
                    file, "holds no rule, so nobody could do anything; allow everything with: allow all all #");
        }
    }

    private void add(String line, int number) {
        Words words = new Words(line);
        String verb = words.word("allow, deny or limit");
        switch (verb) {
            case "allow", "deny" -> rules.add(rule(verb.equals("allow"), words, number, line));
            case "limit" -> limits.add(limit(words));
            default ->
                throw new IllegalArgumentException(
                        "a line begins with allow, deny, limit or #, not with '" + verb + "'");
        }
        if (words.hasMore()) {
            throw new IllegalArgumentException("nothing can follow here: '" + words.word("") + "'");
        }
    }

    private static Rule rule(boolean allows, Words words, int number, String text) {
        Subject subject = subject(words);
        Set<Action> actions = actions(words);
        TopicPattern topics = new TopicPattern(words.word("which topics"));
        int qosMax = 2;
        if (words.hasMore()) {
            String option = words.word("");
            if (!allows) {
                throw new IllegalArgumentException("a deny rule has no options, but here is '" + option + "'");
            }
            qosMax = (int) number(option, QOS, 2);
        }
        return new Rule(allows, subject, actions, topics, qosMax, number, text);
    }

    private static ExpiryLimit limit(Words words) {
        Subject subject = subject(words);
        return new ExpiryLimit(subject, number(words.word(EXPIRY + "SECONDS"), EXPIRY, 0xFFFF_FFFEL));
    }

    private static long number(String option, String name, long max) {
        String digits = option.startsWith(name) ? option.substring(name.length()) : "";
        if (!digits.matches("[0-9]{1,10}") || Long.parseLong(digits) > max) {
            throw new IllegalArgumentException(
                    "'" + option + "' is not " + name + "N with a whole number from 0 to " + max);
        }
        return Long.parseLong(digits);
    }

    private static Subject subject(Words words) {
        String word = words.word("whom: user, group, client, certificate, anonymous or all");
        for (Subject.Kind kind : Subject.Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(word)) {
                return new Subject(kind, kind.named ? patterns(words, word) : List.of());
            }
        }
        throw new IllegalArgumentException(
                "a rule is for a user, group, client, certificate, anonymous or all, not for '" + word + "'");
    }

    private static List<Glob> patterns(Words words, String kind) {
        List<String> names = words.list("which " + kind);
        if (names.contains("")) {
            throw new IllegalArgumentException("a name of a " + kind + " is empty");
        }
        return names.stream().map(Glob::new).toList();
    }

    private static Set<Action> actions(Words words) {
        Set<Action> actions = EnumSet.noneOf(Action.class);
        for (String word : words.list("what: publish, subscribe, retain, will or all")) {
            if (word.equals("all")) {
                actions.addAll(EnumSet.allOf(Action.class));
            } else {
                actions.add(action(word));
            }
        }
        return actions;
    }

    private static Action action(String word) {
        for (Action action : Action.values()) {
            if (action.name().toLowerCase(Locale.ROOT).equals(word)) {
                return action;
            }
        }
        throw new IllegalArgumentException("an action is publish, subscribe, retain, will or all, not '" + word + "'");
    }
}

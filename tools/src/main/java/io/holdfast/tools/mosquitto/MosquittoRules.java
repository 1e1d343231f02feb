// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An ACL file of mosquitto as our rules. There any denial of a client's own rules counts before all that allow, and both
 * before the patterns, of which denials are first again; ours are decided by the first that fits, so they are written in
 * that order, and else in the order of the file.
 */
final class MosquittoRules {
    private static final String ANONYMOUS = "anonymous";
    private static final String ALL = "all";

    private static final String NARROW =
            "a client that subscribes to more than its rules allow is refused here; mosquitto"
                    + " accepts it and sends only what it may read. Let clients subscribe to what they may read";
    private static final String NAMES =
            "a user or client identifier with /, or with a $ in front, fits no rule with %u or"
                    + " %c here; there it does";
    private static final String NAMES_DENIED =
            NAMES + ", so such a name is not denied this: deny it by name if there is one";

    /** The rules of one subject. */
    private static final class Section {
        private final List<String> denials = new ArrayList<>();
        private final List<String> others = new ArrayList<>();

        int size() {
            return denials.size() + others.size();
        }
    }

    private final Map<String, Section> users = new LinkedHashMap<>();
    private final Section patterns = new Section();
    private final Remarks remarks = new Remarks();
    private String user = "";
    private int line;
    private Place place = new Place(Path.of(""), 0, 0);
    private boolean readSeen;
    private boolean namesSeen;

    private MosquittoRules() {}

    /**
     * Converts a file.
     *
     * @throws MosquittoFileException when mosquitto would refuse it
     */
    static Converted convert(TextFile file) throws MosquittoFileException {
        MosquittoRules rules = new MosquittoRules();
        for (String text : file.lines()) {
            rules.line++;
            rules.place = new Place(file.path(), rules.line, rules.line);
            if (!text.isBlank() && !text.startsWith("#")) {
                rules.line(text.strip());
            }
        }
        int count = rules.patterns.size()
                + rules.users.values().stream().mapToInt(Section::size).sum();
        String summary = String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "rule" : "rules");
        return new Converted(rules.text(count == 0), rules.remarks.lines(), summary);
    }

    private void line(String text) throws MosquittoFileException {
        String[] words = text.split(" +", 2);
        String rest = words.length < 2 ? "" : words[1].strip();
        switch (words[0]) {
            case "user" -> user(rest);
            case "topic" -> rule(rest, users.computeIfAbsent(user, name -> new Section()), subject());
            case "pattern" -> rule(rest, patterns, ALL);
            default -> throw wrong("begins with none of user, topic and pattern");
        }
    }

    private void user(String name) throws MosquittoFileException {
        if (name.isEmpty()) {
            throw wrong("names no user");
        }
        user = name;
    }

    private String subject() {
        return user.isEmpty() ? ANONYMOUS : "user " + word(user);
    }

    /** {@code [read|write|readwrite|deny] TOPIC}, where the topic may hold blanks. */
    private void rule(String text, Section section, String subject) throws MosquittoFileException {
        String[] parts = text.split(" +", 2);
        String access = parts.length < 2 ? "readwrite" : parts[0];
        String topic = parts.length < 2 ? text : parts[1].strip();
        String filter = topics(topic, subject.equals(ALL));
        if (!isKnown(filter)) {
            return;
        }
        boolean isGlob = section != patterns && (user.contains("*") || user.contains("?"));
        if (access.equals("deny")) {
            noteNames(filter, subject, NAMES_DENIED);
            section.denials.add("deny " + subject + " all " + word(filter));
            if (isGlob) {
                remarks.add(
                        place,
                        text,
                        "denies this to all users whose names look like " + user + ": * and ? stand for"
                                + " others in a rule here");
            }
            return;
        }
        String actions = switch (access) {
            case "read" -> "subscribe";
            case "write" -> "publish,retain,will";
            case "readwrite" -> "all";
            default -> throw wrong("says '" + access + "', which is none of read, write, readwrite and deny");
        };
        if (isGlob) {
            remarks.add(
                    place,
                    text,
                    "left out: it would allow this to all users whose names look like " + user
                            + ", as * and ? stand for others in a rule here");
            return;
        }
        if (!access.equals("write") && !readSeen) {
            readSeen = true;
            remarks.add(place, text, NARROW);
        }
        if (!namesSeen) {
            namesSeen = noteNames(filter, subject, NAMES);
        }
        section.others.add("allow " + subject + " " + actions + " " + word(filter));
    }

    /** The topics of a rule as ours has them: a percent sign is said twice, unless a pattern means a name by it. */
    private static String topics(String topic, boolean pattern) {
        return topic.replaceAll(pattern ? "%(?![uc])" : "%", "%%");
    }

    /** Whether a rule here can have these topics; when mosquitto could not either, that is an error. */
    private boolean isKnown(String filter) throws MosquittoFileException {
        if (filter.startsWith("$share/")) {
            remarks.add(place, filter, "left out: no topic is called so, and mosquitto's rule fits nothing either");
            return false;
        }
        try {
            return !TopicFilter.parse(filter).isShared();
        } catch (InvalidTopicException e) {
            throw wrong("has no topic filter: " + e.getMessage());
        }
    }

    private boolean noteNames(String filter, String subject, String remark) {
        boolean named = subject.equals(ALL) && filter.matches("(.*[^%])?(%%)*%[uc].*");
        if (named) {
            remarks.add(place, filter, remark);
        }
        return named;
    }

    /** A name or topic as one word of a rules file. */
    private static String word(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c <= ' ' || Character.isWhitespace(c));
        return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private MosquittoFileException wrong(String why) {
        return new MosquittoFileException(
                "line " + line + " " + why + "; mosquitto does not start with such a file. Nothing was written");
    }

    private String text(boolean empty) {
        StringBuilder text = new StringBuilder("# From an ACL file of mosquitto; see docs/security.md\n");
        if (empty) {
            // A file without rules denies everything there; here it is an error, as it is seldom meant.
            return text.append("deny all all #\n").toString();
        }
        users.values().forEach(section -> append(text, section));
        append(text, patterns);
        return text.toString();
    }

    private static void append(StringBuilder text, Section section) {
        if (section.size() > 0) {
            text.append('\n');
            section.denials.forEach(rule -> text.append(rule).append('\n'));
            section.others.forEach(rule -> text.append(rule).append('\n'));
        }
    }
}

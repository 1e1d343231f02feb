// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How mosquitto decides by an ACL file, as short as it can be said; {@link MosquittoAccessIT} asks mosquitto itself. */
final class MosquittoAcl {
    /**
     * A line.
     *
     * @param user whose line it is, null for those without a name; of a pattern nobody's
     * @param access read, write, readwrite or deny
     */
    record Line(boolean pattern, @Nullable String user, String access, String topic) {
        boolean fits(TopicName name, @Nullable String userName, String clientId) {
            if (!pattern) {
                return Objects.equals(user, userName)
                        && TopicFilter.parse(topic).matches(name);
            }
            if (topic.contains("%u") && userName == null) {
                return false;
            }
            String filled = topic.replace("%c", clientId).replace("%u", String.valueOf(userName));
            return TopicFilter.parse(filled).matches(name);
        }
    }

    private final List<Line> lines = new ArrayList<>();

    void add(Line line) {
        lines.add(line);
    }

    /** The file. */
    List<String> text() {
        List<String> text = new ArrayList<>();
        String section = null;
        for (Line line : lines) {
            String user = line.user();
            if (!line.pattern() && user != null && !user.equals(section)) {
                section = user;
                text.add("user " + user);
            }
            text.add((line.pattern() ? "pattern " : "topic ") + line.access() + " " + line.topic());
        }
        return text;
    }

    /** Whether a client may {@code read} or {@code write}. */
    boolean allows(String access, TopicName name, @Nullable String user, String clientId) {
        for (boolean pattern : new boolean[] {false, true}) {
            List<String> found = lines.stream()
                    .filter(line -> line.pattern() == pattern && line.fits(name, user, clientId))
                    .map(Line::access)
                    .toList();
            if (found.contains("deny")) {
                return false;
            }
            if (found.contains(access) || found.contains("readwrite")) {
                return true;
            }
        }
        return false;
    }
}

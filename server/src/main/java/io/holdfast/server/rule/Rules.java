// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AccessPolicy;
import io.holdfast.server.access.Client;
import io.holdfast.server.access.Grants;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The rules of a file, as of one reading. Immutable. */
public final class Rules implements AccessPolicy {
    private final RulesFile file;
    private final Function<String, Set<String>> groups;

    private Rules(RulesFile file, Function<String, Set<String>> groups) {
        this.file = file;
        this.groups = groups;
    }

    /**
     * Reads a rules file.
     *
     * @param groups of a user
     * @throws AccessFileException when it cannot be used, with file, line and reason
     */
    public static Rules read(Path file, Function<String, Set<String>> groups) throws AccessFileException {
        return new Rules(new RulesFile(file), groups);
    }

    @Override
    public Grants grants(Client client) {
        return granted(client);
    }

    /** As above, with the reasons. */
    public RuleGrants granted(Client client) {
        String user = client.user();
        Set<String> mine = user == null ? Set.of() : groups.apply(user);
        List<RuleGrants.Bound> bound = new ArrayList<>();
        for (Rule rule : file.rules) {
            TopicFilter topics =
                    rule.subject().includes(client, mine) ? rule.topics().filter(client) : null;
            if (topics != null) {
                bound.add(new RuleGrants.Bound(rule, topics));
            }
        }
        long expirySeconds = Grants.EXPIRY_UNLIMITED;
        for (ExpiryLimit limit : file.limits) {
            if (limit.subject().includes(client, mine)) {
                expirySeconds = limit.seconds();
                break;
            }
        }
        return new RuleGrants(bound, expirySeconds);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.access.Grants;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules that speak of one client, in the order of the file, with its names put in: the first that fits decides. */
public final class RuleGrants implements Grants {
    /** A rule with the filter that it means for this client. */
    record Bound(Rule rule, TopicFilter topics) {}

    /**
     * Why something is allowed or not.
     *
     * @param line of the rule that decided, 0 when none fitted
     * @param text of that rule
     */
    public record Decision(boolean allowed, int line, String text, int qosMax) {
        static final Decision DEFAULT = new Decision(false, 0, "no rule fits", NOT_AT_ALL);
    }

    private final List<Bound> rules;
    private final long expirySecondsMax;

    RuleGrants(List<Bound> rules, long expirySecondsMax) {
        this.rules = List.copyOf(rules);
        this.expirySecondsMax = expirySecondsMax;
    }

    @Override
    public boolean mayPublish(TopicName topic, int qos) {
        return allows(first(Action.PUBLISH, topic, qos));
    }

    @Override
    public boolean mayRetain(TopicName topic, int qos) {
        return allows(first(Action.RETAIN, topic, qos));
    }

    @Override
    public boolean mayLeaveWill(TopicName topic, int qos) {
        return allows(first(Action.WILL, topic, qos));
    }

    @Override
    public boolean mayReceive(TopicName topic) {
        return allows(first(Action.SUBSCRIBE, topic, 0));
    }

    @Override
    public int subscribeQosMax(TopicFilter filter) {
        Bound rule = first(filter.inner());
        return rule != null && rule.rule().allows() ? rule.rule().qosMax() : NOT_AT_ALL;
    }

    @Override
    public long sessionExpirySecondsMax() {
        return expirySecondsMax;
    }

    private static boolean allows(@Nullable Bound rule) {
        return rule != null && rule.rule().allows();
    }

    private @Nullable Bound first(Action action, TopicName topic, int qos) {
        for (Bound bound : rules) {
            Rule rule = bound.rule();
            if (rule.actions().contains(action)
                    && qos <= rule.qosMax()
                    && bound.topics().matches(topic)) {
                return bound;
            }
        }
        return null;
    }

    /**
     * The first rule whose topics include all of a filter's. A deny rule that includes only some of them is passed over:
     * what it denies is held back when it would be sent (T30).
     */
    private @Nullable Bound first(TopicFilter filter) {
        for (Bound bound : rules) {
            if (bound.rule().actions().contains(Action.SUBSCRIBE)
                    && bound.topics().covers(filter)) {
                return bound;
            }
        }
        return null;
    }

    // ---- for those who ask why

    /** Why the client may publish to a topic or not. */
    public Decision explainPublish(TopicName topic, int qos) {
        return decision(first(Action.PUBLISH, topic, qos));
    }

    /** Why the client may subscribe with a filter or not. */
    public Decision explainSubscribe(TopicFilter filter) {
        return decision(first(filter.inner()));
    }

    private static Decision decision(@Nullable Bound bound) {
        if (bound == null) {
            return Decision.DEFAULT;
        }
        Rule rule = bound.rule();
        return new Decision(rule.allows(), rule.line(), rule.text(), rule.allows() ? rule.qosMax() : NOT_AT_ALL);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static io.holdfast.tools.blackbox.history.HistoryModel.NEVER;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The life of one subscription, from the first SUBSCRIBE of a filter to its UNSUBSCRIBE or the end of the session. A
 * SUBSCRIBE of the same filter meanwhile replaces the QoS without interrupting the flow [MQTT-3.8.4-3].
 */
final class Span {
    /** One SUBSCRIBE within the span. */
    static final class Grant {
        final int calledAt;
        int ackedAt = NEVER;
        int qos;

        Grant(int calledAt, int qos) {
            this.calledAt = calledAt;
            this.qos = qos;
        }
    }

    final String client;
    final String filter;
    final boolean durable;
    final List<Grant> grants = new ArrayList<>();
    // A long history has few topics and asks for each of them thousands of times.
    private final Map<String, Boolean> matched = new HashMap<>();
    /** From here on the subscription may be gone. */
    int endCalledAt = NEVER;
    /** From here on the subscription is gone. */
    int endedAt = NEVER;

    Span(String client, String filter, boolean durable) {
        this.client = client;
        this.filter = filter;
        this.durable = durable;
    }

    /** Whether it makes the client a member of a group instead of giving it every message. */
    boolean isShared() {
        return FilterMatch.isShared(filter);
    }

    int calledAt() {
        return grants.get(0).calledAt;
    }

    /** The subscription certainly existed from the first SUBACK on. */
    int establishedAt() {
        return grants.stream().mapToInt(grant -> grant.ackedAt).min().orElse(NEVER);
    }

    boolean matches(Publication publication) {
        return matched.computeIfAbsent(publication.message.topic(), topic -> FilterMatch.matches(filter, topic));
    }

    /** Whether the broker may have matched the publication against this subscription. */
    boolean mayHaveSeen(Publication publication) {
        // A QoS 0 message or a will has no acknowledgement that would say by when it was matched.
        return endedAt > publication.firstCall && calledAt() < publication.settledAt;
    }

    /** Whether the broker must have matched the publication, and still owes it at the end of the history. */
    boolean mustHaveSeen(Publication publication) {
        return durable && endCalledAt == NEVER && establishedAt() < publication.firstCall;
    }

    /** Whether some QoS that was valid while the broker handled the publication gives this delivered QoS. */
    boolean explainsQos(Publication publication, int deliveredQos) {
        return grantsFor(publication).stream()
                .anyMatch(grant -> Math.min(grant.qos, publication.message.qos()) == deliveredQos);
    }

    /** The lowest QoS at which the publication may have been matched. */
    int lowestQos(Publication publication) {
        return grantsFor(publication).stream()
                .mapToInt(grant -> grant.qos)
                .min()
                .orElse(0);
    }

    private List<Grant> grantsFor(Publication publication) {
        int from = 0;
        for (int i = 1; i < grants.size(); i++) {
            if (grants.get(i).ackedAt < publication.firstCall) {
                from = i;
            }
        }
        int by = publication.settledAt;
        return grants.subList(from, grants.size()).stream()
                .filter(grant -> grant.calledAt < by)
                .toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import io.holdfast.tools.blackbox.history.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A new subscription is given the last acknowledged retained message of each topic. One that is in doubt (sent, not
 * acknowledged) may have replaced it or not; one that was certainly replaced before the SUBSCRIBE is wrong.
 */
final class RetainedRule {
    private final HistoryModel model;
    private final Map<String, List<Publication>> byTopic;

    RetainedRule(HistoryModel model) {
        this.model = model;
        this.byTopic = model.retainedByTopic();
    }

    List<Violation> check() {
        List<Violation> violations = new ArrayList<>();
        for (int at = 0; at < model.events.size(); at++) {
            if (model.events.get(at) instanceof Event.Received e && e.message().retain()) {
                judgeDelivered(at, e, violations);
            } else if (model.events.get(at) instanceof Event.RetainedRead e) {
                judgeComplete(at, e, violations);
            }
        }
        return violations;
    }

    private void judgeDelivered(int at, Event.Received e, List<Violation> violations) {
        Publication delivered = model.publications.get(e.message().payload().id());
        if (delivered == null || !delivered.message.retain()) {
            return; // DeliveryRule has its word for that.
        }
        // The broker looks the message up when it processes a SUBSCRIBE, so any of the client's SUBSCRIBEs may explain
        // it.
        boolean explained = model.spansOf(e.client()).stream()
                .filter(span -> span.matches(delivered))
                .flatMap(span -> span.grants.stream())
                .anyMatch(grant -> grant.calledAt < at && !replaced(delivered, grant.calledAt));
        if (!explained) {
            violations.add(new Violation(
                    Kind.RETAINED_STALE, at, e.client() + " got " + delivered + ", replaced before its SUBSCRIBE"));
        }
    }

    private void judgeComplete(int at, Event.RetainedRead e, List<Violation> violations) {
        int subscribedAt = subscribedAt(at, e);
        for (String topic : certain(subscribedAt, at)) {
            if (FilterMatch.matches(e.filter(), topic) && !delivered(e, topic, subscribedAt, at)) {
                violations.add(new Violation(
                        Kind.RETAINED_MISSING,
                        at,
                        "topic '" + topic + "', one of " + candidates(topic, subscribedAt, at)));
            }
        }
    }

    /** The topics that had a retained message all the time between two places, whichever of its candidates it was. */
    Set<String> certain(int from, int to) {
        return byTopic.keySet().stream()
                .filter(topic -> {
                    List<Publication> candidates = candidates(topic, from, to);
                    // A QoS 0 message may be dropped by a broker at any time [MQTT-3.3.1-7].
                    return candidates.stream().anyMatch(publication -> publication.appliedAt() < from)
                            && candidates.stream()
                                    .noneMatch(publication -> publication.clears() || publication.message.qos() == 0);
                })
                .collect(Collectors.toSet());
    }

    private List<Publication> candidates(String topic, int from, int to) {
        return byTopic.getOrDefault(topic, List.of()).stream()
                .filter(publication -> publication.firstCall < to && !replaced(publication, from))
                .toList();
    }

    private int subscribedAt(int at, Event.RetainedRead read) {
        for (int i = at; i >= 0; i--) {
            if (model.events.get(i) instanceof Event.SubscribeCalled e
                    && e.client().equals(read.client())
                    && e.connection() == read.connection()
                    && e.filter().equals(read.filter())) {
                return i;
            }
        }
        throw new IllegalArgumentException("retained messages read without a SUBSCRIBE: " + read);
    }

    private boolean delivered(Event.RetainedRead read, String topic, int from, int to) {
        return model.events.subList(from, to).stream()
                .anyMatch(event -> event instanceof Event.Received e
                        && e.client().equals(read.client())
                        && e.message().topic().equals(topic));
    }

    /** Whether another retained message certainly came after this one and was processed before {@code at}. */
    private boolean replaced(Publication publication, int at) {
        int done = publication.doneAt();
        return byTopic.getOrDefault(publication.message.topic(), List.of()).stream()
                .anyMatch(other -> other != publication && other.firstCall > done && other.appliedAt() < at);
    }
}

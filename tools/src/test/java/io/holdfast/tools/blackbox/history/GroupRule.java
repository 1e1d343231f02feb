// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static io.holdfast.tools.blackbox.history.HistoryModel.NEVER;

import io.holdfast.tools.blackbox.history.Violation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Judges shared subscriptions. Each message goes to one member. What a member was sent at QoS 2 goes to nobody else, ever
 * [MQTT5-4.8.2-5]; what it was sent at QoS 1 goes to another one only when its session has ended. An owned message of a
 * group that existed is acknowledged by some member in the end; only at QoS 2 the end of a session may take it along, as
 * nobody can tell whether its sending had begun.
 *
 * <p>Order is not judged: what comes back from a member stands behind what came since.
 */
final class GroupRule {
    /** A message as a member received it first. */
    private static final class Copy {
        final String client;
        final int qos;
        /** How often the client's session may have ended before. */
        final int endsBefore;

        boolean acknowledged;

        Copy(String client, int qos, int endsBefore) {
            this.client = client;
            this.qos = qos;
            this.endsBefore = endsBefore;
        }
    }

    private record Connection(String client, int number) {}

    private final HistoryModel model;
    /** By group, then by message. */
    private final Map<String, Map<String, List<Copy>>> copies = new TreeMap<>();

    private final Map<Connection, Boolean> clean = new HashMap<>();
    /** Of each client's latest CONNECT. */
    private final Map<String, Boolean> lastClean = new HashMap<>();
    /** Where each client's session may have ended. */
    private final Map<String, List<Integer>> ends = new HashMap<>();
    /** Where each client's present session began. */
    private final Map<String, Integer> begun = new HashMap<>();

    GroupRule(HistoryModel model) {
        this.model = model;
    }

    // ---- the life of the members' sessions

    /** Before the event itself is judged. */
    void observe(int at, Event event) {
        if (event instanceof Event.ConnectCalled e) {
            // A take-over ends the session of a clean connection, whatever the new one asks for.
            boolean before = lastClean.getOrDefault(e.client(), false);
            clean.put(new Connection(e.client(), e.connection()), e.clean());
            lastClean.put(e.client(), e.clean());
            if (e.clean() || before) {
                ended(at, e.client());
            }
        } else if (event instanceof Event.Connected e) {
            if (e.sessionPresent()) {
                begun.putIfAbsent(e.client(), 0); // A kill took the CONNACK of its first connection.
            } else {
                ended(at, e.client());
                begun.put(e.client(), at);
            }
        } else if (event instanceof Event.DropCalled e) {
            connectionEnds(at, e.client(), e.connection());
        } else if (event instanceof Event.DisconnectCalled e) {
            connectionEnds(at, e.client(), e.connection());
        } else if (event instanceof Event.ConnectionLost e) {
            connectionEnds(at, e.client(), e.connection());
        }
    }

    private void connectionEnds(int at, String client, int connection) {
        if (clean.getOrDefault(new Connection(client, connection), false)) {
            ended(at, client);
        }
    }

    private void ended(int at, String client) {
        if (begun.containsKey(client)) {
            ends.computeIfAbsent(client, c -> new ArrayList<>()).add(at);
        }
    }

    private int endsOf(String client) {
        return ends.getOrDefault(client, List.of()).size();
    }

    // ---- deliveries

    /** Whether a delivery to this client came through a shared subscription. */
    boolean concerns(String client, Publication publication) {
        return model.spansOf(client).stream().anyMatch(span -> span.isShared() && span.matches(publication));
    }

    /** Judges a delivery that is no re-send. */
    Optional<Violation> newCopy(int at, Event.Received e, Publication publication) {
        List<Span> spans = model.spansOf(e.client()).stream()
                .filter(span -> span.isShared() && span.matches(publication))
                .filter(span -> span.calledAt() < at && span.calledAt() > begun.getOrDefault(e.client(), 0))
                .filter(span -> existedFor(span.filter, publication))
                .toList();
        if (spans.isEmpty()) {
            return violation(Kind.NO_SUBSCRIPTION, at, e, publication, "no member of a group that it was for");
        }
        boolean explained = spans.stream()
                .flatMap(span -> span.grants.stream())
                .anyMatch(grant -> grant.calledAt < at
                        && Math.min(grant.qos, publication.message.qos())
                                == e.message().qos());
        if (!explained) {
            return violation(Kind.WRONG_QOS, at, e, publication, "no grant gives this QoS");
        }
        // A client is a member of one group for a topic: the campaigns see to that.
        List<Copy> known = copies.computeIfAbsent(spans.get(0).filter, group -> new HashMap<>())
                .computeIfAbsent(publication.key, key -> new ArrayList<>());
        List<Copy> before = List.copyOf(known);
        known.add(new Copy(e.client(), e.message().qos(), endsOf(e.client())));
        Optional<Copy> begunElsewhere =
                before.stream().filter(copy -> copy.qos == 2).findFirst();
        if (begunElsewhere.isPresent()) {
            String text = "after " + begunElsewhere.get().client + " was sent it at QoS 2";
            return violation(Kind.DOUBLED, at, e, publication, text);
        }
        List<String> holders = before.stream()
                .filter(copy -> copy.endsBefore == endsOf(copy.client))
                .map(copy -> copy.client)
                .toList();
        return holders.size() < publication.copiesMax()
                ? Optional.empty()
                : violation(Kind.DOUBLED, at, e, publication, "while the sessions of " + holders + " live");
    }

    /** Whether the group had a member when the broker may have handled the message. */
    private boolean existedFor(String group, Publication publication) {
        return members(group).stream().anyMatch(span -> span.calledAt() < publication.settledAt);
    }

    private List<Span> members(String group) {
        return model.spans.values().stream()
                .flatMap(List::stream)
                .filter(span -> span.filter.equals(group))
                .toList();
    }

    private static Optional<Violation> violation(
            Kind kind, int at, Event.Received e, Publication publication, String why) {
        String text =
                e.client() + " got " + publication + " at QoS " + e.message().qos() + ": " + why;
        return Optional.of(new Violation(kind, at, text));
    }

    /** A PUBACK for a message is about to be sent. */
    void acknowledged(String client, String key) {
        for (Map<String, List<Copy>> group : copies.values()) {
            group.getOrDefault(key, List.of()).stream()
                    .filter(copy -> copy.client.equals(client))
                    .forEach(copy -> copy.acknowledged = true);
        }
    }

    // ---- what is owed

    /** Owned messages of groups that certainly existed, and which no member has acknowledged. */
    List<Violation> missing() {
        List<Violation> violations = new ArrayList<>();
        model.spans.values().stream()
                .flatMap(List::stream)
                .filter(Span::isShared)
                .map(span -> span.filter)
                .distinct()
                .sorted()
                .forEach(group -> missingIn(group, violations));
        return violations;
    }

    private void missingIn(String group, List<Violation> violations) {
        List<Span> members = members(group);
        Map<String, List<Copy>> received = copies.getOrDefault(group, Map.of());
        for (Publication publication : model.publications.values()) {
            boolean owed = publication.message.qos() > 0
                    && publication.ownedAt != NEVER
                    && !publication.clears()
                    && members.stream().anyMatch(span -> span.mustHaveSeen(publication) && span.matches(publication));
            if (!owed) {
                continue;
            }
            List<Copy> got = received.getOrDefault(publication.key, List.of());
            boolean settled = got.stream().anyMatch(copy -> copy.qos == 2 || copy.acknowledged);
            if (!settled && !(publication.message.qos() == 2 && mayBeLostWithSession(members, publication))) {
                String holders = got.isEmpty()
                        ? "never reached a member"
                        : "reached " + got.stream().map(copy -> copy.client).toList() + ", unacknowledged";
                violations.add(new Violation(
                        Kind.LOST,
                        model.events.size(),
                        publication + " at " + publication.firstCall + " in '" + group + "' " + holders));
            }
        }
    }

    /** Whether a session to which it may have been sent at QoS 2 ended after it was published. */
    private boolean mayBeLostWithSession(List<Span> members, Publication publication) {
        return members.stream()
                .filter(span -> span.grants.stream().anyMatch(grant -> grant.qos == 2))
                .anyMatch(span -> ends.getOrDefault(span.client, List.of()).stream()
                        .anyMatch(end -> end > publication.firstCall));
    }
}

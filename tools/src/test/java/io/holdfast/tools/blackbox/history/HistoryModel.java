// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The history in the form the rules ask about it: publications, subscriptions and connections with the places of their
 * turning points. Building it judges Session Present on the way, since the life of subscriptions depends on it.
 */
final class HistoryModel {
    /** The place of what did not happen. */
    static final int NEVER = Integer.MAX_VALUE;

    private record Outstanding(String client, int packetId) {}

    private record ConnectionKey(String client, int connection) {}

    final List<Event> events;
    final Map<String, Publication> publications = new HashMap<>();
    final Map<String, List<Span>> spans = new HashMap<>();
    final List<ConnectionLife> connections = new ArrayList<>();
    final List<Violation> violations = new ArrayList<>();

    private final Map<Outstanding, Publication> outstanding = new HashMap<>();
    private final Map<ConnectionKey, ConnectionLife> lives = new HashMap<>();
    private final Map<String, SessionTrack> sessions = new HashMap<>();

    HistoryModel(List<Event> events) {
        this.events = events;
        for (int at = 0; at < events.size(); at++) {
            add(at, events.get(at));
        }
    }

    List<Span> spansOf(String client) {
        return spans.getOrDefault(client, List.of());
    }

    /** Publications that set or clear a retained message, by topic, in the order of their first call. */
    Map<String, List<Publication>> retainedByTopic() {
        Map<String, List<Publication>> byTopic = new HashMap<>();
        publications.values().stream()
                .filter(publication -> publication.message.retain())
                .sorted((a, b) -> Integer.compare(a.firstCall, b.firstCall))
                .forEach(publication -> byTopic.computeIfAbsent(publication.message.topic(), topic -> new ArrayList<>())
                        .add(publication));
        return byTopic;
    }

    private void add(int at, Event event) {
        if (event instanceof Event.ConnectCalled e) {
            connectCalled(at, e);
        } else if (event instanceof Event.Connected e) {
            connected(at, e);
        } else if (event instanceof Event.Refused e) {
            life(e.client(), e.connection()).refusedAt = at;
            session(e.client()).onRefused();
        } else if (event instanceof Event.DisconnectCalled e) {
            life(e.client(), e.connection()).disconnectCalledAt = at;
        } else if (event instanceof Event.DisconnectConfirmed e) {
            life(e.client(), e.connection()).confirmedAt = at;
            connectionEnded(at, life(e.client(), e.connection()));
        } else if (event instanceof Event.ConnectionLost e) {
            life(e.client(), e.connection()).lostAt = at;
            connectionEnded(at, life(e.client(), e.connection()));
        } else if (event instanceof Event.SubscribeCalled e) {
            subscribeCalled(at, e);
        } else if (event instanceof Event.Subscribed e) {
            subscribed(at, e);
        } else if (event instanceof Event.UnsubscribeCalled e) {
            openSpan(e.client(), e.filter()).ifPresent(span -> span.endCalledAt = at);
        } else if (event instanceof Event.Unsubscribed e) {
            spansOf(e.client()).stream()
                    .filter(span -> span.filter.equals(e.filter()) && span.endedAt == NEVER)
                    .filter(span -> span.endCalledAt != NEVER)
                    .forEach(span -> span.endedAt = at);
        } else if (event instanceof Event.PublishCalled e) {
            publishCalled(at, e);
        } else if (event instanceof Event.PublishOwned e) {
            publishOwned(at, e);
        } else if (event instanceof Event.PublishCompleted e) {
            publishCompleted(at, e);
        } else if (event instanceof Event.Received e) {
            received(at, e);
        } else if (event instanceof Event.Surprise e) {
            violations.add(new Violation(Violation.Kind.SURPRISE, at, e.client() + ": " + e.text()));
        }
    }

    private void connectCalled(int at, Event.ConnectCalled e) {
        Optional<Publication> will = e.will().map(message -> {
            String key = message.payload().id();
            Publication publication = new Publication(key, e.client(), message, true, at);
            publications.put(key, publication);
            return publication;
        });
        ConnectionLife life = new ConnectionLife(e.client(), e.connection(), e.clean(), will, at);
        lives.put(new ConnectionKey(e.client(), e.connection()), life);
        connections.add(life);
        session(e.client()).onConnectCalled(e.clean());
        if (e.clean()) {
            for (Span span : spansOf(e.client())) {
                span.endCalledAt = Math.min(span.endCalledAt, at);
            }
        }
    }

    private void connected(int at, Event.Connected e) {
        life(e.client(), e.connection()).connectedAt = at;
        SessionTrack session = session(e.client());
        session.onConnected(e.sessionPresent())
                .ifPresent(text ->
                        violations.add(new Violation(Violation.Kind.SESSION_PRESENT, at, e.client() + ": " + text)));
        if (session.startedAfresh(e.sessionPresent())) {
            for (Span span : spansOf(e.client())) {
                span.endCalledAt = Math.min(span.endCalledAt, at);
                span.endedAt = Math.min(span.endedAt, at);
            }
        }
    }

    private void connectionEnded(int at, ConnectionLife life) {
        if (life.clean && life.connectedAt != NEVER) {
            for (Span span : spansOf(life.client)) {
                span.endCalledAt = Math.min(span.endCalledAt, at);
                span.endedAt = Math.min(span.endedAt, at);
            }
        }
    }

    private void subscribeCalled(int at, Event.SubscribeCalled e) {
        Span span = openSpan(e.client(), e.filter()).orElseGet(() -> {
            boolean durable = !life(e.client(), e.connection()).clean;
            Span added = new Span(e.client(), e.filter(), durable);
            spans.computeIfAbsent(e.client(), client -> new ArrayList<>()).add(added);
            return added;
        });
        span.grants.add(new Span.Grant(at, e.qos()));
    }

    private void subscribed(int at, Event.Subscribed e) {
        Span span = openSpan(e.client(), e.filter())
                .orElseThrow(() -> new IllegalArgumentException("SUBACK without SUBSCRIBE at " + at + ": " + e));
        if (e.granted() > 2) {
            span.endCalledAt = at;
            span.endedAt = at;
        } else {
            Span.Grant grant = span.grants.get(span.grants.size() - 1);
            grant.ackedAt = at;
            grant.qos = e.granted();
        }
    }

    private void publishCalled(int at, Event.PublishCalled e) {
        Outstanding slot = new Outstanding(e.client(), e.packetId());
        Publication known = e.message().qos() == 0 ? null : outstanding.get(slot);
        if (e.dup() && known != null) {
            known.calls.add(at);
            return;
        }
        // A message that clears has no bytes to be known by, and it needs none: nobody tells its copies apart.
        Payload payload = e.message().payload();
        String key = payload.isEmpty() ? "clear at " + at : payload.id();
        Publication publication = publications.get(key);
        if (publication == null) {
            publication = new Publication(key, e.client(), e.message(), false, at);
            publications.put(key, publication);
        } else {
            publication.calls.add(at);
        }
        if (e.message().qos() > 0) {
            outstanding.put(slot, publication);
        }
    }

    private void publishOwned(int at, Event.PublishOwned e) {
        Publication publication = outstanding.get(new Outstanding(e.client(), e.packetId()));
        if (publication == null) {
            throw new IllegalArgumentException("acknowledged without PUBLISH at " + at + ": " + e);
        }
        publication.ownedAt = Math.min(publication.ownedAt, at);
        if (publication.message.qos() == 1) {
            publication.settledAt = Math.min(publication.settledAt, at);
        }
    }

    private void publishCompleted(int at, Event.PublishCompleted e) {
        Publication publication = outstanding.get(new Outstanding(e.client(), e.packetId()));
        if (publication == null) {
            throw new IllegalArgumentException("PUBCOMP without PUBLISH at " + at + ": " + e);
        }
        publication.settledAt = Math.min(publication.settledAt, at);
    }

    private void received(int at, Event.Received e) {
        Publication publication = publications.get(e.message().payload().id());
        if (publication != null) {
            publication.firstReceivedAt = Math.min(publication.firstReceivedAt, at);
        }
    }

    private Optional<Span> openSpan(String client, String filter) {
        return spansOf(client).stream()
                .filter(span -> span.filter.equals(filter) && span.endCalledAt == NEVER)
                .findFirst();
    }

    private ConnectionLife life(String client, int connection) {
        ConnectionLife life = lives.get(new ConnectionKey(client, connection));
        if (life == null) {
            throw new IllegalArgumentException("no CONNECT of " + client + " number " + connection);
        }
        return life;
    }

    private SessionTrack session(String client) {
        return sessions.computeIfAbsent(client, name -> new SessionTrack());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static io.holdfast.tools.blackbox.history.HistoryModel.NEVER;

import io.holdfast.tools.blackbox.history.ReceiverState.Carried;
import io.holdfast.tools.blackbox.history.Violation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges every delivery in the order of the history: it was published, unchanged, and is wanted; its packet id is free; it
 * is no copy too many; it is in order.
 *
 * <p>A copy is judged as the protocol does: a PUBLISH whose packet id the client still holds is a re-send, not a second
 * message. For QoS 2 the client holds the id until PUBREL. For QoS 1 it forgets the id with its PUBACK, but that may
 * die with the broker, so the same message under the same id on a later connection is a re-send as well.
 */
final class DeliveryRule {
    private final HistoryModel model;
    private final Map<String, ReceiverState> receivers = new HashMap<>();
    private final GroupRule groups;
    private final List<Violation> violations = new ArrayList<>();

    DeliveryRule(HistoryModel model) {
        this.model = model;
        groups = new GroupRule(model);
    }

    List<Violation> check() {
        for (int at = 0; at < model.events.size(); at++) {
            Event event = model.events.get(at);
            ReceiverState receiver = receiver(event.client());
            groups.observe(at, event);
            if (event instanceof Event.Connected e) {
                receiver.connected(e.sessionPresent());
            } else if (event instanceof Event.AckCalled e) {
                Carried carried = receiver.held.get(e.packetId());
                if (carried != null) {
                    groups.acknowledged(e.client(), carried.key());
                }
                receiver.ackCalled(e.packetId());
            } else if (event instanceof Event.RecCalled e) {
                receiver.recCalled.add(e.packetId());
            } else if (event instanceof Event.ReleaseSeen e) {
                released(at, receiver, e);
            } else if (event instanceof Event.Received e) {
                received(at, receiver, e);
            }
        }
        return violations;
    }

    /** What each client has received, after {@link #check}. */
    ReceiverState receiver(String client) {
        return receivers.computeIfAbsent(client, name -> new ReceiverState());
    }

    /** What members of shared groups have received, after {@link #check}. */
    GroupRule groups() {
        return groups;
    }

    private void released(int at, ReceiverState receiver, Event.ReleaseSeen e) {
        if (receiver.held.containsKey(e.packetId()) && !receiver.recCalled.contains(e.packetId())) {
            violate(Kind.RELEASE_EARLY, at, e.client() + " packet id " + e.packetId());
        }
        receiver.held.remove(e.packetId());
        receiver.recCalled.remove(e.packetId());
    }

    private void received(int at, ReceiverState receiver, Event.Received e) {
        if (e.message().payload().isEmpty()) {
            receivedClear(at, receiver, e);
            return;
        }
        Publication publication = model.publications.get(e.message().payload().id());
        if (publication == null || publication.firstCall > at) {
            violate(Kind.NEVER_PUBLISHED, at, describe(e));
            return;
        }
        if (!publication.message.payload().equals(e.message().payload())
                || !publication.message.topic().equals(e.message().topic())) {
            violate(Kind.ALTERED, at, describe(e) + " was " + publication);
            return;
        }
        if (isRedelivery(at, receiver, e, publication.key)) {
            return;
        }
        if (e.message().retain()) {
            newRetainedCopy(at, receiver, e, publication);
        } else if (groups.concerns(e.client(), publication)) {
            groups.newCopy(at, e, publication).ifPresent(violations::add);
        } else {
            newLiveCopy(at, receiver, e, publication);
        }
    }

    /** An empty message cannot be told from another one: only its packet id and its right to exist are judged. */
    private void receivedClear(int at, ReceiverState receiver, Event.Received e) {
        boolean published = model.publications.values().stream()
                .anyMatch(
                        p -> p.clears() && p.message.topic().equals(e.message().topic()) && p.firstCall < at);
        if (!published) {
            violate(Kind.NEVER_PUBLISHED, at, describe(e));
        }
        if (e.message().retain()) {
            violate(Kind.RETAINED_STALE, at, describe(e) + ": an empty message is never stored [MQTT-3.3.1-11]");
        }
        isRedelivery(at, receiver, e, "clear of " + e.message().topic());
    }

    /** Books the packet id of the delivery and tells whether it is a re-send of what the client got before. */
    private boolean isRedelivery(int at, ReceiverState receiver, Event.Received e, String key) {
        if (e.message().qos() == 0) {
            if (e.dup()) {
                violate(Kind.DUP_WRONG, at, describe(e));
            }
            return false;
        }
        Carried earlier = receiver.held.get(e.packetId());
        if (earlier != null && !earlier.key().equals(key)) {
            violate(Kind.PACKET_ID_REUSED, at, describe(e) + " while it carries '" + earlier.key() + "'");
            earlier = null;
        } else if (earlier == null && e.message().qos() == 1) {
            Carried before = receiver.acknowledged.get(e.packetId());
            if (before != null && before.key().equals(key) && before.connection() != e.connection()) {
                earlier = before;
            }
        }
        int firstAt = earlier == null ? at : earlier.firstAt();
        receiver.held.put(e.packetId(), new Carried(key, e.connection(), firstAt));
        if (earlier == null) {
            receiver.recCalled.remove(e.packetId());
            return false;
        }
        judgeRedelivery(at, receiver, e, earlier);
        return true;
    }

    private void judgeRedelivery(int at, ReceiverState receiver, Event.Received e, Carried earlier) {
        if (!e.dup()) {
            violate(Kind.DUP_MISSING, at, describe(e) + " first received at " + earlier.firstAt());
        }
        if (earlier.connection() == e.connection()) {
            violate(Kind.REDELIVERY_LIVE, at, describe(e) + " first received at " + earlier.firstAt());
        }
        if (earlier.firstAt() < receiver.lastRedelivered) {
            violate(Kind.REDELIVERY_ORDER, at, describe(e) + " first received at " + earlier.firstAt());
        }
        receiver.lastRedelivered = Math.max(receiver.lastRedelivered, earlier.firstAt());
    }

    private void newRetainedCopy(int at, ReceiverState receiver, Event.Received e, Publication publication) {
        List<Span> matching = model.spansOf(e.client()).stream()
                .filter(span -> span.calledAt() < at && span.matches(publication))
                .toList();
        if (!publication.message.retain()) {
            violate(Kind.RETAIN_FLAG, at, describe(e) + " was published without RETAIN");
        } else if (matching.isEmpty()) {
            violate(Kind.NO_SUBSCRIPTION, at, describe(e));
        }
        // A retained message is due once for each SUBSCRIBE, whoever published it how often.
        long subscribes = matching.stream()
                .flatMap(span -> span.grants.stream())
                .filter(grant -> grant.calledAt < at)
                .count();
        if (receiver.countRetained(publication.key) > subscribes && !matching.isEmpty()) {
            violate(Kind.DOUBLED, at, describe(e) + " as retained, " + subscribes + " SUBSCRIBEs so far");
        }
    }

    private void newLiveCopy(int at, ReceiverState receiver, Event.Received e, Publication publication) {
        List<Span> matching = model.spansOf(e.client()).stream()
                .filter(span -> span.calledAt() < at && span.matches(publication) && span.mayHaveSeen(publication))
                .toList();
        int copies = receiver.countLive(publication.key);
        if (matching.isEmpty()) {
            violate(Kind.NO_SUBSCRIPTION, at, describe(e) + " " + publication);
            return;
        }
        if (matching.stream()
                .noneMatch(span -> span.explainsQos(publication, e.message().qos()))) {
            violate(Kind.WRONG_QOS, at, describe(e) + " was " + publication);
        }
        long filters = matching.stream().map(span -> span.filter).distinct().count();
        if (copies > filters * publication.copiesMax()) {
            violate(Kind.DOUBLED, at, describe(e) + " copy " + copies + " of " + publication);
            return; // One copy too many has no place in any order.
        }
        // Two subscriptions may have two queues: then only the first copies tell an order.
        if (filters == 1 || copies == 1) {
            judgeOrder(at, receiver, e, publication);
        }
    }

    /**
     * The broker gets the messages of a stream in the order of their PUBLISH packets, repeated ones included, and passes
     * them on in that order [MQTT-4.6.0-6]: what a session receives must be found in that sequence from left to right.
     *
     * <p>A message that expires may be left out, and its neighbours sent, right before a crash. The broker that starts then
     * cannot know that it was never sent, so it has to send it again, marked DUP [MQTT5-4.4.0-1].
     */
    private void judgeOrder(int at, ReceiverState receiver, Event.Received e, Publication publication) {
        if (e.dup() && publication.message.topic().startsWith(OwedRule.EXPIRING)) {
            return;
        }
        String stream = publication.publisher + " " + publication.message.qos() + " " + publication.message.topic();
        int last = receiver.lastInOrder.getOrDefault(stream, -1);
        int call = publication.firstCallAfter(last);
        if (call == NEVER) {
            violate(Kind.ORDER, at, describe(e) + " " + publication + " after what was sent at " + last);
        } else {
            receiver.lastInOrder.put(stream, call);
        }
    }

    private void violate(Kind kind, int at, String text) {
        violations.add(new Violation(kind, at, text));
    }

    private static String describe(Event.Received e) {
        Message message = e.message();
        return e.client() + " connection " + e.connection() + " got '"
                + message.payload().id() + "' on '"
                + message.topic() + "' (QoS " + message.qos() + ", id " + e.packetId() + (e.dup() ? ", DUP" : "")
                + (message.retain() ? ", RETAIN" : "") + ")";
    }
}

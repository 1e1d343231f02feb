// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.server.simulation.History.Interval;
import io.holdfast.server.simulation.History.Sent;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.log.Message;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What MQTT 5 adds to the promises about messages, judged while they happen: expiry, sizes, identifiers. */
final class FiveRules {
    /** Of so many labels, one is too large for a client that takes small packets only. */
    private static final int LARGE_EVERY = 5;

    private record Place(long number, long index) {}

    private final SimWorld world;

    /** Messages that expire, by id, as they were when their group was built; outlives brokers. */
    private final Map<Long, Message> expiring = new HashMap<>();

    private final Set<Place> sent = new HashSet<>();
    private @Nullable String wrongDrop;

    FiveRules(SimWorld world) {
        this.world = world;
    }

    static boolean isLarge(int label) {
        return label % LARGE_EVERY == LARGE_EVERY - 1;
    }

    static Properties properties(Sent message) {
        return message.expirySeconds < 0
                ? Properties.NONE
                : Properties.builder()
                        .messageExpiryIntervalSeconds(message.expirySeconds)
                        .build();
    }

    static Properties properties(Interval interval) {
        return Properties.builder().subscriptionIdentifier(interval.identifier).build();
    }

    /** A group was built. */
    void built(Group group) {
        for (MessageOp op : group.messages()) {
            expiring.remove(op.id()); // A group that a crash took had the same ids.
            if (op.message().expires()) {
                expiring.put(op.id(), op.message());
            }
        }
    }

    /**
     * A delivery begins or is repeated: it must not begin once the message has expired [MQTT5-3.3.2-5], and it says what is
     * left [MQTT5-3.3.2-6].
     */
    void sending(long number, long index, long messageId, boolean dup, long expirySeconds) {
        Message message = expiring.get(messageId);
        long now = world.broker.nowMillis();
        if (message != null && !dup && message.isExpired(now)) {
            throw new Violation("message " + messageId + " was sent though it expired");
        }
        if (expirySeconds != (message == null ? Message.NEVER : message.remainingSeconds(now))) {
            throw new Violation("message " + messageId + " was sent with " + expirySeconds + " s to live");
        }
        sent.add(new Place(number, index));
    }

    /**
     * A message is given up: not once it was sent (C16) [MQTT5-4.3.3-7], unless it has become too large. Told at the end,
     * so that what clients see of it comes first.
     */
    void dropped(long number, long index, int label) {
        if (wrongDrop == null && sent.contains(new Place(number, index)) && !isLarge(label)) {
            wrongDrop =
                    "index " + index + " of session " + number + ", label " + label + ", was dropped after it was sent";
        }
    }

    /** At the end of a schedule. */
    void check() {
        if (wrongDrop != null) {
            throw new Violation(wrongDrop);
        }
    }

    /**
     * A copy carries the identifiers of all subscriptions that match, and no others [MQTT5-3.3.4-3] [MQTT5-3.3.4-4]. A
     * shared group brings a copy of its own, with the one of that subscription [MQTT5-3.3.4-5].
     */
    void received(SimClient client, Publish publish, SimConnection.ToClient arrival) {
        int label = arrival.label();
        boolean shared = arrival.group() != 0;
        Sent message = world.history.get(label);
        List<Interval> all = world.history.intervals(client.epoch());
        int[] identifiers = publish.properties().subscriptionIdentifiers();
        for (int identifier : identifiers) {
            boolean known = all.stream()
                    .anyMatch(i -> i.identifier == identifier
                            && i.filter.matches(message.topic)
                            && (i.filter.isShared() == shared || arrival.index() < 0));
            if (!known) {
                throw new Violation("identifier " + identifier + " of nobody's subscription with " + message);
            }
        }
        if (shared || (arrival.index() < 0 && all.stream().anyMatch(i -> i.filter.isShared()))) {
            return; // It came to the group when other subscriptions were.
        }
        for (Interval interval : all) {
            boolean steady = !interval.filter.isShared()
                    && interval.filter.matches(message.topic)
                    && interval.subAckAt < message.sentAt
                    && interval.unsubscribedAt == History.NEVER
                    && all.stream().noneMatch(i -> i.filter.equals(interval.filter) && i.sentAt > interval.sentAt);
            boolean carried =
                    interval.identifier == 0 || Arrays.stream(identifiers).anyMatch(i -> i == interval.identifier);
            if (steady && !carried && !publish.retain() && !message.will && !message.eager) {
                throw new Violation("identifier " + interval.identifier + " is missing: " + client + " got " + message
                        + " with " + Arrays.toString(identifiers));
            }
        }
    }
}

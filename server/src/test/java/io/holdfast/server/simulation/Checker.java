// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.simulation.History.Epoch;
import io.holdfast.server.simulation.History.Goodbye;
import io.holdfast.server.simulation.History.Interval;
import io.holdfast.server.simulation.History.Received;
import io.holdfast.server.simulation.History.Sent;
import io.holdfast.storage.record.RetainedRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The whole history against what MQTT and the commit rule promise. */
final class Checker {
    private record Delivery(Epoch to, int label) {}

    private record Stream(Epoch to, Epoch from, TopicName topic, int qos) {}

    private record Place(long number, long index) {}

    private final SimWorld world;
    private final History history;
    private final Map<Delivery, List<Received>> received = new LinkedHashMap<>();
    private final Map<Delivery, List<Received>> shared = new LinkedHashMap<>();

    Checker(SimWorld world) {
        this.world = world;
        history = world.history;
        for (Received r : history.received) {
            (r.group() == 0 ? received : shared)
                    .computeIfAbsent(new Delivery(r.to(), r.label()), d -> new ArrayList<>())
                    .add(r);
        }
    }

    void check() {
        world.five.check();
        owed();
        once();
        notOwed();
        order();
        retained();
        wills();
        new GroupChecker(world, shared.values()).check();
    }

    /** Shared groups bring a QoS 0 message beside what the client's own subscriptions bring. */
    private long shares(Epoch to) {
        return intervals(to).stream()
                .filter(i -> i.filter.isShared())
                .map(i -> i.filter)
                .distinct()
                .count();
    }

    private List<Interval> intervals(Epoch epoch) {
        return history.subscriptions.getOrDefault(epoch, List.of());
    }

    /** Clients whose last session was never interrupted: all owed messages must have come. */
    private boolean isReliable(SimClient client) {
        boolean limited = world.config.limits().queueMessagesMax() > 0;
        return client.state == SimClient.State.ON && (client.isDurable() || !limited);
    }

    /** Nothing that was acknowledged is lost [MQTT-4.3.2-1], [MQTT-4.3.3-1]. */
    private void owed() {
        for (SimClient client : world.clients) {
            if (!isReliable(client)) {
                continue;
            }
            long number = world.session(client.id);
            for (Sent message : history.sent) {
                boolean came = received.containsKey(new Delivery(client.epoch(), message.label));
                boolean mayExpire = message.expirySeconds >= 0 && !client.isDurable();
                if (came
                        || message.eager
                        || mayExpire
                        || message.qos == 0
                        || history.isExcused(number, message.label)) {
                    continue;
                }
                for (Interval interval : intervals(client.epoch())) {
                    if (isOwed(message, interval)) {
                        throw new Violation("lost: " + message + " for " + client + " session " + number + " by "
                                + interval + "; all " + intervals(client.epoch()));
                    }
                }
            }
        }
    }

    private boolean isOwed(Sent message, Interval interval) {
        if (interval.qos == 0
                || interval.filter.isShared()
                || interval.subAckAt == History.NEVER
                || interval.subAckAt >= message.sentAt
                || !interval.filter.matches(message.topic)) {
            return false;
        }
        if (message.will) {
            return isFired(message) && interval.unsubscribedAt == History.NEVER;
        }
        return message.isAcked() && message.ackedAt < interval.unsubscribedAt;
    }

    private boolean isFired(Sent will) {
        return will.connected
                && will.goodbye == Goodbye.NONE
                && (will.delaySeconds == 0 || will.overdue)
                && world.clients.stream().noneMatch(client -> client.will() == will);
    }

    /** QoS 2 comes once; a delivery never changes its QoS. */
    private void once() {
        received.forEach((delivery, all) -> {
            Sent message = history.get(delivery.label());
            Map<Place, Integer> qosOf = new HashMap<>();
            Set<Place> live = new HashSet<>();
            Map<Integer, Integer> liveAtMostOnce = new HashMap<>();
            for (Received r : all) {
                Place place = new Place(r.number(), r.index());
                if (r.index() < 0) {
                    if (!r.retain()) {
                        liveAtMostOnce.merge(r.instance(), 1, Integer::sum);
                    }
                    continue;
                }
                Integer qos = qosOf.put(place, r.qos());
                if (qos != null && (qos != r.qos() || qos == 2)) {
                    throw new Violation("doubled at QoS 2, or at another QoS: " + message + " " + all);
                }
                if (!r.retain()) {
                    live.add(place);
                }
            }
            boolean single = message.qos != 1 || message.will;
            boolean twice =
                    live.size() > 1 || liveAtMostOnce.values().stream().anyMatch(n -> n > 1 + shares(delivery.to()));
            if (single && twice) {
                throw new Violation("doubled: " + message + " " + all);
            }
        });
    }

    private void notOwed() {
        received.forEach((delivery, all) -> {
            Sent message = history.get(delivery.label());
            for (Received r : all) {
                boolean owed = intervals(delivery.to()).stream().anyMatch(i -> mayCome(message, r, i));
                if (!owed) {
                    throw new Violation(
                            "not owed: " + message + " " + r + " subscriptions " + intervals(delivery.to()));
                }
            }
        });
    }

    private static boolean mayCome(Sent message, Received r, Interval interval) {
        if (!interval.filter.matches(message.topic)) {
            return false;
        }
        if (interval.filter.isShared()) {
            return r.index() < 0 && interval.sentAt <= r.at();
        }
        boolean ended = interval.unsubAckAt != History.NEVER && interval.unsubAckAt <= message.sentAt;
        boolean late = message.isAcked() && interval.sentAt >= message.ackedAt;
        return r.retain() || (!ended && !late);
    }

    /** Messages of one publisher on one topic keep their order at each QoS [MQTT-4.6.0-6]. */
    private void order() {
        Map<Stream, Integer> last = new HashMap<>();
        Set<Delivery> seen = new HashSet<>();
        for (Received r : history.received) {
            Sent message = history.get(r.label());
            if (r.group() != 0 || (r.index() < 0 && shares(r.to()) > 0)) {
                continue;
            }
            boolean compared = !r.retain()
                    && !message.will
                    && !message.eager
                    && (r.qos() > 0 || message.qos == 0)
                    && !history.wasDropped(r.number(), r.label())
                    && !mayBeDroppedUnseen(r)
                    && intervals(r.to()).stream().anyMatch(i -> !i.filter.isShared() && isSteady(message, i));
            boolean first = r.retain() || seen.add(new Delivery(r.to(), r.label()));
            if (!compared || !first) {
                continue;
            }
            Stream stream = new Stream(r.to(), message.publisher, message.topic, message.qos);
            int before = last.getOrDefault(stream, -1);
            if (before > r.label()) {
                throw new Violation("order: " + r + " of " + message + " after label " + before);
            }
            last.put(stream, r.label());
        }
    }

    /** What a queue limit drops of a session without rows stands nowhere; its publisher may send it once more. */
    private boolean mayBeDroppedUnseen(Received r) {
        boolean limited = world.config.limits().queueMessagesMax() > 0;
        return limited && r.index() >= 0 && !world.ledger.holds(r.number(), r.index());
    }

    private static boolean isSteady(Sent message, Interval interval) {
        return interval.filter.matches(message.topic)
                && (interval.qos > 0 || message.qos == 0)
                && interval.subAckAt < message.sentAt
                && interval.unsubscribedAt == History.NEVER;
    }

    /** The retained message is the last acknowledged one or a later one in doubt, on disk and with every subscriber. */
    private void retained() {
        for (TopicName topic : world.config.topics()) {
            Sent value = retainedRow(topic);
            boolean anyClear = false;
            for (Sent message : history.sent) {
                boolean counts = message.retain && message.topic.equals(topic);
                anyClear |= counts && message.clear;
            }
            for (Sent message : history.sent) {
                boolean counts = message.retain && message.topic.equals(topic) && message.isAcked() && !message.eager;
                if (counts && isWrong(value, message, topic, anyClear)) {
                    throw new Violation("retained on " + topic + " is " + value + ", though there was " + message);
                }
            }
            for (SimClient client : world.clients) {
                endsWith(client, topic, value);
            }
        }
    }

    private boolean isWrong(@Nullable Sent value, Sent acked, TopicName topic, boolean anyClear) {
        if (value != null) {
            return value.ackedAt < acked.sentAt;
        }
        if (acked.clear || !anyClear) {
            return !acked.clear;
        }
        return history.sent.stream()
                .noneMatch(clear -> clear.clear && clear.topic.equals(topic) && clear.ackedAt >= acked.sentAt);
    }

    private @Nullable Sent retainedRow(TopicName topic) {
        byte[] row = world.memory.get(Table.RETAINED, Keys.text(topic.utf8()));
        try {
            return row == null
                    ? null
                    : history.get(Integer.parseInt(RetainedRecord.parseFrom(row)
                            .getMessage()
                            .getPayload()
                            .toString(StandardCharsets.US_ASCII)));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new Violation("a retained row cannot be read: " + e);
        }
    }

    private void endsWith(SimClient client, TopicName topic, @Nullable Sent value) {
        long number = world.session(client.id);
        boolean subscribed = intervals(client.epoch()).stream()
                .anyMatch(i -> !i.filter.isShared()
                        && i.filter.matches(topic)
                        && i.qos > 0
                        && i.subAckAt != History.NEVER
                        && i.unsubscribedAt == History.NEVER);
        if (!subscribed || value == null || value.qos == 0 || !isReliable(client)) {
            return;
        }
        if (history.isExcused(number, value.label)) {
            return;
        }
        Received last = null;
        for (Received r : history.received) {
            Sent message = history.get(r.label());
            boolean counts = r.group() == 0
                    && r.to().equals(client.epoch())
                    && message.retain
                    && message.topic.equals(topic)
                    && r.index() >= 0;
            if (counts && (last == null || r.index() > last.index())) {
                last = r;
            }
        }
        if (last == null || last.label() != value.label) {
            throw new Violation("retained: " + client + " ends with " + last + " instead of " + value + "; "
                    + intervals(client.epoch()));
        }
    }

    /** A will never follows a DISCONNECT that was answered, nor precedes the end of its connection. */
    private void wills() {
        received.forEach((delivery, all) -> {
            Sent message = history.get(delivery.label());
            boolean living = world.clients.stream().anyMatch(client -> client.will() == message);
            if (message.will && (living || message.cancelled || message.goodbye == Goodbye.ANSWERED)) {
                throw new Violation("a will came that must not: " + message + " " + all);
            }
        });
    }
}

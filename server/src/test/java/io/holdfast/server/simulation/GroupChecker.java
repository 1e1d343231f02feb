// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.server.simulation.History.Interval;
import io.holdfast.server.simulation.History.Received;
import io.holdfast.server.simulation.History.Sent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What shared groups promise: one member for each message, and no message lost while a member lives (C27, C28). */
final class GroupChecker {
    private record Share(long group, int label) {}

    private record Place(long number, long index) {}

    private final SimWorld world;
    private final History history;
    private final Map<Share, List<Received>> received = new HashMap<>();

    GroupChecker(SimWorld world, Collection<List<Received>> shared) {
        this.world = world;
        history = world.history;
        shared.forEach(all ->
                all.forEach(r -> received.computeIfAbsent(new Share(r.group(), r.label()), s -> new ArrayList<>())
                        .add(r)));
    }

    void check() {
        received.forEach((share, all) -> {
            wanted(all);
            once(share, all);
        });
        owed();
    }

    /** Nobody gets from a group what no shared subscription of his asked for. */
    private void wanted(List<Received> all) {
        for (Received r : all) {
            Sent message = history.get(r.label());
            boolean member = history.subscriptions.getOrDefault(r.to(), List.of()).stream()
                    .anyMatch(i -> i.filter.isShared() && i.filter.matches(message.topic) && i.sentAt <= r.at());
            if (!member) {
                throw new Violation("group: not owed: " + message + " " + r);
            }
        }
    }

    /** At QoS 2 a message is sent to one member, once, and to nobody after it. */
    private void once(Share share, List<Received> all) {
        List<Received> ordered = new ArrayList<>(all);
        ordered.sort(java.util.Comparator.comparingInt(Received::leftAt));
        Set<Place> exactlyOnce = new HashSet<>();
        for (Received r : ordered) {
            Place place = new Place(r.number(), r.index());
            boolean other = !exactlyOnce.isEmpty() && (r.qos() == 2 || !exactlyOnce.contains(place));
            if (other) {
                throw new Violation(
                        "group: doubled at QoS 2: " + history.get(share.label()) + " of " + share + " " + ordered);
            }
            if (r.qos() == 2) {
                exactlyOnce.add(place);
            }
        }
    }

    /** What was acknowledged after a member's SUBACK reaches somebody while that member stays. */
    private void owed() {
        for (SimClient client : world.clients) {
            if (client.state != SimClient.State.ON || !client.isDurable()) {
                continue;
            }
            long number = world.session(client.id);
            for (Interval interval : history.intervals(client.epoch())) {
                boolean steady = interval.filter.isShared()
                        && interval.subAckAt != History.NEVER
                        && interval.unsubscribedAt == History.NEVER;
                if (steady) {
                    owed(interval, world.group(number, interval.filter));
                }
            }
        }
    }

    private void owed(Interval interval, long group) {
        for (Sent message : history.sent) {
            boolean owed = message.isAcked()
                    && !message.will
                    && !message.eager
                    && message.qos > 0
                    && interval.subAckAt < message.sentAt
                    && interval.filter.matches(message.topic)
                    && !history.isExcused(group, message.label);
            if (owed && !received.containsKey(new Share(group, message.label))) {
                throw new Violation("group: lost: " + message + " of group " + group + " by " + interval);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What clients did and saw, in steps of the simulation; {@link #NEVER} stands for what has not happened. */
final class History {
    static final int NEVER = Integer.MAX_VALUE;

    /** One life of a client's session as the client knows it. */
    record Epoch(String client, int number) {}

    /** What became of the DISCONNECT of a will's connection. */
    enum Goodbye {
        NONE,
        SENT,
        ANSWERED
    }

    /** A message or will that a client gave to the broker. */
    static final class Sent {
        final int label;
        final Epoch publisher;
        final TopicName topic;
        final int qos;
        final boolean retain;
        final boolean clear;
        final boolean will;
        final int sentAt;
        int ackedAt = NEVER;

        /** The client did not wait for answers as the protocol asks. */
        boolean eager;

        /** Message Expiry Interval, -1 for none. */
        long expirySeconds = -1;

        /** Will: its CONNECT was answered. */
        boolean connected;

        Goodbye goodbye = Goodbye.NONE;

        /** Will: its delay, 0 for none. */
        long delaySeconds;

        /** Will: its client came back before the delay had passed. */
        boolean cancelled;

        /** Will: the delay has passed without its client. */
        boolean overdue;

        Sent(
                int label,
                Epoch publisher,
                TopicName topic,
                int qos,
                boolean retain,
                boolean clear,
                boolean will,
                int sentAt) {
            this.label = label;
            this.publisher = publisher;
            this.topic = topic;
            this.qos = qos;
            this.retain = retain;
            this.clear = clear;
            this.will = will;
            this.sentAt = sentAt;
        }

        boolean isAcked() {
            return ackedAt != NEVER;
        }

        @Override
        public String toString() {
            return (will ? "will " : "message ") + label + " of " + publisher.client + "/" + publisher.number + " on "
                    + topic + " QoS " + qos + (retain ? clear ? " clear" : " retain" : "") + " sent " + sentAt
                    + " acked " + (isAcked() ? ackedAt : "never") + (will ? " " + connected + " " + goodbye : "");
        }
    }

    /**
     * A message that reached a client.
     *
     * @param leftAt when the broker sent it
     * @param group the shared group that it came through, 0 for none
     */
    record Received(
            int at,
            int leftAt,
            Epoch to,
            int label,
            int qos,
            boolean retain,
            boolean dup,
            long number,
            long index,
            long group,
            int instance) {}

    /** From a SUBSCRIBE to an UNSUBSCRIBE. */
    static final class Interval {
        final TopicFilter filter;
        final int qos;
        final int sentAt;
        int subAckAt = NEVER;
        int unsubscribedAt = NEVER;
        int unsubAckAt = NEVER;

        /** Subscription Identifier, 0 for none. */
        int identifier;

        Interval(TopicFilter filter, int qos, int sentAt) {
            this.filter = filter;
            this.qos = qos;
            this.sentAt = sentAt;
        }

        @Override
        public String toString() {
            return filter + "@" + qos + "[" + sentAt + " " + subAckAt + " " + unsubscribedAt + " " + unsubAckAt + "]";
        }
    }

    private record Given(long session, int label) {}

    final List<Sent> sent = new ArrayList<>();
    final List<Received> received = new ArrayList<>();
    final Map<Epoch, List<Interval>> subscriptions = new HashMap<>();

    private final Map<String, Integer> clears = new HashMap<>();
    private final Set<Given> excused = new HashSet<>();
    private final Set<Given> dropped = new HashSet<>();

    Sent add(Epoch publisher, TopicName topic, int qos, boolean retain, boolean clear, boolean will, int now) {
        Sent message = new Sent(sent.size(), publisher, topic, qos, retain, clear, will, now);
        sent.add(message);
        return message;
    }

    Sent get(int label) {
        return sent.get(label);
    }

    List<Interval> intervals(Epoch epoch) {
        return subscriptions.computeIfAbsent(epoch, e -> new ArrayList<>());
    }

    /** A message without payload cannot carry its label: publisher and time tell it. */
    void clear(long publisher, long publishedMillis, int label) {
        clears.put(publisher + "@" + publishedMillis, label);
    }

    @Nullable
    Integer clearLabel(long publisher, long publishedMillis) {
        return clears.get(publisher + "@" + publishedMillis);
    }

    /** A queue limit dropped a message of a session, and that is on disk. */
    void excuse(long number, int label) {
        excused.add(new Given(number, label));
    }

    /** A queue limit has dropped a message; a crash may still bring it back, behind later ones. */
    void drop(long number, int label) {
        dropped.add(new Given(number, label));
    }

    boolean wasDropped(long number, int label) {
        return dropped.contains(new Given(number, label));
    }

    boolean isExcused(long number, int label) {
        return excused.contains(new Given(number, label));
    }

    /** As a client's subscriptions are once its UNSUBSCRIBE died with the broker. */
    void restore(Epoch epoch, Set<TopicFilter> filters) {
        List<Interval> all = intervals(epoch);
        for (Interval interval : all) {
            boolean newer = all.stream()
                    .anyMatch(other -> other.filter.equals(interval.filter) && other.sentAt > interval.unsubscribedAt);
            if (interval.unsubscribedAt != NEVER
                    && interval.unsubAckAt == NEVER
                    && !newer
                    && filters.contains(interval.filter)) {
                interval.unsubscribedAt = NEVER;
            }
        }
    }
}

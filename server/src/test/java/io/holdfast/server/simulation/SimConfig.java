// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.session.Limits;
import io.holdfast.server.session.Limits.Overflow;
import io.holdfast.server.session.ShardSizes;
import io.holdfast.storage.commit.CommitSizes;
import io.holdfast.storage.log.IndexSpace;
import java.util.ArrayList;
import java.util.List;

/**
 * What one schedule looks like: tiny measures, and limits and topics that differ from seed to seed.
 *
 * @param retainChance how often a PUBLISH has RETAIN set
 * @param expires whether sessions may expire
 * @param writableMax packets that a client's socket takes before it counts as full
 * @param atMostOnce which of the client's filters are subscribed at QoS 0, one bit each
 */
record SimConfig(
        IndexSpace space,
        CommitSizes commitSizes,
        ShardSizes shardSizes,
        Limits limits,
        List<TopicName> topics,
        List<TopicFilter> filters,
        double retainChance,
        boolean expires,
        int writableMax,
        int atMostOnce) {

    static final int SEGMENTS = 3;
    static final List<TopicName> TOPICS = List.of(TopicName.of("a"), TopicName.of("b"));
    static final List<TopicFilter> FILTERS =
            List.of(TopicFilter.parse("a"), TopicFilter.parse("b"), TopicFilter.parse("#"));

    static final List<TopicFilter> SHARED =
            List.of(TopicFilter.parse("$share/g/a"), TopicFilter.parse("$share/g/#"), TopicFilter.parse("$share/h/#"));

    static SimConfig of(Dice dice, Profile profile) {
        int queue = dice.of(0, 0, 1, 3, 6);
        Overflow overflow = dice.of(Overflow.values());
        Limits limits = new Limits(queue, 0, overflow, dice.between(1, 4), 100, 100, false);
        int inline = dice.of(1, 1, 2);
        IndexSpace space = new IndexSpace(9, 4, inline);
        CommitSizes commit =
                new CommitSizes(SEGMENTS, dice.of(1, 2, 4), dice.of(1L, 200L), dice.of(1L, 200L), dice.of(1, 3), 1, 1);
        ShardSizes shard = new ShardSizes(
                SEGMENTS,
                dice.of(1, 2, 100),
                dice.of(1, 100),
                dice.of(1, 2, 256),
                dice.of(1, 2, 64),
                dice.of(0, 2, 100),
                1);
        List<TopicFilter> filters = new ArrayList<>(profile.filters().isEmpty() ? FILTERS : profile.filters());
        while (profile.filters().isEmpty() && filters.size() > 1 && dice.chance(.4)) {
            filters.remove(dice.below(filters.size()));
        }
        List<TopicName> topics = profile.filters().isEmpty()
                ? TOPICS
                : TOPICS.stream()
                        .filter(topic -> filters.stream().anyMatch(filter -> filter.matches(topic)))
                        .toList();
        if (profile.filters().isEmpty() && dice.chance(.4)) {
            filters.addAll(SHARED);
        }
        int atMostOnce = 0;
        for (int bit = 0; bit < 16; bit++) {
            atMostOnce |= dice.chance(.1) ? 1 << bit : 0;
        }
        return new SimConfig(
                space,
                commit,
                shard,
                limits,
                topics,
                filters,
                dice.of(.05, .25, .5),
                dice.chance(.5),
                dice.of(2, 5, 1_000),
                atMostOnce);
    }

    /** Nothing of chance: no limits, one retained message for each slice, everything else in one piece. */
    static SimConfig plain() {
        return new SimConfig(
                new IndexSpace(9, 4, 1),
                new CommitSizes(SEGMENTS, 1, 1, 1, 1, Integer.MAX_VALUE, 1),
                new ShardSizes(SEGMENTS, 100, 100, 256, 64, 100, 1),
                new Limits(0, 0, Overflow.DROP_OLDEST, 4, 100, 100, false),
                TOPICS,
                FILTERS,
                0,
                false,
                1_000,
                0);
    }

    SimConfig withLimits(int queueMessagesMax, Overflow overflow, int receiveMaximum) {
        Limits changed = new Limits(queueMessagesMax, 0, overflow, receiveMaximum, 100, 100, false);
        return new SimConfig(
                space,
                commitSizes,
                shardSizes,
                changed,
                topics,
                filters,
                retainChance,
                expires,
                writableMax,
                atMostOnce);
    }

    SimConfig withWritableMax(int packets) {
        return new SimConfig(
                space, commitSizes, shardSizes, limits, topics, filters, retainChance, expires, packets, atMostOnce);
    }

    SimConfig withSliceRecipients(int recipients) {
        ShardSizes changed = new ShardSizes(SEGMENTS, recipients, 100, 256, 64, 100, 1);
        return new SimConfig(
                space, commitSizes, changed, limits, topics, filters, retainChance, expires, writableMax, atMostOnce);
    }

    /** A client subscribes a filter always or never at QoS 0, so that what is owed stays clear. */
    boolean isAtMostOnce(String client, TopicFilter filter) {
        int bit = (client.charAt(client.length() - 1) * 3 + filter.toString().charAt(0)) & 15;
        return (atMostOnce >> bit & 1) != 0;
    }
}

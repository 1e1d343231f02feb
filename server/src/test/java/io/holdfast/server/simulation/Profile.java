// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.topic.TopicFilter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How often what happens, so that rare meetings come about.
 *
 * @param weights factors on the usual weight of a step
 * @param filters what is subscribed; empty for any
 */
record Profile(String name, Map<Act, Double> weights, double cleanChance, double crashRate, List<TopicFilter> filters) {
    /** One kind of step. */
    enum Act {
        CONNECT(.5),
        TAKE_OVER(.04),
        LEAVE(.06),
        PUBLISH(1.5),
        SUBSCRIBE(.3),
        UNSUBSCRIBE(.04),
        RECEIVE(3),
        ACKNOWLEDGE(2),
        PACKET(2),
        CUT(.04),
        TASK_0(3),
        TASK_1(3),
        BURST(1.5),
        BUILD(2),
        SYNC(2),
        SYNC_LAZY(.2),
        COMPLETE(3),
        PAGE(1),
        HAND(.6),
        RECOUNT(.3),
        DELETE_DEAD(.05),
        SWEEP(.1),
        EXPIRE(.05),
        CLOCK(.02),
        TICK(.02),
        QUIESCE(.02),
        RESTART(.004);

        final double weight;

        Act(double weight) {
            this.weight = weight;
        }
    }

    /** A profile of chance. */
    static Profile random(Dice dice) {
        EnumMap<Act, Double> weights = new EnumMap<>(Act.class);
        double[] spread = dice.chance(.4) ? new double[] {1} : new double[] {.1, .5, 1, 1, 2, 5};
        for (Act act : Act.values()) {
            weights.put(act, spread[dice.below(spread.length)]);
        }
        double crashRate = dice.of(.001, .005, .01, .03);
        return new Profile("random", weights, dice.of(.02, .1, .4), crashRate, List.of());
    }

    private static Profile of(String name, Map<Act, Double> weights, double cleanChance, double crashRate) {
        return new Profile(name, weights, cleanChance, crashRate, List.of());
    }

    /** All as usual, crashes rare: long stories. */
    static final Profile PLAIN = of("plain", Map.of(), .05, .005);

    /** Retained messages owed in slices, and many crashes between them. */
    static final Profile RETAINED = new Profile(
            "retained",
            Map.of(Act.SUBSCRIBE, 6.0, Act.EXPIRE, .1, Act.LEAVE, .2, Act.RECEIVE, 2.0),
            .02,
            .03,
            List.of(TopicFilter.parse("#")));

    /** Packets are fast and commits slow: identifiers come round before anything is on disk. */
    static final Profile WRAP = new Profile(
            "wrap",
            Map.of(
                    Act.PUBLISH,
                    3.0,
                    Act.RECEIVE,
                    6.0,
                    Act.ACKNOWLEDGE,
                    6.0,
                    Act.PACKET,
                    6.0,
                    Act.BUILD,
                    .3,
                    Act.SUBSCRIBE,
                    3.0,
                    Act.LEAVE,
                    .1,
                    Act.TAKE_OVER,
                    .3),
            .02,
            .01,
            List.of(TopicFilter.parse("#")));

    /** Sessions sleep while the hand goes round and the log is cut behind it, over many crashes. */
    static final Profile SLEEP = of(
            "sleep",
            Map.of(Act.CONNECT, .3, Act.LEAVE, 3.0, Act.HAND, 4.0, Act.DELETE_DEAD, 4.0, Act.SUBSCRIBE, 2.0),
            .02,
            .02);

    /** Shared groups, and members that end while something is on its way to them. */
    static final Profile GROUPS = new Profile(
            "groups",
            Map.of(Act.SUBSCRIBE, 6.0, Act.TAKE_OVER, 8.0, Act.UNSUBSCRIBE, 10.0, Act.TASK_0, .6, Act.TASK_1, .6),
            .1,
            .005,
            List.of(TopicFilter.parse("$share/g/#"), TopicFilter.parse("$share/g/a")));

    double weight(Act act) {
        return act.weight * weights.getOrDefault(act, 1.0);
    }
}

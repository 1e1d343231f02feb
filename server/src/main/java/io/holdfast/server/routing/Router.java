// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.commit.Recipients;
import io.holdfast.storage.log.Delivery;
import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns matching subscriptions into recipients: a session with overlapping filters gets one copy at the highest QoS
 * [MQTT-3.3.5-1] [MQTT5-3.3.4-2], at most at the QoS it was published with [MQTT-3.8.4-6] [MQTT5-3.8.4-8]. One for each
 * thread that matches.
 */
public final class Router {
    private static final int NOBODY = -1;
    private static final int FEW = 8;

    private final TreeReader tree;
    private final Matches matches = new Matches();
    private final Long2LongHashMap places = new Long2LongHashMap(NOBODY);

    // Of one route: sessions in order of their first match.
    private long[] numbers = new long[16];
    private int[] options = new int[16];
    private int[] @Nullable [] identifiers = new int[16][];
    private int size;

    public Router(TreeReader tree) {
        this.tree = tree;
    }

    /**
     * Matches a topic.
     *
     * @param qos of the PUBLISH, 0 to 2
     * @param retain whether the PUBLISH had RETAIN set: kept only where a subscription asks for it [MQTT-3.3.1-9]
     *     [MQTT5-3.3.1-12]
     * @param publisher session number; a No Local subscription of its own is left out
     */
    public Route route(TopicName topic, int qos, boolean retain, long publisher) {
        tree.match(topic, matches); // [MQTT-3.3.2-3] [MQTT5-3.3.2-3]
        merge(publisher);
        int live = 0;
        for (int i = 0; i < size; i++) {
            live += isLive(options[i], qos) ? 1 : 0;
        }
        Recipients durable = size == live ? Recipients.NONE : new Recipients(size - live);
        Recipients others = live == 0 ? Recipients.NONE : new Recipients(live);
        for (int i = 0; i < size; i++) {
            int flags = flags(options[i], qos, retain) | (identifiers[i] == null ? 0 : Delivery.IDENTIFIERS);
            (isLive(options[i], qos) ? others : durable).add(numbers[i], flags, identifiers[i]);
        }
        return new Route(durable, others, matches.generation());
    }

    /** Neither a stored session nor more than QoS 0: everything else waits in its session's queue [MQTT-3.1.2-5]. */
    private static boolean isLive(int merged, int qos) {
        return SubscriptionOptions.isVolatile(merged) || Math.min(qos, SubscriptionOptions.qos(merged)) == 0;
    }

    /** Delivery flags for a message under these options; RETAIN as received where asked for [MQTT5-3.3.1-13]. */
    public static int flags(int merged, int qos, boolean retain) {
        int flags = Math.min(qos, SubscriptionOptions.qos(merged));
        return retain && SubscriptionOptions.isRetainAsPublished(merged) ? flags | Delivery.RETAIN : flags;
    }

    private void merge(long publisher) {
        size = 0;
        boolean many = matches.size() > FEW;
        if (many) {
            places.clear();
        }
        for (int i = 0; i < matches.size(); i++) {
            long number = matches.sessionNumber(i);
            int option = matches.options(i);
            if (number == publisher && SubscriptionOptions.isNoLocal(option)) {
                continue;
            }
            int place = many ? (int) places.get(number) : find(number);
            if (place == NOBODY) {
                place = size;
                append(number, option);
                if (many) {
                    places.put(number, place);
                }
            } else {
                options[place] = merged(options[place], option);
            }
            addIdentifier(place, matches.identifier(i));
        }
    }

    private int find(long number) {
        for (int i = 0; i < size; i++) {
            if (numbers[i] == number) {
                return i;
            }
        }
        return NOBODY;
    }

    private void append(long number, int option) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, size * 2);
            options = Arrays.copyOf(options, size * 2);
            identifiers = Arrays.copyOf(identifiers, size * 2);
        }
        numbers[size] = number;
        options[size] = option;
        identifiers[size] = null;
        size++;
    }

    static int merged(int a, int b) {
        int higher = SubscriptionOptions.qos(a) >= SubscriptionOptions.qos(b) ? a : b;
        boolean asPublished = SubscriptionOptions.isRetainAsPublished(a) || SubscriptionOptions.isRetainAsPublished(b);
        return asPublished ? higher | SubscriptionOptions.RETAIN_AS_PUBLISHED : higher;
    }

    private void addIdentifier(int place, int identifier) {
        if (identifier != 0) {
            identifiers[place] = with(identifiers[place], identifier);
        }
    }

    /** All identifiers that match go along in the one copy [MQTT5-3.3.4-3] [MQTT5-3.3.4-4]; 0 is none. */
    static int @Nullable [] with(int @Nullable [] before, int identifier) {
        if (identifier == 0) {
            return before;
        }
        int[] after = before == null ? new int[1] : Arrays.copyOf(before, before.length + 1);
        after[after.length - 1] = identifier;
        return after;
    }
}

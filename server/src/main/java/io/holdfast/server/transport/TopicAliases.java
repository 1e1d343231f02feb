// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.storage.log.Message;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Topic Aliases of the PUBLISH packets to one client, chosen by use: a topic gets one when it comes a second time, and
 * gives it up when another one is used more. An alias is the place that the topic's hash leads to, so nothing is searched.
 *
 * <p>The shard's event loop only. Made for clients that take aliases, and lives as long as their connection.
 */
final class TopicAliases {
    /** What an alias can add to a packet: the property, and its effect on two length fields. */
    static final int BYTES_MAX = 5;

    /**
     * No setting, as there is nothing to gain from another value. The places are a direct-mapped cache: a client that
     * follows some dozen topics finds nearly all of them, one that follows thousands none at any size it would pay for.
     * At most 64 topics of 1 KiB, so 64 KiB for a connection that uses the longest topics, and 1 KiB with common ones.
     */
    private static final int ALIASES_MAX = 64;

    /** Shorter topics gain nothing from an alias, longer ones cost too much memory here. */
    private static final int TOPIC_BYTES_MIN = 6;

    private static final int TOPIC_BYTES_MAX = 1_024;
    private static final int USES_MAX = 8;

    private final byte[] @Nullable [] topics;
    /** The topic that came last and has no alias, by its hash. */
    private final int[] candidates;

    private final byte[] uses;

    // Of the topic asked for last.
    private int hash;
    private int place;

    TopicAliases(int clientMax) {
        int count = Math.min(clientMax, ALIASES_MAX); // [MQTT5-3.1.2-26] [MQTT5-3.3.2-11]
        topics = new byte[count][];
        candidates = new int[count];
        uses = new byte[count];
    }

    /** The alias by which the client knows a message's topic already, or 0. */
    int known(Message message) {
        int length = message.topicBytes();
        if (length < TOPIC_BYTES_MIN || length > TOPIC_BYTES_MAX) {
            place = -1;
            return 0;
        }
        int from = message.topicOffset();
        byte[] array = message.topicArray();
        int h = 1;
        for (int i = from; i < from + length; i++) {
            h = 31 * h + array[i];
        }
        hash = h * 0x9E3779B1;
        place = (int) ((Integer.toUnsignedLong(hash) * topics.length) >>> Integer.SIZE);
        byte[] topic = topics[place];
        if (topic == null || !Arrays.equals(topic, 0, topic.length, array, from, from + length)) {
            return 0;
        }
        uses[place] = (byte) Math.min(uses[place] + 1, USES_MAX);
        return place + 1;
    }

    /** Behind {@link #known} of the same message: an alias to send along with the topic from now on, or 0. */
    int assign(Message message) {
        if (place < 0) {
            return 0;
        }
        if (candidates[place] != hash) {
            candidates[place] = hash;
            uses[place] = (byte) Math.max(uses[place] - 1, 0);
            return 0;
        }
        if (topics[place] != null && uses[place] > 0) {
            uses[place]--;
            return 0;
        }
        int from = message.topicOffset();
        topics[place] = Arrays.copyOfRange(message.topicArray(), from, from + message.topicBytes());
        uses[place] = 1;
        return place + 1; // never 0 [MQTT5-3.3.2-8]
    }
}

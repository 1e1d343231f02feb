// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.scenario;

import io.holdfast.benchmarks.load.verify.Streams;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;

/**
 * Who hears what. Each stream has a topic of its own; a receiver has one subscription and hears either the stream of its
 * group or all of them.
 *
 * @param root of all topics, different for each run
 * @param groupSize receivers that share a stream, or {@link #ALL} when every receiver hears every stream
 */
record Layout(String root, int streams, int receivers, int groupSize) {
    static final int ALL = 0;

    /** Groups of receivers with a stream for each; the last group may be smaller. */
    static Layout groups(String root, int receivers, int groupSize) {
        return new Layout(root, (receivers + groupSize - 1) / groupSize, receivers, groupSize);
    }

    /** Every receiver hears every stream. */
    static Layout mesh(String root, int streams, int receivers) {
        return new Layout(root, streams, receivers, ALL);
    }

    TopicName[] topics() {
        TopicName[] topics = new TopicName[streams];
        for (int i = 0; i < streams; i++) {
            topics[i] = TopicName.of(root + "/" + i);
        }
        return topics;
    }

    TopicFilter filter(int receiver) {
        return TopicFilter.parse(root + "/" + (groupSize == ALL ? "+" : Integer.toString(firstStream(receiver))));
    }

    int firstStream(int receiver) {
        return groupSize == ALL ? 0 : receiver / groupSize;
    }

    int streamsHeard() {
        return groupSize == ALL ? streams : 1;
    }

    /** How many deliveries the messages sent so far amount to. */
    long owed(Streams sent) {
        long owed = 0;
        for (int i = 0; i < streams; i++) {
            owed += (long) sent.sent(i) * hearers(i);
        }
        return owed;
    }

    /** How many messages a receiver is owed of those sent so far. */
    long owedTo(int receiver, Streams sent) {
        long owed = 0;
        for (int i = 0; i < streamsHeard(); i++) {
            owed += sent.sent(firstStream(receiver) + i);
        }
        return owed;
    }

    /** How many receivers hear a stream. */
    int hearers(int stream) {
        return groupSize == ALL ? receivers : Math.min(groupSize, receivers - stream * groupSize);
    }
}

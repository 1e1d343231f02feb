// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.verify;

import io.holdfast.protocol.topic.TopicName;

/**
 * What is published: a stream is one publisher's messages to one topic, the unit in which MQTT promises an order
 * [MQTT-4.6.0-6]. Each stream is written by the event loop of its publisher; the totals are read when all is quiet.
 */
public final class Streams {
    private final TopicName[] topics;
    private final int[] sent;
    private final int[] unacknowledged;

    /** One stream for each topic; publishers may share a topic, then it occurs several times. */
    public Streams(TopicName[] topics) {
        this.topics = topics.clone();
        sent = new int[topics.length];
        unacknowledged = new int[topics.length];
    }

    public int count() {
        return topics.length;
    }

    public TopicName topic(int stream) {
        return topics[stream];
    }

    /** Takes the sequence number of the next message of a stream. */
    public int nextSequence(int stream) {
        return sent[stream]++;
    }

    /** How many messages of a stream have been sent. */
    public int sent(int stream) {
        return sent[stream];
    }

    /** So many messages of a stream will never be acknowledged: their publisher lost its connection. */
    public void giveUp(int stream, int messages) {
        unacknowledged[stream] += messages;
    }

    /** Messages of a stream that a receiver may miss without anything being lost. */
    int unacknowledged(int stream) {
        return unacknowledged[stream];
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

import static io.holdfast.tools.blackbox.history.HistoryModel.NEVER;

import java.util.ArrayList;
import java.util.List;

/** What became of one message or will at its publisher. Places are indexes into the history. */
final class Publication {
    final String key;
    final String publisher;
    final Message message;
    final boolean will;
    /** The first PUBLISH, or the CONNECT that carried the will. */
    final int firstCall;
    /** Where the publisher sent it. A broker need not know a repeated QoS 1 PUBLISH for the same message. */
    final List<Integer> calls = new ArrayList<>();

    /** PUBACK or PUBREC: from here on the broker answers for the message. */
    int ownedAt = NEVER;
    /** PUBACK or PUBCOMP: a broker may pass a QoS 2 message on at PUBLISH or at PUBREL, but not later. */
    int settledAt = NEVER;

    int firstReceivedAt = NEVER;

    Publication(String key, String publisher, Message message, boolean will, int firstCall) {
        this.key = key;
        this.publisher = publisher;
        this.message = message;
        this.will = will;
        this.firstCall = firstCall;
        calls.add(firstCall);
    }

    /** The first PUBLISH of it after a place in the history, or {@link HistoryModel#NEVER}. */
    int firstCallAfter(int at) {
        return calls.stream()
                .mapToInt(call -> call)
                .filter(call -> call > at)
                .min()
                .orElse(NEVER);
    }

    /** From here on the broker has certainly processed it at least once: it was settled, or somebody received it. */
    int appliedAt() {
        return Math.min(settledAt, firstReceivedAt);
    }

    /**
     * From here on the broker will not process it again: a QoS 1 PUBLISH that is sent again is a new message to it, and
     * replaces even a QoS 2 one that was sent in between and is recognised when it is sent again.
     */
    int doneAt() {
        return message.qos() == 1 && calls.size() > 1 ? settledAt : appliedAt();
    }

    /** How many copies of it a single subscription may see. */
    int copiesMax() {
        return will || message.qos() == 2 ? 1 : calls.size();
    }

    boolean clears() {
        return message.payload().isEmpty();
    }

    @Override
    public String toString() {
        return (will ? "will " : "") + "'" + key + "' of " + publisher + " on '" + message.topic() + "' QoS "
                + message.qos() + (message.retain() ? " retained" : "");
    }
}

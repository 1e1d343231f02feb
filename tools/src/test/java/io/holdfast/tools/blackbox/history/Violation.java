// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.history;

/**
 * A promise that the broker has broken in a history.
 *
 * @param at the place in the history that shows it, counted from 0; the history's length for what is missing at the end
 */
public record Violation(Kind kind, int at, String text) {
    /** The promises, each with the sentence that a report shows. */
    public enum Kind {
        LOST("acknowledged, matched by a durable subscription made before, and never delivered"),
        DOUBLED("delivered more often than it was sent"),
        ORDER("messages of one publisher, topic and QoS are out of the order they were sent in"),
        REDELIVERY_ORDER("re-sent in another order than first sent"),
        REDELIVERY_LIVE("sent again on a connection that is alive"),
        DUP_MISSING("re-sent without DUP"),
        DUP_WRONG("DUP on a QoS 0 message"),
        PACKET_ID_REUSED("a packet id carries another message while the client still holds it"),
        RELEASE_EARLY("PUBREL before the client said PUBREC"),
        SESSION_PRESENT("session present disagrees with what exists"),
        NEVER_PUBLISHED("delivered but never published"),
        ALTERED("delivered with another topic or payload than published"),
        NO_SUBSCRIPTION("delivered without a matching subscription"),
        WRONG_QOS("delivered at another QoS than min(published, granted)"),
        RETAINED_STALE("a retained message that a later acknowledged one had replaced"),
        RETAINED_MISSING("a topic without its retained message"),
        RETAIN_FLAG("RETAIN set on a message of an established subscription"),
        WILL_LOST("an ungraceful end without its will"),
        WILL_WRONG("a will after a confirmed DISCONNECT or a refused CONNECT"),
        SURPRISE("a packet that nothing asked for");

        private final String sentence;

        Kind(String sentence) {
            this.sentence = sentence;
        }
    }

    @Override
    public String toString() {
        return kind + " at " + at + " (" + kind.sentence + "): " + text;
    }
}

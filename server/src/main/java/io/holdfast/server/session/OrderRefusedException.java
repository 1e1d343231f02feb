// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/** An operator's order that cannot be carried out; the message is one sentence for the operator. */
public final class OrderRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is no such session or message. */
        UNKNOWN,
        /** It would break a promise that is in flight, or does not fit the session's state. */
        CONFLICT,
        /** Rows of the session are damaged: nothing is changed before they are mended. */
        DAMAGED
    }

    private final Reason reason;

    public OrderRefusedException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}

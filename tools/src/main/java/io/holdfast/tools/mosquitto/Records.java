// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.mosquitto;

import java.util.Arrays;

/** What a {@code mosquitto.db} of version 6 holds, one record for each sort of chunk. Texts are bytes: nobody checked them. */
final class Records {
    /** The value of an interval that never ends. */
    static final long NEVER = 0xFFFF_FFFFL;

    /** Direction of a message: towards the client. */
    static final int OUT = 1;

    /** States of a message on its way, as mosquitto numbers them: only queued ones were never sent. */
    static final int WAIT_FOR_PUBREL = 7;

    static final int RESEND_PUBREL = 6;
    static final int WAIT_FOR_PUBCOMP = 9;
    static final int SEND_PUBREC = 10;
    static final int QUEUED = 11;

    private Records() {}

    /** A text as a key: compared by content. */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode below go by content
    record Name(byte[] utf8) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Name that && Arrays.equals(utf8, that.utf8);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(utf8);
        }
    }

    /**
     * A session.
     *
     * @param expirySecondsSince1970 when it ends, 0 when that is not known
     */
    record Client(Name id, long expirySecondsSince1970, long expiryIntervalSeconds) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Subscription(Name client, byte[] filter, int options, long identifier) {}

    /**
     * A message on its way.
     *
     * @param properties a block with the Subscription Identifiers of this receiver, or empty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record ClientMessage(
            Name client,
            long storeId,
            int packetId,
            int qos,
            int state,
            boolean retain,
            int direction,
            byte[] properties) {
        boolean isQueued() {
            return state == QUEUED;
        }

        /** The client has answered PUBREC: it must not see the message again. */
        boolean isReleased() {
            return qos == 2 && (state == RESEND_PUBREL || state == WAIT_FOR_PUBCOMP);
        }
    }

    /**
     * A message.
     *
     * @param expirySecondsSince1970 0 for never
     * @param properties a block of the wire format, or empty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Stored(byte[] topic, byte[] payload, int qos, long expirySecondsSince1970, byte[] properties) {}
}

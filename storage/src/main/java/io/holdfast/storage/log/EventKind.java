// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

/**
 * What a session did, as a log entry says it. The order is the order of replay within one group, behind the group's
 * messages and moves.
 */
public enum EventKind {
    /** PUBACK for an outbound QoS 1 message, or a PUBREC that reports a failure for a QoS 2 one. */
    ACKNOWLEDGED(4),
    /** PUBREC for an outbound QoS 2 message. */
    RELEASED(5),
    /** PUBCOMP for an outbound QoS 2 message. */
    COMPLETED(6),
    /** A QoS 2 message was taken from the client; the index is its packet identifier. */
    INBOUND_ADDED(7),
    /** PUBREL from the client; the index is the packet identifier. */
    INBOUND_RELEASED(8),
    /** The broker gave a message up: queue limit or expiry, of unsent ones only; too large for the client. */
    DROPPED(9);

    private final int field;

    EventKind(int field) {
        this.field = field;
    }

    /** The field of record {@code LogEntry} that lists events of this kind. */
    int field() {
        return field;
    }

    /** Whether an event of this kind ends the session's interest in a message. */
    public boolean settles() {
        return this == ACKNOWLEDGED || this == COMPLETED || this == DROPPED;
    }

    /** Applies an event to the state it happened to; idempotent. */
    public void apply(SessionState state, long index) {
        switch (this) {
            case ACKNOWLEDGED, COMPLETED, DROPPED -> state.settle(index);
            case RELEASED -> state.release(index);
            case INBOUND_ADDED -> state.addInbound((int) index);
            case INBOUND_RELEASED -> state.removeInbound((int) index);
        }
    }
}

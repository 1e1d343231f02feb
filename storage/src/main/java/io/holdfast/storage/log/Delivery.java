// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

/**
 * What a session owes its client for one index, packed into a long: message id in the upper 56 bits, flags in the lower
 * 8. The flags are fixed when the message is committed and never change (C06).
 */
public final class Delivery {
    public static final int QOS_MASK = 0x03;
    public static final int RETAIN = 0x04;
    /** The message reached the session through a shared group: its {@link Origin} stands beside the entry. */
    public static final int GROUP = 0x08;
    /** Subscription Identifiers stand beside the entry. */
    public static final int IDENTIFIERS = 0x10;
    /** No entry: not in memory, or settled. */
    public static final long NONE = -1;

    private Delivery() {}

    public static long of(long messageId, int flags) {
        return (messageId << 8) | (flags & 0xff);
    }

    public static long messageId(long delivery) {
        return delivery >>> 8;
    }

    public static int flags(long delivery) {
        return (int) delivery & 0xff;
    }

    public static int qos(long delivery) {
        return (int) delivery & QOS_MASK;
    }
}

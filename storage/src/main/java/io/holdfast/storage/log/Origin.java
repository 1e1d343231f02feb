// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import org.jspecify.annotations.Nullable;

/**
 * Where a delivery with flag {@link Delivery#GROUP} came from: the shared group that gets the message back when the member
 * ends before it was sent. Kept in the numbers that stand beside an entry, in front of the Subscription Identifier, in the
 * log, in rows and in memory alike:
 *
 * <pre>
 *   1   group number, upper 28 bits; above them the flags (QoS, RETAIN) that the message had in the group
 *   2   group number, lower 28 bits
 *   3   the Subscription Identifier of the member, if it has one
 * </pre>
 *
 * The group's own flags are kept because the next member may have been granted more than this one [MQTT5-4.8.2-3].
 */
public final class Origin {
    private static final int PART_BITS = 28;
    private static final int PART_MASK = (1 << PART_BITS) - 1;
    private static final int GROUP_FLAGS = Delivery.QOS_MASK | Delivery.RETAIN;
    private static final int ORIGIN_INTS = 2;

    private Origin() {}

    /**
     * What stands beside an entry.
     *
     * @param group the group's number
     * @param groupFlags QoS and RETAIN that the message has in the group
     * @param identifier the member's Subscription Identifier, 0 for none
     */
    public static int[] of(long group, int groupFlags, int identifier) {
        int high = (int) (group >>> PART_BITS) | (groupFlags & GROUP_FLAGS) << PART_BITS;
        int low = (int) group & PART_MASK;
        return identifier == 0 ? new int[] {high, low} : new int[] {high, low, identifier};
    }

    /** Whether an entry came through a shared group. */
    public static boolean isShared(long delivery) {
        return (delivery & Delivery.GROUP) != 0;
    }

    /** The group's number. */
    public static long group(int[] beside) {
        return (long) (beside[0] & PART_MASK) << PART_BITS | beside[1];
    }

    /** QoS and RETAIN that the message had in the group. */
    public static int groupFlags(int[] beside) {
        return beside[0] >>> PART_BITS;
    }

    /** The Subscription Identifiers alone. */
    public static int @Nullable [] identifiers(int flags, int @Nullable [] beside) {
        if ((flags & Delivery.GROUP) == 0 || beside == null) {
            return beside;
        }
        return beside.length == ORIGIN_INTS ? null : new int[] {beside[ORIGIN_INTS]};
    }
}

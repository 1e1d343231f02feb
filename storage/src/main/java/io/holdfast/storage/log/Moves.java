// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import org.jspecify.annotations.Nullable;

/**
 * The flags of a {@code moved} record. Towards a member they are those of its delivery, with {@link Delivery#GROUP}, and
 * above them those that the message had in the group; on the way back they are the group's alone.
 */
public final class Moves {
    /** The target of a message that no group takes back. */
    public static final long NOBODY = 0;

    private static final int GROUP_SHIFT = 8;

    private Moves() {}

    /** Flags of a move to a member that gets {@code deliveryFlags}. */
    public static int toMember(int deliveryFlags, int groupFlags) {
        return deliveryFlags | Delivery.GROUP | groupFlags << GROUP_SHIFT;
    }

    /** Whether these are the flags of a move to a member. */
    public static boolean isToMember(int flags) {
        return (flags & Delivery.GROUP) != 0;
    }

    /** QoS and RETAIN that the message had in the group it came from. */
    public static int groupFlags(int flags) {
        return flags >>> GROUP_SHIFT;
    }

    /** What stands beside the target's entry. */
    public static int @Nullable [] beside(long source, int flags, int identifier) {
        return isToMember(flags) ? Origin.of(source, groupFlags(flags), identifier) : null;
    }
}

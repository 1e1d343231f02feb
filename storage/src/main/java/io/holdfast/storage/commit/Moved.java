// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import io.holdfast.storage.log.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message that changed its owner in a group: from a shared group to a member, or back. Takes effect for both sides when
 * the group is applied, behind the group's messages (C27).
 *
 * @param source the owner before; settles {@code index}
 * @param index the source's index of the message; means nothing once the source has ended
 * @param target the owner from now on, or {@link io.holdfast.storage.log.Moves#NOBODY}
 * @param flags as in {@link io.holdfast.storage.log.Moves}
 * @param identifier the member's Subscription Identifier, 0 for none
 * @param message the message itself where it is at hand; spares the target a read
 * @param generation of the member's connection that asked for it
 */
public record Moved(
        long source,
        long index,
        long target,
        long messageId,
        int flags,
        int identifier,
        @Nullable Message message,
        long generation) {}

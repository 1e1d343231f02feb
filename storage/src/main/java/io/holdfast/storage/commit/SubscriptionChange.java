// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * A change of the subscription tree, in commit order. It becomes visible after its group's sync and before its SUBACK or
 * UNSUBACK (C12).
 *
 * @param filter the parsed filter, opaque to this module
 * @param added false when the subscription was removed
 */
// Never compared, only read in order: the array's identity does not matter.
@SuppressWarnings("ArrayRecordComponent")
public record SubscriptionChange(
        long number, Object filter, byte[] filterUtf8, boolean added, int options, int identifier) {}

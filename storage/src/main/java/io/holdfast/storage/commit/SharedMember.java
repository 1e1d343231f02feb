// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * A shared subscription as its rows say.
 *
 * @param group number of the group
 * @param filterUtf8 the whole filter, {@code $share/ShareName/filter}
 * @param innerUtf8 the filter behind the share name
 * @param inner the same parsed, opaque to this module
 * @param member session number of the member
 */
// Never compared: the arrays' identity does not matter.
@SuppressWarnings("ArrayRecordComponent")
public record SharedMember(long group, byte[] filterUtf8, byte[] innerUtf8, Object inner, long member) {}

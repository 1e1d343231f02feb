// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.transfer;

import io.holdfast.storage.schema.Table;
import org.jspecify.annotations.Nullable;

/** Where the rows of sessions go that come from elsewhere: a stopped store, or the next group of a running broker. */
interface Intake {
    void put(Table table, byte[] key, byte[] record);

    /** A subscription with its options as they are kept; that of a shared filter joins its group. */
    void subscribe(long number, String filter, int options, int identifier);

    /** The id of a message that was added before, by its place among them, from 1. */
    long messageId(long ordinal);

    /** A session waits for a message. */
    void owed(long messageId);

    /** The number of a shared group that takes messages back, or null. */
    @Nullable
    Long groupNumber(String sharedFilter);

    /** The position through which the rows hold all that was appended. */
    long appendsThrough();

    /** The position through which the rows hold the session's own events. */
    long eventsThrough();
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.store.RowReader;

/**
 * What the checks build on, once the log is read.
 *
 * @param head position of the last group
 * @param nextSession sequence part of the next session number
 * @param clean whether nothing was committed behind a clean stop: only then do some counters have to fit
 */
record Ground(RowReader store, CheckListener out, long head, long nextSession, boolean clean) {
    private static final int HASH_BITS = 8;

    /** Whether a session with this number can have been made. */
    boolean isTaken(long number) {
        return number >>> HASH_BITS < nextSession;
    }
}

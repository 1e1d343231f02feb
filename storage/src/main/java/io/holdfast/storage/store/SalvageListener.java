// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

/** Hears what a damaged store does not give up. One thing may be told more than once. */
public interface SalvageListener {
    /**
     * Something is lost.
     *
     * @param what one sentence
     */
    void lost(String what);

    /** Something is lost of the sessions with numbers {@code from} to {@code to}, both included. */
    void lostOfSessions(long from, long to, String what);
}

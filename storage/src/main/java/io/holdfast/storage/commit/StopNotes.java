// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

/**
 * What a clean stop leaves to the next start beside the counters.
 *
 * @param sessions sessions with rows
 * @param snapshotChecksum checksum of the snapshot of the subscriptions, 0 when there is none
 */
public record StopNotes(long sessions, int snapshotChecksum) {}

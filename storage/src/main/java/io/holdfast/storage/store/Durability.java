// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

/** What {@link RowStore#sync} waits for. Shown to the operator at start: it is the promise behind every acknowledgement. */
public enum Durability {
    /** The storage device has it: survives a killed process, a crashed system and a power cut. */
    SYNC,
    /** The operating system has it at once, the device at the latest one interval later: a power cut loses the interval. */
    INTERVAL,
    /** The operating system has it: survives a killed process only. */
    OS
}

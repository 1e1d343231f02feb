// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

/** How much a check reads. */
public enum Depth {
    /** All rows, but of messages the keys alone: they are most of a store. */
    QUICK,
    /** All rows, and every block of every table file. */
    DEEP
}

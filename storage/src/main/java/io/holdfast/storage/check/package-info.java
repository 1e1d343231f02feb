// SPDX-License-Identifier: Apache-2.0
/**
 * The store's own fsck: named checks over everything that rows, log and files say of each other. Reads only, in memory
 * that does not grow with the store.
 */
@NullMarked
package io.holdfast.storage.check;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The verb {@code holdfast store} and those of its parts that write: copies, and changes of stores that are stopped. None
 * of them changes a folder in place without keeping what was there.
 */
@NullMarked
package io.holdfast.tools.upkeep;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * Hostile input on the real socket; after each row a canary client must still be served.
 */
@NullMarked
package io.holdfast.tools.blackbox.hostile;

import org.jspecify.annotations.NullMarked;

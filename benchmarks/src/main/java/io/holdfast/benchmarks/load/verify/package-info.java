// SPDX-License-Identifier: Apache-2.0
/**
 * Proves that what was delivered is what was published: every payload carries a stamp, and a ledger finds what is lost,
 * doubled, reordered or corrupted. Knows nothing of sockets.
 */
@NullMarked
package io.holdfast.benchmarks.load.verify;

import org.jspecify.annotations.NullMarked;

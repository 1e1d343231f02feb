// SPDX-License-Identifier: Apache-2.0
/** The commit thread alone, and the rows that checkpoints write. */
@NullMarked
package io.holdfast.benchmarks.jmh.commit;

import org.jspecify.annotations.NullMarked;

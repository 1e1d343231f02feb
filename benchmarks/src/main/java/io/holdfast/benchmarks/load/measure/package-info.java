// SPDX-License-Identifier: Apache-2.0
/**
 * Looks at a run from outside: the broker's process through the operating system, the broker's {@code $SYS} topics, and
 * a sampler that turns counters into a timeline.
 */
@NullMarked
package io.holdfast.benchmarks.load.measure;

import org.jspecify.annotations.NullMarked;

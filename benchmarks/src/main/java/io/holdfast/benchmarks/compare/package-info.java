// SPDX-License-Identifier: Apache-2.0
/**
 * The comparison: the load tool's scenarios against this broker and others on this machine, in interleaved rounds, with
 * medians, spreads and the targets they are held to. {@code benchmarks/compare} runs it.
 */
@NullMarked
package io.holdfast.benchmarks.compare;

import org.jspecify.annotations.NullMarked;

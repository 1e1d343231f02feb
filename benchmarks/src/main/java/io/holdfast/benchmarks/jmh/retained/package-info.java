// SPDX-License-Identifier: Apache-2.0
/** What it costs to find the retained messages of a new subscription. */
@NullMarked
package io.holdfast.benchmarks.jmh.retained;

import org.jspecify.annotations.NullMarked;

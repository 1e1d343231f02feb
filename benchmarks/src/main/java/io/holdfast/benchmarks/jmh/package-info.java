// SPDX-License-Identifier: Apache-2.0
/** Micro benchmarks of the hot paths, one class per part. */
@NullMarked
package io.holdfast.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;

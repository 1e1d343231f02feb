// SPDX-License-Identifier: Apache-2.0
/** Measurements: micro benchmarks and end-to-end load, joined to the command line as further verbs. */
@NullMarked
package io.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;

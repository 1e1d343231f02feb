// SPDX-License-Identifier: Apache-2.0
/** What a start has to do after a crash. */
@NullMarked
package io.holdfast.benchmarks.jmh.recovery;

import org.jspecify.annotations.NullMarked;

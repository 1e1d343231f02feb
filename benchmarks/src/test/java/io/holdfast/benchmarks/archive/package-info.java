// SPDX-License-Identifier: Apache-2.0
/** The archive that {@code -Pdist} makes, installed and used as the handbook says. */
@NullMarked
package io.holdfast.benchmarks.archive;

import org.jspecify.annotations.NullMarked;

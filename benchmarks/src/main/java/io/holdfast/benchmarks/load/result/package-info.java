// SPDX-License-Identifier: Apache-2.0
/**
 * What a run of the load tool found, as plain records: the scenarios make them, the outputs show them. Nothing here
 * measures or prints.
 */
@NullMarked
package io.holdfast.benchmarks.load.result;

import org.jspecify.annotations.NullMarked;

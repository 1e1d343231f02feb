// SPDX-License-Identifier: Apache-2.0
/**
 * What is measured: one class for each sub-command of {@code holdfast bench}, and the course that all of them take from
 * their options to the verdict.
 */
@NullMarked
package io.holdfast.benchmarks.load.scenario;

import org.jspecify.annotations.NullMarked;

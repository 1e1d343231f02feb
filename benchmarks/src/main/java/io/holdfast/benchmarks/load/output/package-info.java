// SPDX-License-Identifier: Apache-2.0
/** Shows a run: a live line while it lasts, then a table, a JSON file and a page with plots. */
@NullMarked
package io.holdfast.benchmarks.load.output;

import org.jspecify.annotations.NullMarked;

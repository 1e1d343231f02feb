// SPDX-License-Identifier: Apache-2.0
/** What it costs to find the subscriptions of a topic: by number and shape of filters, cached, and beside a writer. */
@NullMarked
package io.holdfast.benchmarks.jmh.matcher;

import org.jspecify.annotations.NullMarked;

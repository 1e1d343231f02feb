// SPDX-License-Identifier: Apache-2.0
/** The broker without its sockets: shards, commit thread and a real store whose groups are synced. */
@NullMarked
package io.holdfast.benchmarks.jmh.broker;

import org.jspecify.annotations.NullMarked;

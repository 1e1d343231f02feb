// SPDX-License-Identifier: Apache-2.0
/** The session core on one thread, without network, disk and crossings between threads. */
@NullMarked
package io.holdfast.benchmarks.jmh.session;

import org.jspecify.annotations.NullMarked;

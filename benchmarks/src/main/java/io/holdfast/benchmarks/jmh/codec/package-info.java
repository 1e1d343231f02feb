// SPDX-License-Identifier: Apache-2.0
/** Every packet from bytes and to bytes, in the versions that differ. */
@NullMarked
package io.holdfast.benchmarks.jmh.codec;

import org.jspecify.annotations.NullMarked;

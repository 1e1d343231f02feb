// SPDX-License-Identifier: Apache-2.0
/**
 * The MQTT wire: control packets as values, the codec between bytes and packets, and the topic grammar.
 * Knows buffers, not channels; shared by the broker, the tools and the benchmarks.
 */
@NullMarked
package io.holdfast.protocol;

import org.jspecify.annotations.NullMarked;

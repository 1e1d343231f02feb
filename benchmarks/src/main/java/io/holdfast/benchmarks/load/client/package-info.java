// SPDX-License-Identifier: Apache-2.0
/**
 * The client side of the load: many MQTT clients on a few event loops, cheap enough to load a fast broker from the same
 * machine. One buffer and one flush for each burst that is read, no objects but what the codec makes.
 */
@NullMarked
package io.holdfast.benchmarks.load.client;

import org.jspecify.annotations.NullMarked;

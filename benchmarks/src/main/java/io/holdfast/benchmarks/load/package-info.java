// SPDX-License-Identifier: Apache-2.0
/** The load tool, {@code holdfast bench}: measures any MQTT broker from outside and verifies what it measures. */
@NullMarked
package io.holdfast.benchmarks.load;

import org.jspecify.annotations.NullMarked;

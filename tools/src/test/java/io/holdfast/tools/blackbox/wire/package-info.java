// SPDX-License-Identifier: Apache-2.0
/**
 * A small MQTT client (3.1.1 and 5) over a plain socket, for tests that must control every byte.
 *
 * <p>It shares no code with the broker's codec on purpose: an error made on both sides would not show.
 */
@NullMarked
package io.holdfast.tools.blackbox.wire;

import org.jspecify.annotations.NullMarked;

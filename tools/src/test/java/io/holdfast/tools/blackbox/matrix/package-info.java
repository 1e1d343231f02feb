// SPDX-License-Identifier: Apache-2.0
/**
 * Real MQTT 5 clients of several makers against the real broker, feature by feature. The table of what each of them can do
 * is {@code docs/clients.md}.
 */
@NullMarked
package io.holdfast.tools.blackbox.matrix;

import org.jspecify.annotations.NullMarked;

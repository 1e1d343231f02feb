// SPDX-License-Identifier: Apache-2.0
/**
 * {@code holdfast import mosquitto}: a mosquitto installation becomes one of ours: sessions, queues, retained, settings,
 * accounts, rules.
 */
@NullMarked
package io.holdfast.tools.mosquitto;

import org.jspecify.annotations.NullMarked;

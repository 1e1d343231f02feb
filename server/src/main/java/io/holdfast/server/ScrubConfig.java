// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import java.time.Duration;

/**
 * When the whole store is read in search of damage.
 *
 * @param interval from the end of one walk to the beginning of the next; the first begins with the broker; zero for never
 * @param percent of the time that a walk may read, 1 to 100
 */
public record ScrubConfig(Duration interval, int percent) {}

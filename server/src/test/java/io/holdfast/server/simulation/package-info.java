// SPDX-License-Identifier: Apache-2.0
/**
 * The whole core on one thread: real shards, commit, log and recovery, fake clients, network, clock and disk. A seed
 * decides every step; the broker dies between any two of them, and what clients saw is judged at the end.
 */
@NullMarked
package io.holdfast.server.simulation;

import org.jspecify.annotations.NullMarked;

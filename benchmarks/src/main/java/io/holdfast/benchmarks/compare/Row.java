// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.util.List;

/**
 * One subject of the comparison.
 *
 * @param name as {@code --only} takes it
 * @param what in words
 * @param lanes in the order of the first round; every second round goes backwards
 * @param phases that the table shows, in this order
 */
record Row(String name, String what, List<Lane> lanes, List<String> phases, List<Goal> goals) {}

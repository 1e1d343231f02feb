// SPDX-License-Identifier: Apache-2.0
/** Packets in any order, sound and broken, from several connections of all versions, at a broker that is also killed. */
@NullMarked
package io.holdfast.tools.blackbox.fuzz;

import org.jspecify.annotations.NullMarked;

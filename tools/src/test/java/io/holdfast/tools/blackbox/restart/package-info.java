// SPDX-License-Identifier: Apache-2.0
/**
 * Restart with a large offline backlog: start-up time, completeness, and the disk coming back.
 */
@NullMarked
package io.holdfast.tools.blackbox.restart;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * Publishers and subscribers that work while the broker is killed under them, judged by their history.
 */
@NullMarked
package io.holdfast.tools.blackbox.kill;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * One test per requirement row of the user's text, against the broker's real process and socket.
 */
@NullMarked
package io.holdfast.tools.blackbox.requirement;

import org.jspecify.annotations.NullMarked;

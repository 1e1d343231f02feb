// SPDX-License-Identifier: Apache-2.0
/** {@code holdfast acl}: what access rules say, and why. */
@NullMarked
package io.holdfast.tools.access;

import org.jspecify.annotations.NullMarked;

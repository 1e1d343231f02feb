// SPDX-License-Identifier: Apache-2.0
/** The {@code holdfast} command line and its verbs. */
@NullMarked
package io.holdfast.tools;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** {@code holdfast config}: what settings there are, whether those given are good, and which are in force. */
@NullMarked
package io.holdfast.tools.config;

import org.jspecify.annotations.NullMarked;

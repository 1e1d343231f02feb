// SPDX-License-Identifier: Apache-2.0
/** The broker: composition root, configuration and limits. */
@NullMarked
package io.holdfast.server;

import org.jspecify.annotations.NullMarked;

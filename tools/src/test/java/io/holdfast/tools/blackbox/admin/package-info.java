// SPDX-License-Identifier: Apache-2.0
/** The verbs for a running broker, as an operator runs them. */
@NullMarked
package io.holdfast.tools.blackbox.admin;

import org.jspecify.annotations.NullMarked;

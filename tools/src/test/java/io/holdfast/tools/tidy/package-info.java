// SPDX-License-Identifier: Apache-2.0
/** Rules on the repository's text: what neither the compiler nor a look at class files can see. */
@NullMarked
package io.holdfast.tools.tidy;

import org.jspecify.annotations.NullMarked;

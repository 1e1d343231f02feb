// SPDX-License-Identifier: Apache-2.0
/** Access rules: the file that says who may do what, and how it decides. */
@NullMarked
package io.holdfast.server.rule;

import org.jspecify.annotations.NullMarked;

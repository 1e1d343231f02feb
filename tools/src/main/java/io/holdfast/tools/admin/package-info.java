// SPDX-License-Identifier: Apache-2.0
/** Verbs that ask a running broker, through its admin endpoint: the data folder says where that is and opens it. */
@NullMarked
package io.holdfast.tools.admin;

import org.jspecify.annotations.NullMarked;

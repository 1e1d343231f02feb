// SPDX-License-Identifier: Apache-2.0
/** {@code holdfast user}: the accounts of a password file. Works on the file; a running broker reads it when it is told to. */
@NullMarked
package io.holdfast.tools.user;

import org.jspecify.annotations.NullMarked;

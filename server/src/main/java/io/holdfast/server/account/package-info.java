// SPDX-License-Identifier: Apache-2.0
/**
 * Accounts: the password file, how passwords are hashed, and how many wrong ones somebody may try. Nothing here knows
 * connections; the command line edits the same file with the same classes.
 */
@NullMarked
package io.holdfast.server.account;

import org.jspecify.annotations.NullMarked;

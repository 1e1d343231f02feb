// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import java.util.Set;

/**
 * A user of the password file.
 *
 * @param groups names that access rules may speak of
 */
record Account(String user, PasswordHash hash, Set<String> groups) {}

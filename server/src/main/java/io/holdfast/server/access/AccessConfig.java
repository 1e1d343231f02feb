// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect and do what, as the configuration says.
 *
 * @param passwordFile the accounts, null for none
 * @param anonymous whether clients without proof of who they are may connect
 * @param lockoutFailuresMax wrong passwords of a user from an address until both together are locked out, 0 for no lock
 * @param lockoutForget after so long one of them is forgotten
 * @param rulesFile the access rules, null for none: then everybody who may connect may do everything
 * @param tokens which tokens are passwords, null for none
 */
public record AccessConfig(
        @Nullable Path passwordFile,
        boolean anonymous,
        int lockoutFailuresMax,
        Duration lockoutForget,
        @Nullable Path rulesFile,
        @Nullable TokenConfig tokens) {}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which JSON Web Tokens are passwords.
 *
 * @param keysFile the keys of those who sign, as a JSON Web Key Set
 * @param algorithms those that a token may be signed with
 * @param userClaim the claim that names the user
 * @param issuer the only issuer, null for any
 * @param audience what has to be in the audience, null for anything
 */
public record TokenConfig(
        Path keysFile,
        List<String> algorithms,
        String userClaim,
        @Nullable String issuer,
        @Nullable String audience) {
    public TokenConfig {
        algorithms = List.copyOf(algorithms);
    }
}

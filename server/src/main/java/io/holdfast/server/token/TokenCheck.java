// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.Credentials;
import io.holdfast.server.access.FileText;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.access.TokenConfig;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges passwords that are signed tokens: three parts with dots between, the first a JSON object. Only algorithms on the
 * list count, only with a key of their own kind, and only with a signature: a token that names none, or takes a public key
 * for a secret, is refused like any wrong password. A token has to expire, and so does what it proves: both within the same
 * minute that clocks are given. Any thread.
 */
final class TokenCheck implements PasswordCheck {
    /** How a JSON object begins in Base64. */
    private static final String OBJECT = "eyJ";

    /** How far the clocks of issuer and broker may be apart: a token counts for so long after its end. */
    private static final Duration CLOCKS_APART =
            Duration.ofSeconds(DefaultJWTClaimsVerifier.DEFAULT_MAX_CLOCK_SKEW_SECONDS);

    private final TokenConfig config;
    private final Set<JWSAlgorithm> algorithms = new LinkedHashSet<>();
    private volatile DefaultJWTProcessor<SecurityContext> processor;

    /**
     * Reads the keys.
     *
     * @throws AccessFileException when they cannot be used
     */
    TokenCheck(TokenConfig config) throws AccessFileException {
        this.config = config;
        config.algorithms().forEach(name -> algorithms.add(JWSAlgorithm.parse(name)));
        processor = read();
    }

    /** Reads the keys again and returns what puts them in force. */
    Runnable reread() throws AccessFileException {
        DefaultJWTProcessor<SecurityContext> next = read();
        return () -> processor = next;
    }

    private DefaultJWTProcessor<SecurityContext> read() throws AccessFileException {
        String text = String.join("\n", FileText.lines(config.keysFile(), "get the key set of who signs your tokens"));
        JWKSet keys;
        try {
            keys = JWKSet.parse(text);
        } catch (ParseException e) {
            throw new AccessFileException(config.keysFile(), "is no JSON Web Key Set (" + e.getMessage() + ")", e);
        }
        if (keys.isEmpty()) {
            throw new AccessFileException(config.keysFile(), "holds no key, so no token could be right");
        }
        DefaultJWTProcessor<SecurityContext> next = new DefaultJWTProcessor<>();
        next.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, new ImmutableJWKSet<>(keys)));
        JWTClaimsSet.Builder exact = new JWTClaimsSet.Builder();
        if (config.issuer() != null) {
            exact.issuer(config.issuer());
        }
        Set<String> audience = config.audience() == null ? null : Set.of(config.audience());
        Set<String> required = new HashSet<>(Set.of("exp", config.userClaim()));
        next.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(audience, exact.build(), required, null));
        return next;
    }

    @Override
    public @Nullable AuthenticationStep judge(Credentials credentials) {
        byte @Nullable [] password = credentials.password();
        String token = password == null ? "" : new String(password, StandardCharsets.US_ASCII);
        if (!token.startsWith(OBJECT) || token.chars().filter(c -> c == '.').count() != 2) {
            return null;
        }
        AuthenticationStep.Accepted proven = proven(token);
        boolean claimed = proven != null
                && (credentials.userName() == null || credentials.userName().equals(proven.userName()));
        return proven == null || !claimed ? WRONG : proven;
    }

    /** The user whom a token names and until when, or null when it proves nothing. */
    private AuthenticationStep.@Nullable Accepted proven(String token) {
        try {
            JWTClaimsSet claims = processor.process(SignedJWT.parse(token), null);
            String user = claims.getStringClaim(config.userClaim());
            Instant until = claims.getExpirationTime().toInstant().plus(CLOCKS_APART);
            return user == null || user.isEmpty() ? null : new AuthenticationStep.Accepted(user, null, null, until);
        } catch (ParseException | BadJOSEException | JOSEException e) {
            return null; // Why is for nobody to know who has no right one.
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.access.AccessFileException;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.Credentials;
import io.holdfast.server.access.PasswordCheck;
import io.holdfast.server.access.TokenConfig;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are made here by hand: what the library refuses to make is what has to be tried. */
class TokenCheckTest {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static KeyPair keys;
    private static KeyPair otherKeys;

    @TempDir
    private Path folder;

    private Path file;
    private TokenCheck check;

    @BeforeAll
    static void makeKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        keys = generator.generateKeyPair();
        otherKeys = generator.generateKeyPair();
    }

    @BeforeEach
    void open() throws IOException {
        file = folder.resolve("keys.json");
        Files.writeString(file, keySet(keys));
        check = new TokenCheck(config("iss", "broker", "RS256"));
    }

    private TokenConfig config(@Nullable String issuer, @Nullable String audience, String... algorithms) {
        return new TokenConfig(file, List.of(algorithms), "sub", issuer, audience);
    }

    private static String keySet(KeyPair pair) {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        return "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"" + number(key.getModulus()) + "\",\"e\":\""
                + number(key.getPublicExponent()) + "\"}]}";
    }

    private static String number(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        return BASE64.encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private static String claims(long fromNowSeconds) {
        return String.format(
                Locale.ROOT,
                "{\"sub\":\"ada\",\"iss\":\"iss\",\"aud\":[\"broker\",\"x\"],\"exp\":%d}",
                Instant.now().getEpochSecond() + fromNowSeconds);
    }

    private static String head(String algorithm, String claims) {
        String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"k\"}";
        return BASE64.encodeToString(header.getBytes(UTF_8)) + "." + BASE64.encodeToString(claims.getBytes(UTF_8));
    }

    private static String signed(String algorithm, PrivateKey key, String claims) {
        return signed(algorithm, "SHA256withRSA", key, claims);
    }

    private static String signed(String algorithm, String javaAlgorithm, PrivateKey key, String claims) {
        try {
            String head = head(algorithm, claims);
            Signature signature = Signature.getInstance(javaAlgorithm);
            signature.initSign(key);
            signature.update(head.getBytes(US_ASCII));
            return head + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String good() {
        return signed("RS256", keys.getPrivate(), claims(60));
    }

    private @Nullable AuthenticationStep judge(@Nullable String user, String password) {
        return check.judge(new Credentials("c", user, password.getBytes(UTF_8), null));
    }

    @Test
    @DisplayName("T34 a signed token is a password of the user it names, with that user name or none")
    void judge_goodToken_accepted() {
        for (String user : new String[] {"ada", null}) {
            AuthenticationStep step = judge(user, good());
            assertThat(step).isInstanceOf(AuthenticationStep.Accepted.class);
            AuthenticationStep.Accepted ada = (AuthenticationStep.Accepted) step;
            assertThat(ada.userName()).isEqualTo("ada");
            assertThat(ada.until())
                    .as("the token's minute and a minute for clocks")
                    .isBetween(Instant.now().plusSeconds(60), Instant.now().plusSeconds(125));
        }
        assertThat(judge("bob", good())).isSameAs(PasswordCheck.WRONG);
    }

    @Test
    @DisplayName("T34 what is no token is for others to judge")
    void judge_noToken_notMine() {
        for (String password : new String[] {"", "secret", "a.b.c", "eyJx", "eyJ.x"}) {
            assertThat(judge("ada", password)).as(password).isNull();
        }
        assertThat(check.judge(new Credentials("c", "ada", null, null))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "HS256", "RS512", "ES256", "PS256", "nonsense", ""})
    @DisplayName("T34 a token with another algorithm in its header than the list has is refused, none first of all")
    void judge_otherAlgorithm_refused(String algorithm) {
        assertThat(judge("ada", signed(algorithm, keys.getPrivate(), claims(60))))
                .isSameAs(PasswordCheck.WRONG);
        assertThat(judge("ada", head(algorithm, claims(60)) + ".")).isSameAs(PasswordCheck.WRONG);
    }

    @Test
    @DisplayName("T34 a good signature by another algorithm of the same key is refused until that is on the list")
    void judge_otherAlgorithmOfTheKey_refused() throws IOException {
        String token = signed("RS512", "SHA512withRSA", keys.getPrivate(), claims(60));
        assertThat(judge("ada", token)).isSameAs(PasswordCheck.WRONG);
        check = new TokenCheck(config("iss", "broker", "RS256", "RS512"));
        assertThat(judge("ada", token)).isInstanceOf(AuthenticationStep.Accepted.class);
    }

    @Test
    @DisplayName("T34 a public key is no secret: HS256 with its bytes is refused, even where HS256 is on the list")
    void judge_publicKeyAsSecret_refused() throws IOException, GeneralSecurityException {
        check = new TokenCheck(config(null, null, "RS256", "HS256"));
        String head = head("HS256", claims(60));
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        for (byte[] secret : new byte[][] {
            pem.getBytes(US_ASCII),
            keys.getPublic().getEncoded(),
            key.getModulus().toByteArray()
        }) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            String forged = head + "." + BASE64.encodeToString(mac.doFinal(head.getBytes(US_ASCII)));
            assertThat(judge("ada", forged)).isSameAs(PasswordCheck.WRONG);
        }
        assertThat(judge("ada", good())).isInstanceOf(AuthenticationStep.Accepted.class);
    }

    @Test
    @DisplayName(
            "T34 an expired token, one without end, issuer, audience or user, and one that was changed are refused")
    void judge_wrongClaims_refused() {
        String end = ",\"exp\":" + (Instant.now().getEpochSecond() + 60) + "}";
        for (String claims : new String[] {
            claims(-120),
            "{\"sub\":\"ada\",\"iss\":\"iss\",\"aud\":\"broker\"}",
            "{\"sub\":\"ada\",\"iss\":\"other\",\"aud\":\"broker\"" + end,
            "{\"sub\":\"ada\",\"aud\":\"broker\"" + end,
            "{\"sub\":\"ada\",\"iss\":\"iss\",\"aud\":\"other\"" + end,
            "{\"sub\":\"ada\",\"iss\":\"iss\"" + end,
            "{\"iss\":\"iss\",\"aud\":\"broker\"" + end,
            "{\"sub\":\"\",\"iss\":\"iss\",\"aud\":\"broker\"" + end,
            "no json"
        }) {
            assertThat(judge(null, signed("RS256", keys.getPrivate(), claims)))
                    .as(claims)
                    .isSameAs(PasswordCheck.WRONG);
        }
        assertThat(judge(null, signed("RS256", otherKeys.getPrivate(), claims(60))))
                .isSameAs(PasswordCheck.WRONG);
        String[] parts = good().split("\\.", -1);
        String changed = BASE64.encodeToString(claims(60).replace("ada", "bob").getBytes(UTF_8));
        assertThat(judge(null, parts[0] + "." + changed + "." + parts[2])).isSameAs(PasswordCheck.WRONG);
        assertThat(judge(null, parts[0] + "." + parts[1] + ".")).isSameAs(PasswordCheck.WRONG);
    }

    @Test
    @DisplayName("T33 keys that cannot be read are an error, and at a reload the old ones stay; new ones replace them")
    void reread_keys_replacedOrKept() throws IOException {
        Files.writeString(file, "{\"keys\":[]}");
        assertThatThrownBy(check::reread)
                .isInstanceOf(AccessFileException.class)
                .hasMessageContaining("holds no key");
        Files.writeString(file, "nonsense");
        assertThatThrownBy(check::reread).hasMessageContaining("is no JSON Web Key Set");
        assertThatThrownBy(() -> new TokenCheck(config(null, null, "RS256"))).isInstanceOf(AccessFileException.class);
        assertThat(judge("ada", good())).isInstanceOf(AuthenticationStep.Accepted.class);
        Files.writeString(file, keySet(otherKeys));
        check.reread().run();
        assertThat(judge("ada", good())).isSameAs(PasswordCheck.WRONG);
        assertThat(judge("ada", signed("RS256", otherKeys.getPrivate(), claims(60))))
                .isInstanceOf(AuthenticationStep.Accepted.class);
    }
}

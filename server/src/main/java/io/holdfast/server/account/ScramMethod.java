// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.server.access.AuthenticationMethod;
import io.holdfast.server.access.AuthenticationStep;
import io.holdfast.server.access.PasswordCheck;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 of RFC 5802 and RFC 7677 over AUTH packets, without channel binding: the client proves to know its password
 * and never sends it, and the server proves to know the account. A user whom nobody knows, or whose password is hashed in
 * another way, is asked for a proof like everybody else, with a salt that stays the same for the name (T34).
 */
final class ScramMethod implements AuthenticationMethod {
    static final String NAME = "SCRAM-SHA-256";

    private static final int NONCE_BYTES = 18;
    private static final int SALT_BYTES = 16;
    private static final int KEY_BYTES = 32;
    private static final AuthenticationStep.Refused MALFORMED =
            new AuthenticationStep.Refused(ReasonCode.NOT_AUTHORIZED, "that is no message of SCRAM-SHA-256");
    private static final AuthenticationStep.Refused BOUND = new AuthenticationStep.Refused(
            ReasonCode.NOT_AUTHORIZED, "this server knows neither channel binding nor acting for another user");

    private final Accounts accounts;
    private final SecureRandom random = new SecureRandom();
    private final byte[] saltKey = new byte[KEY_BYTES];

    ScramMethod(Accounts accounts) {
        this.accounts = accounts;
        random.nextBytes(saltKey);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Exchange begin(String clientId) {
        return begin(clientId, null);
    }

    @Override
    public Exchange begin(String clientId, @Nullable InetAddress address) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return new Run(address, Base64.getEncoder().encodeToString(nonce));
    }

    /** One exchange: two messages of the client, each answered by one. */
    final class Run implements Exchange {
        private final @Nullable InetAddress address;
        private final String serverNonce;
        private String header = "";
        private String bare = "";
        private String user = "";
        private String nonce = "";
        private String challenge = "";
        private @Nullable PasswordHash hash;

        Run(@Nullable InetAddress address, String serverNonce) {
            this.address = address;
            this.serverNonce = serverNonce;
        }

        @Override
        public AuthenticationStep next(byte[] data) {
            String message = new String(data, UTF_8);
            return challenge.isEmpty() ? first(message) : last(message);
        }

        /** {@code n,,n=user,r=nonce} */
        private AuthenticationStep first(String message) {
            if (message.startsWith("p=") || message.startsWith("n,a=") || message.startsWith("y,a=")) {
                return BOUND;
            }
            String[] parts = message.split(",", -1);
            boolean wellFormed = parts.length >= 4
                    && (parts[0].equals("n") || parts[0].equals("y"))
                    && parts[1].isEmpty()
                    && parts[2].startsWith("n=")
                    && parts[3].startsWith("r=")
                    && parts[3].length() > 2
                    && parts[3].chars().allMatch(c -> c > ' ' && c < 0x7F);
            String name = wellFormed ? unescaped(parts[2].substring(2)) : null;
            if (name == null || name.isEmpty()) {
                return MALFORMED;
            }
            user = name;
            if (accounts.isLocked(user, address)) {
                return Accounts.LOCKED;
            }
            header = parts[0] + ",,";
            bare = message.substring(header.length());
            nonce = parts[3].substring(2) + serverNonce;
            hash = accounts.scram(user);
            byte[] salt = hash == null ? madeUpSalt() : hash.salt();
            int iterations = hash == null ? accounts.scramIterations() : hash.iterations();
            challenge = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(salt) + ",i=" + iterations;
            return new AuthenticationStep.Continue(challenge.getBytes(UTF_8), null);
        }

        private byte[] madeUpSalt() {
            return Arrays.copyOf(Pbkdf2.hmac(Pbkdf2.SHA_256, saltKey, user.getBytes(UTF_8)), SALT_BYTES);
        }

        /** {@code c=header,r=nonce,p=proof} */
        private AuthenticationStep last(String message) {
            int end = message.lastIndexOf(",p=");
            String wanted = "c=" + Base64.getEncoder().encodeToString(header.getBytes(US_ASCII)) + ",r=" + nonce;
            byte @Nullable [] proof = end < 0 ? null : decoded(message.substring(end + 3));
            if (proof == null
                    || proof.length != KEY_BYTES
                    || !message.substring(0, end).equals(wanted)) {
                return MALFORMED;
            }
            byte[] text = (bare + "," + challenge + "," + wanted).getBytes(UTF_8);
            PasswordHash known = hash;
            byte[] keys = known == null ? new byte[2 * KEY_BYTES] : known.hash();
            byte[] storedKey = Arrays.copyOf(keys, KEY_BYTES);
            byte[] clientKey = Pbkdf2.hmac(Pbkdf2.SHA_256, storedKey, text);
            for (int i = 0; i < KEY_BYTES; i++) {
                clientKey[i] ^= proof[i];
            }
            boolean right = MessageDigest.isEqual(PasswordHash.digest("SHA-256", clientKey, new byte[0]), storedKey);
            if (known == null || !right) {
                accounts.failed(user, address);
                return PasswordCheck.WRONG;
            }
            accounts.succeeded(user, address);
            byte[] serverKey = Arrays.copyOfRange(keys, KEY_BYTES, 2 * KEY_BYTES);
            String signature = Base64.getEncoder().encodeToString(Pbkdf2.hmac(Pbkdf2.SHA_256, serverKey, text));
            return new AuthenticationStep.Accepted(user, ("v=" + signature).getBytes(US_ASCII), known);
        }
    }

    /** A name in which {@code =2C} stands for a comma and {@code =3D} for an equals sign; null when it is not well-formed. */
    private static @Nullable String unescaped(String name) {
        String without = name.replace("=2C", "").replace("=3D", "");
        return without.contains("=") ? null : name.replace("=2C", ",").replace("=3D", "=");
    }

    private static byte @Nullable [] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

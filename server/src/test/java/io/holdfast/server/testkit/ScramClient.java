// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256, with the JDK's own PBKDF2: nothing of the broker is used to check the broker. */
public final class ScramClient {
    private final String bare;
    private final String password;
    private byte[] expected = new byte[0];

    public ScramClient(String user, String password) {
        bare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + UUID.randomUUID();
        this.password = password;
    }

    /** The first message. */
    public byte[] first() {
        return ("n,," + bare).getBytes(UTF_8);
    }

    /** The last message, in answer to the server's first. */
    public byte[] proof(byte[] challenge) {
        try {
            String text = new String(challenge, US_ASCII);
            String[] parts = text.split(",", -1);
            byte[] salt = Base64.getDecoder().decode(parts[1].substring(2));
            int iterations = Integer.parseInt(parts[2].substring(2));
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
                    .getEncoded();
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            String without = "c=biws," + parts[0];
            String all = bare + "," + text + "," + without;
            byte[] signature = hmac(storedKey, all);
            byte[] proof = new byte[clientKey.length];
            for (int i = 0; i < proof.length; i++) {
                proof[i] = (byte) (clientKey[i] ^ signature[i]);
            }
            expected = ("v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), all)))
                    .getBytes(US_ASCII);
            return (without + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether the server's last message proves that it knows the account. */
    public boolean believes(byte[] last) {
        return MessageDigest.isEqual(expected, last);
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * PBKDF2 of RFC 8018 for one block of output. The JDK's takes passwords of characters only, and a password of MQTT is
 * binary. Any thread.
 */
final class Pbkdf2 {
    static final String SHA_512 = "HmacSHA512";
    static final String SHA_256 = "HmacSHA256";

    private Pbkdf2() {}

    /**
     * The first block, as long as the output of {@code algorithm}; costs about a microsecond for each iteration.
     *
     * @param password not empty
     * @param iterations at least 1
     */
    static byte[] block(String algorithm, byte[] password, byte[] salt, int iterations) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(password, algorithm));
            mac.update(salt);
            byte[] u = mac.doFinal(new byte[] {0, 0, 0, 1});
            byte[] sum = u.clone();
            for (int i = 1; i < iterations; i++) {
                u = mac.doFinal(u);
                for (int b = 0; b < sum.length; b++) {
                    sum[b] ^= u[b];
                }
            }
            return sum;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    /** The keyed hash that PBKDF2 is made of. */
    static byte[] hmac(String algorithm, byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }
}

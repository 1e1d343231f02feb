// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Whether two halves of a key belong together: what one signs the other accepts. */
final class KeyPairs {
    private static final byte[] SAMPLE = "holdfast".getBytes(StandardCharsets.US_ASCII);

    private KeyPairs() {}

    static boolean belong(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(privateKey);
        signer.update(SAMPLE);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(publicKey);
        verifier.update(SAMPLE);
        return verifier.verify(signature);
    }
}

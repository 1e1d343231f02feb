// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A password as it stands in the password file, in one line of text:
 * <pre>
 *  $pbkdf2-sha512$i=ITERATIONS$SALT$HASH   for passwords that people choose
 *  $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH   the same, and it takes memory: {@link Argon2}
 *  $scram-sha-256$i=ITERATIONS$SALT$STOREDKEY$SERVERKEY   the same for SCRAM, whose clients do not send them
 *  $sha256$SALT$HASH                       for secrets that a machine chose from 2^128 or more: there is nothing to slow down
 *  $6$SALT$HASH, $7$ITERATIONS$SALT$HASH   as mosquitto_passwd writes them: SHA-512 once, or PBKDF2 with it
 * </pre>
 * Salt and hash are Base64. Immutable; any thread.
 *
 * @param scheme how the hash is made
 * @param iterations of PBKDF2, 0 when the scheme has none
 * @param memory what Argon2id costs, null for another scheme
 */
@SuppressWarnings("ArrayRecordComponent") // compared by its text alone
record PasswordHash(
        Scheme scheme, int iterations, Argon2.@Nullable Cost memory, byte[] salt, byte[] hash, String text) {
    /** A secret shorter than this cannot hold 128 bits. */
    static final int SECRET_BYTES_MIN = 16;

    /** More would let one line of a file stop all logins. */
    static final int ITERATIONS_MAX = 10_000_000;

    enum Scheme {
        PBKDF2_SHA512("pbkdf2-sha512", 64),
        SHA256("sha256", 32),
        MOSQUITTO_SHA512("6", 64),
        MOSQUITTO_PBKDF2("7", 64),
        /** Stored key, then server key. */
        SCRAM_SHA256("scram-sha-256", 64),
        /** As long as its author wanted it. */
        ARGON2ID("argon2id", Argon2.HASH_BYTES);

        final String id;
        final int hashBytes;

        Scheme(String id, int hashBytes) {
            this.id = id;
            this.hashBytes = hashBytes;
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException with half a sentence that says what is wrong with it
     */
    static PasswordHash parse(String text) {
        String[] parts = text.split("\\$", -1);
        if (parts.length < 2 || !parts[0].isEmpty()) {
            throw new IllegalArgumentException("a hash of a password begins with $, for instance $pbkdf2-sha512$");
        }
        for (Scheme scheme : Scheme.values()) {
            if (scheme.id.equals(parts[1])) {
                return parse(scheme, parts, text);
            }
        }
        throw new IllegalArgumentException("passwords are not hashed by '" + parts[1]
                + "' here; known are $pbkdf2-sha512$, $argon2id$, $scram-sha-256$, $sha256$, and $6$ and $7$ of"
                + " mosquitto_passwd");
    }

    private static PasswordHash parse(Scheme scheme, String[] parts, String text) {
        if (scheme == Scheme.ARGON2ID) {
            return argon2id(parts, text);
        }
        boolean scram = scheme == Scheme.SCRAM_SHA256;
        boolean iterated = scram || scheme == Scheme.PBKDF2_SHA512 || scheme == Scheme.MOSQUITTO_PBKDF2;
        if (parts.length != (scram ? 6 : iterated ? 5 : 4)) {
            throw new IllegalArgumentException("a hash of scheme $" + scheme.id + "$ has "
                    + (iterated ? "iterations, a salt and a hash" : "a salt and a hash"));
        }
        int iterations = iterated ? iterations(scheme, parts[2]) : 0;
        byte[] salt = base64(parts[iterated ? 3 : 2]);
        byte[] hash = base64(parts[iterated ? 4 : 3]);
        if (scram) {
            hash = joined(hash, base64(parts[5]));
        }
        if (hash.length != scheme.hashBytes) {
            throw new IllegalArgumentException(
                    "a hash of scheme $" + scheme.id + "$ has " + scheme.hashBytes + " bytes, not " + hash.length);
        }
        return new PasswordHash(scheme, iterations, null, salt, hash, text);
    }

    private static PasswordHash argon2id(String[] parts, String text) {
        if (parts.length != 6) {
            throw new IllegalArgumentException(
                    "a hash of scheme $argon2id$ has a version, parameters, a salt and a hash");
        }
        Argon2.Cost cost = Argon2.cost(parts[2], parts[3]);
        byte[] salt = base64(parts[4]);
        byte[] hash = base64(parts[5]);
        if (salt.length < Argon2.SALT_BYTES_MIN || salt.length > Argon2.SALT_BYTES_MAX) {
            throw new IllegalArgumentException("a salt of Argon2id has " + Argon2.SALT_BYTES_MIN + " to "
                    + Argon2.SALT_BYTES_MAX + " bytes, not " + salt.length);
        }
        if (hash.length < Argon2.HASH_BYTES_MIN || hash.length > Argon2.HASH_BYTES_MAX) {
            throw new IllegalArgumentException("a hash of scheme $argon2id$ has " + Argon2.HASH_BYTES_MIN + " to "
                    + Argon2.HASH_BYTES_MAX + " bytes, not " + hash.length);
        }
        return new PasswordHash(Scheme.ARGON2ID, 0, cost, salt, hash, text);
    }

    private static int iterations(Scheme scheme, String text) {
        String prefix = scheme == Scheme.MOSQUITTO_PBKDF2 ? "" : "i=";
        String digits = text.startsWith(prefix) ? text.substring(prefix.length()) : "";
        if (!digits.matches("[1-9][0-9]{0,7}") || Integer.parseInt(digits) > ITERATIONS_MAX) {
            throw new IllegalArgumentException("'" + text + "' is no number of iterations up to " + ITERATIONS_MAX);
        }
        return Integer.parseInt(digits);
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("salt and hash have to be Base64", e);
        }
    }

    /** A new hash of a password that somebody chose. */
    static PasswordHash pbkdf2(byte[] password, byte[] salt, int iterations) {
        return made(Scheme.PBKDF2_SHA512, iterations, salt, Pbkdf2.block(Pbkdf2.SHA_512, password, salt, iterations));
    }

    /** The same by Argon2id. */
    static PasswordHash argon2id(byte[] password, byte[] salt, Argon2.Cost cost) {
        byte[] hash = Argon2.hash(cost, password, salt, Argon2.HASH_BYTES);
        Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
        String text = "$" + Scheme.ARGON2ID.id + "$" + cost.text() + "$" + encoder.encodeToString(salt) + "$"
                + encoder.encodeToString(hash);
        return new PasswordHash(Scheme.ARGON2ID, 0, cost, salt, hash, text);
    }

    /** A new hash of a secret that was drawn at random. */
    static PasswordHash sha256(byte[] secret, byte[] salt) {
        return made(Scheme.SHA256, 0, salt, digest("SHA-256", salt, secret));
    }

    /** A new hash for SCRAM of a password that somebody chose. */
    static PasswordHash scram(byte[] password, byte[] salt, int iterations) {
        byte[] keys = scramKeys(password, salt, iterations);
        Base64.Encoder encoder = Base64.getEncoder();
        String text = "$" + Scheme.SCRAM_SHA256.id + "$i=" + iterations + "$" + encoder.encodeToString(salt) + "$"
                + encoder.encodeToString(Arrays.copyOf(keys, 32)) + "$"
                + encoder.encodeToString(Arrays.copyOfRange(keys, 32, 64));
        return new PasswordHash(Scheme.SCRAM_SHA256, iterations, null, salt, keys, text);
    }

    private static byte[] scramKeys(byte[] password, byte[] salt, int iterations) {
        byte[] salted = Pbkdf2.block(Pbkdf2.SHA_256, password, salt, iterations);
        byte[] clientKey = Pbkdf2.hmac(Pbkdf2.SHA_256, salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        byte[] serverKey = Pbkdf2.hmac(Pbkdf2.SHA_256, salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
        return joined(digest("SHA-256", clientKey, new byte[0]), serverKey);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static PasswordHash made(Scheme scheme, int iterations, byte[] salt, byte[] hash) {
        Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
        String text = String.format(
                Locale.ROOT,
                "$%s$%s%s$%s",
                scheme.id,
                iterations == 0 ? "" : "i=" + iterations + "$",
                encoder.encodeToString(salt),
                encoder.encodeToString(hash));
        return new PasswordHash(scheme, iterations, null, salt, hash, text);
    }

    /** Whether looking at it costs next to nothing. */
    boolean isCheap() {
        return iterations == 0 && memory == null;
    }

    /** Whether this is the password; takes the same time for every wrong one. */
    boolean matches(byte[] password) {
        if (password.length == 0 || (scheme == Scheme.SHA256 && password.length < SECRET_BYTES_MIN)) {
            return false;
        }
        Argon2.Cost cost = memory;
        if (cost != null) {
            return MessageDigest.isEqual(Argon2.hash(cost, password, salt, hash.length), hash);
        }
        byte[] found = switch (scheme) {
            case PBKDF2_SHA512, MOSQUITTO_PBKDF2 -> Pbkdf2.block(Pbkdf2.SHA_512, password, salt, iterations);
            case SCRAM_SHA256 -> scramKeys(password, salt, iterations);
            case SHA256 -> digest("SHA-256", salt, password);
            case MOSQUITTO_SHA512 -> digest("SHA-512", password, salt);
            case ARGON2ID -> throw new IllegalStateException("a hash of Argon2id without what it costs");
        };
        return MessageDigest.isEqual(found, hash);
    }

    static byte[] digest(String algorithm, byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(first);
            return digest.digest(second);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    /** Does the work of so many iterations, and of such a hash by Argon2id, for nothing. */
    static void spend(byte[] password, int iterations, Argon2.@Nullable Cost cost) {
        byte[] key = password.length == 0 ? new byte[1] : password;
        byte[] salt = "nobody's".getBytes(StandardCharsets.US_ASCII);
        if (iterations > 0) {
            byte[] unused = Pbkdf2.block(Pbkdf2.SHA_512, key, salt, iterations);
        }
        if (cost != null) {
            byte[] unused = Argon2.hash(cost, key, salt, Argon2.HASH_BYTES);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PasswordHash that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "$" + scheme.id + "$...";
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which passwords were right, so that a client that comes back costs no hash. Holds keyed hashes under a key of
 * this process: whoever reads the memory learns no password from it that he could not read there anyway. An account's hash
 * goes into the key, so a new password makes old entries useless. Any thread.
 */
final class VerifiedPasswords {
    private static final int KEY_BYTES = 32;

    private final byte[] key = new byte[KEY_BYTES];
    private final Map<ByteBuffer, Boolean> known;

    VerifiedPasswords(int entriesMax) {
        new SecureRandom().nextBytes(key);
        known = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
                return size() > entriesMax;
            }
        };
    }

    boolean contains(Account account, byte[] password) {
        ByteBuffer entry = entry(account, password);
        synchronized (known) {
            return known.get(entry) != null;
        }
    }

    void add(Account account, byte[] password) {
        ByteBuffer entry = entry(account, password);
        synchronized (known) {
            known.put(entry, Boolean.TRUE);
        }
    }

    private ByteBuffer entry(Account account, byte[] password) {
        byte[] user = account.user().getBytes(StandardCharsets.UTF_8);
        byte[] hash = account.hash().text().getBytes(StandardCharsets.UTF_8);
        ByteBuffer text = ByteBuffer.allocate(2 * Integer.BYTES + user.length + hash.length + password.length);
        text.putInt(user.length).put(user).putInt(hash.length).put(hash).put(password);
        return ByteBuffer.wrap(Pbkdf2.hmac(Pbkdf2.SHA_256, key, text.array()));
    }
}

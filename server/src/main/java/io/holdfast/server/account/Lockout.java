// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts wrong passwords of a user name from an address. At the limit that user is not judged any more from there, right
 * password or wrong; one failure is forgotten after each pause. Never by user alone: else anybody could lock anybody out.
 * An IPv6 address counts by its first 64 bits, as one machine has all of them. Any thread.
 */
final class Lockout {
    /** Strangers with ever new names cost so much memory and no more: the longest silent one is forgotten. */
    static final int ENTRIES_MAX = 65_536;

    private static final int IPV6_NETWORK_BYTES = 8;

    private final int failuresMax;
    private final long forgetNanos;
    private final LongSupplier nanoTime;

    private final Map<Key, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Failures> eldest) {
            return size() > ENTRIES_MAX;
        }
    };

    private record Key(String user, String network) {}

    /** So many, as of a time. */
    private record Failures(int count, long sinceNanos) {}

    /**
     * Nobody has failed yet.
     *
     * @param failuresMax wrong passwords until the lock; 0 for no lock
     * @param forgetNanos after so long one failure is forgotten
     */
    Lockout(int failuresMax, long forgetNanos, LongSupplier nanoTime) {
        this.failuresMax = failuresMax;
        this.forgetNanos = forgetNanos;
        this.nanoTime = nanoTime;
    }

    boolean isLocked(String user, @Nullable InetAddress address) {
        if (failuresMax == 0) {
            return false;
        }
        synchronized (failures) {
            return !failures.isEmpty() && present(key(user, address)).count() >= failuresMax;
        }
    }

    void failed(String user, @Nullable InetAddress address) {
        if (failuresMax == 0) {
            return;
        }
        synchronized (failures) {
            Key key = key(user, address);
            Failures before = present(key);
            failures.put(key, new Failures(Math.min(before.count() + 1, failuresMax), before.sinceNanos()));
        }
    }

    void succeeded(String user, @Nullable InetAddress address) {
        synchronized (failures) {
            if (!failures.isEmpty()) {
                failures.remove(key(user, address));
            }
        }
    }

    /** What is left of the failures now. */
    private Failures present(Key key) {
        long now = nanoTime.getAsLong();
        Failures known = failures.get(key);
        if (known == null) {
            return new Failures(0, now);
        }
        long forgotten = (now - known.sinceNanos()) / forgetNanos;
        if (forgotten >= known.count()) {
            failures.remove(key);
            return new Failures(0, now);
        }
        return new Failures((int) (known.count() - forgotten), known.sinceNanos() + forgotten * forgetNanos);
    }

    private static Key key(String user, @Nullable InetAddress address) {
        if (address instanceof Inet6Address six) {
            return new Key(user, Arrays.toString(Arrays.copyOf(six.getAddress(), IPV6_NETWORK_BYTES)));
        }
        return new Key(user, address == null ? "" : address.getHostAddress());
    }

    int size() {
        synchronized (failures) {
            return failures.size();
        }
    }
}

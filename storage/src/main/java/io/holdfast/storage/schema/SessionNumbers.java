// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

/**
 * A session's number is {@code sequence * 256 + hash(client id)}, so whoever holds the number knows the shard, and the
 * number of shards may change between two starts. Numbers are never reused.
 */
public final class SessionNumbers {
    private static final int HASH_BITS = 8;
    private static final int HASH_MASK = (1 << HASH_BITS) - 1;

    private SessionNumbers() {}

    public static long of(long sequence, String clientId) {
        return (sequence << HASH_BITS) | hash(clientId);
    }

    public static long sequence(long number) {
        return number >>> HASH_BITS;
    }

    /** The shard, of {@code shards}, that owns a session. */
    public static int shard(long number, int shards) {
        return (int) (number & HASH_MASK) % shards;
    }

    /** The shard that owns whatever session has this client identifier. */
    public static int shard(String clientId, int shards) {
        return hash(clientId) % shards;
    }

    private static int hash(String clientId) {
        // The hash is on disk, so it must never change: String.hashCode is specified.
        int h = clientId.hashCode();
        h ^= h >>> 16;
        h ^= h >>> 8;
        return h & HASH_MASK;
    }
}

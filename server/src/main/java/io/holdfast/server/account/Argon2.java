// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.account;

import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Argon2id of RFC 9106, version 1.3: a hash that needs memory, which those who try passwords by the million on special
 * hardware do not have for each. Ours is heap, so it is bounded twice: no hash may ask for more than a quarter of the heap or 64
 * MiB, and all hashes that are computed at a time have a quarter of the heap together; others wait. Any thread.
 */
final class Argon2 {
    static final int SALT_BYTES_MIN = 8;
    static final int SALT_BYTES_MAX = 64;
    static final int HASH_BYTES = 32;
    static final int HASH_BYTES_MIN = 16;
    static final int HASH_BYTES_MAX = 64;

    private static final int KIBIBYTES_MAX = 64 << 10;
    private static final int PASSES_MAX = 16;
    private static final int LANES_MAX = 16;

    /** Memory of a lane at least, by the standard. */
    private static final int KIBIBYTES_PER_LANE = 8;

    /** What one hash may cost: four passes over 64 MiB. More would let one line of a file stop all logins. */
    private static final long WORK_MAX = 4L * KIBIBYTES_MAX;

    private static final int HEAP_SHARE_KIBIBYTES =
            (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 4 >> 10);
    private static final Semaphore ROOM = new Semaphore(HEAP_SHARE_KIBIBYTES, true);

    private static final String VERSION = "v=" + Argon2Parameters.ARGON2_VERSION_13;
    private static final Pattern PARAMETERS =
            Pattern.compile("m=([1-9][0-9]{0,8}),t=([1-9][0-9]{0,8}),p=([1-9][0-9]{0,8})");

    private Argon2() {}

    /**
     * What a hash costs.
     *
     * @param kibibytes of memory
     * @param passes over it
     * @param lanes into which it is divided; all are computed by one thread
     */
    record Cost(int kibibytes, int passes, int lanes) {
        /** What a new hash of a chosen password costs. */
        static final Cost DEFAULT = new Cost(19 << 10, 2, 1);

        /** Memory times passes: time is proportional to it. */
        long work() {
            return (long) kibibytes * passes;
        }

        /** The rest when some of the work was done, null when it was all. */
        @Nullable
        Cost without(long work) {
            long rest = work() - work;
            if (rest <= 0) {
                return null;
            }
            return new Cost((int) Math.max((long) KIBIBYTES_PER_LANE * lanes, rest / passes), passes, lanes);
        }

        /** As it stands in a hash. */
        String text() {
            return VERSION + String.format(Locale.ROOT, "$m=%d,t=%d,p=%d", kibibytes, passes, lanes);
        }
    }

    /**
     * Reads what a hash costs, and refuses what costs too much.
     *
     * @throws IllegalArgumentException with half a sentence that says what is wrong with it
     */
    static Cost cost(String version, String parameters) {
        if (!version.equals(VERSION)) {
            throw new IllegalArgumentException(
                    "Argon2id is known in version 1.3 only, " + VERSION + ", not " + version);
        }
        Matcher numbers = PARAMETERS.matcher(parameters);
        if (!numbers.matches()) {
            throw new IllegalArgumentException("'" + parameters + "' are no parameters such as m=19456,t=2,p=1");
        }
        Cost cost = new Cost(
                Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)),
                Integer.parseInt(numbers.group(3)));
        int memoryMax = Math.min(KIBIBYTES_MAX, HEAP_SHARE_KIBIBYTES);
        if (cost.kibibytes() > memoryMax) {
            throw new IllegalArgumentException(
                    "a hash needs " + cost.kibibytes() + " KiB of memory, but here it can have " + memoryMax
                            + ": 64 MiB, or a quarter of the heap (-Xmx) where that is less");
        }
        if (cost.lanes() > LANES_MAX || cost.kibibytes() < KIBIBYTES_PER_LANE * cost.lanes()) {
            throw new IllegalArgumentException("a hash has 1 to " + LANES_MAX + " lanes of " + KIBIBYTES_PER_LANE
                    + " KiB at least, which '" + parameters + "' has not");
        }
        if (cost.passes() > PASSES_MAX || cost.work() > WORK_MAX) {
            throw new IllegalArgumentException("'" + parameters + "' costs too much: at most " + PASSES_MAX
                    + " passes, and memory times passes at most " + WORK_MAX + " KiB");
        }
        return cost;
    }

    /** The hash; waits for memory while others have it. */
    static byte[] hash(Cost cost, byte[] password, byte[] salt, int bytes) {
        int room = Math.min(cost.kibibytes(), HEAP_SHARE_KIBIBYTES); // More than there is would wait for ever.
        ROOM.acquireUninterruptibly(room);
        try {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(cost.kibibytes())
                    .withIterations(cost.passes())
                    .withParallelism(cost.lanes())
                    .withSalt(salt)
                    .build());
            byte[] hash = new byte[bytes];
            generator.generateBytes(password, hash);
            return hash;
        } finally {
            ROOM.release(room);
        }
    }
}

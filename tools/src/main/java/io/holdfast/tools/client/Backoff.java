// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next try: doubled each time up to half a minute, and spread over its second half, so that
 * many clients do not come back in one moment. Not thread safe.
 */
final class Backoff {
    private static final long FIRST_MILLIS = 200;
    private static final long MAX_MILLIS = 30_000;

    private long millis = FIRST_MILLIS;

    /** Milliseconds until the next try. */
    long nextMillis() {
        long full = millis;
        millis = Math.min(MAX_MILLIS, 2 * millis);
        return ThreadLocalRandom.current().nextLong(full / 2, full + 1);
    }

    /** A try has succeeded. */
    void reset() {
        millis = FIRST_MILLIS;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** So many in a second and no more. One thread. */
final class RequestRate {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final LongSupplier nanos;
    private long sinceNanos;
    private int taken;

    RequestRate(int perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.nanos = nanos;
        sinceNanos = nanos.getAsLong();
    }

    /** Whether one more is allowed now. */
    boolean take() {
        long now = nanos.getAsLong();
        if (now - sinceNanos >= SECOND_NANOS) {
            sinceNanos = now;
            taken = 0;
        }
        if (taken == perSecond) {
            return false;
        }
        taken++;
        return true;
    }
}

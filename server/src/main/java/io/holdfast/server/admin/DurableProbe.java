// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries whether acknowledgements are given: a note goes the way of a message, to the disk and back. One at a time, for all
 * who ask meanwhile, and no more than one a second, as anybody may ask. On the endpoint's thread.
 */
final class DurableProbe {
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private @Nullable AdminLife asked;
    private CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    private long askedNanos;

    /**
     * Says whether a note reached the disk within five seconds; perhaps one that is a second old.
     *
     * @param to told from any thread
     */
    void look(@Nullable AdminLife life, Consumer<Boolean> to) {
        if (life == null) {
            to.accept(false);
            return;
        }
        boolean old = outcome.isDone() && System.nanoTime() - askedNanos > FRESH_NANOS;
        if (asked != life || old) {
            asked = life;
            askedNanos = System.nanoTime();
            outcome = DurableNote.send(life, 0, WAIT);
        }
        CompletableFuture<Void> unused = outcome.thenAccept(to);
    }
}

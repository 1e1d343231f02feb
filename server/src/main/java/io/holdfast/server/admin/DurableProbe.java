// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.Answer;
import io.holdfast.server.session.SessionOrders;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries whether acknowledgements are given: a note goes the way of a message, to the disk and back. One at a time, for all
 * who ask meanwhile, and no more than one a second, as anybody may ask. On the endpoint's thread.
 */
final class DurableProbe {
    private static final long WAIT_MILLIS = 5_000;
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
            outcome = begun(life);
        }
        CompletableFuture<Void> unused = outcome.thenAccept(to);
    }

    private static CompletableFuture<Boolean> begun(AdminLife life) {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        life.tell(
                0,
                shard -> new SessionOrders(shard).note(new Answer<>() {
                    @Override
                    public void done(Long value) {
                        outcome.complete(true);
                    }

                    @Override
                    public void failed(RuntimeException cause) {
                        outcome.complete(false);
                    }
                }));
        return outcome.completeOnTimeout(false, WAIT_MILLIS, TimeUnit.MILLISECONDS);
    }
}

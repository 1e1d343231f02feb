// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.Answer;
import io.holdfast.server.session.SessionOrders;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A note that means nothing and goes the way of a message: through a shard and the commit thread to the disk, and back. */
public final class DurableNote {
    private DurableNote() {}

    /**
     * Sends one. Any thread.
     *
     * @param atMost how long it may take
     * @return completes with whether it came back in time, on any thread
     */
    public static CompletableFuture<Boolean> send(AdminLife life, int shard, Duration atMost) {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        life.tell(
                shard,
                core -> new SessionOrders(core).note(new Answer<>() {
                    @Override
                    public void done(Long value) {
                        outcome.complete(true);
                    }

                    @Override
                    public void failed(RuntimeException cause) {
                        outcome.complete(false);
                    }
                }));
        return outcome.completeOnTimeout(false, atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
}

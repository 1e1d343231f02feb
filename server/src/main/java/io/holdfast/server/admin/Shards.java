// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.Answer;
import io.holdfast.server.session.OrderRefusedException;
import io.holdfast.server.session.SessionShard;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.store.DamagedRowException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Asks shards and waits for the answer. Never on a shard's thread. */
final class Shards {
    private static final long LOOK_MILLIS = 50;

    private final AdminLife life;

    Shards(AdminLife life) {
        this.life = life;
    }

    /** Asks the shard of a client. */
    <T> T ofClient(String clientId, BiConsumer<SessionShard, Answer<T>> question) {
        return of(SessionNumbers.shard(clientId, life.shards()), question);
    }

    /**
     * Asks one shard.
     *
     * @throws AdminException when it refuses, or the broker fails meanwhile
     */
    <T> T of(int shard, BiConsumer<SessionShard, Answer<T>> question) {
        Waiting<T> waiting = new Waiting<>();
        life.tell(shard, asked -> question.accept(asked, waiting));
        while (true) {
            try {
                return waiting.future.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                requireRunning(); // Commits may take long; only the end of the broker ends the wait.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw gone();
            } catch (ExecutionException e) {
                throw refusal(e.getCause());
            }
        }
    }

    void requireRunning() {
        if (!life.isRunning()) {
            throw gone();
        }
    }

    private static AdminException gone() {
        return new AdminException(
                AdminException.UNAVAILABLE, "the broker has failed or stops; look again whether the order was done");
    }

    private static AdminException refusal(@Nullable Throwable cause) {
        if (cause instanceof OrderRefusedException refused) {
            int status = switch (refused.reason()) {
                case UNKNOWN -> AdminException.NOT_FOUND;
                case CONFLICT -> AdminException.CONFLICT;
                case DAMAGED -> AdminException.INTERNAL;
            };
            return new AdminException(status, String.valueOf(refused.getMessage()));
        }
        if (cause instanceof DamagedRowException damage) {
            return new AdminException(AdminException.INTERNAL, String.valueOf(damage.getMessage()));
        }
        throw new IllegalStateException("a shard could not answer", cause);
    }

    private static final class Waiting<T> implements Answer<T> {
        final CompletableFuture<T> future = new CompletableFuture<>();

        @Override
        public void done(T value) {
            future.complete(value);
        }

        @Override
        public void failed(RuntimeException cause) {
            future.completeExceptionally(cause);
        }
    }
}

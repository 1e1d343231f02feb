// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.metrics.Gauges;
import io.holdfast.server.session.RoutingWatch;
import io.holdfast.server.session.SessionShard;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreCheckpoint;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The life of the broker that operators ask now. Any thread. */
public interface AdminLife {
    /** False once it has failed or stopped: nothing is answered any more, and the store may be read no longer. */
    boolean isRunning();

    /** False while the disk is nearly full: what would have to be stored is not taken. */
    boolean takesMessages();

    int shards();

    /** Lets a shard do something, later and in order. Dropped when this life is over. */
    void tell(int shard, Consumer<SessionShard> task);

    /** For tasks of {@link #ask} only: the store is closed behind the last of them. */
    RowReader store();

    /**
     * Writes a copy of the store into a folder that is missing or empty; takes as long as that takes. For tasks of
     * {@link #ask} only.
     *
     * @throws io.holdfast.storage.store.StoreException when it cannot be written; the broker goes on
     */
    StoreCheckpoint.Written checkpoint(Path target);

    /** Milliseconds since 1970, never going backwards. */
    long nowMillis();

    /**
     * Runs an operator's question, one after the other.
     *
     * @return false when it is not taken: too many wait, or this life ends
     */
    boolean ask(Runnable question);

    /** Lets somebody look, from now on or with null no more, at what becomes of messages. */
    void watch(@Nullable RoutingWatch watch);

    /** What there is in this life. */
    Gauges gauges();
}

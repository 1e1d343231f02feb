// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import io.holdfast.server.session.SessionShard;

/**
 * One life of the broker, from recovery to its end, as connections see it. A connection belongs to the life that took its
 * CONNECT, and never outlives it.
 */
public interface Life {
    int shards();

    /** A shard; everything but asking for it happens on the event loop with the same index. */
    SessionShard shard(int index);

    /** Reads the clock once for everything that arrived together. The shard's loop. */
    void readClock(int index);

    /** False once this life is over: nothing may enter its shards any more. */
    boolean isRunning();

    /** Something broke that is more than one connection's matter (C29). Any thread. */
    void failed(Throwable cause);
}

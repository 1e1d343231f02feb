// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.commit.Recipients;

/**
 * Where a message goes.
 *
 * @param durable sessions with rows, at QoS 1 or 2: through the commit thread
 * @param live everybody else: volatile sessions, and deliveries at QoS 0
 * @param generation of the subscription tree it was matched with
 */
public record Route(Recipients durable, Recipients live, long generation) {
    /** What is left once the live recipients are served. */
    public Route withoutLive() {
        return live.isEmpty() ? this : new Route(durable, Recipients.NONE, generation);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.storage.log.SessionState;

/**
 * A session as it was between two groups; what its queue holds on disk only is read by whoever has the copy.
 *
 * @param state a copy, which its session's shard knows nothing of
 * @param connected whether a client was connected
 * @param sentThrough every index below may have been sent
 */
public record SessionCopy(long number, SessionState state, boolean connected, long sentThrough) {}

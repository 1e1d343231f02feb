// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session looked into.
 *
 * @param sent messages that were sent, or may have been, and are not acknowledged: they are the client's (C16)
 * @param released of those the QoS 2 messages that only wait for PUBCOMP
 * @param inbound packet identifiers of QoS 2 messages from the client that wait for PUBREL
 * @param firstUnsent the lowest index that was not sent
 * @param next the index of the next message to come
 * @param expiryDueMillis when it expires unless its client comes back, 0 for never
 * @param willDueMillis when a will that waits is due, 0 when none waits
 * @param filters what a session without rows subscribes to; of the others the rows tell; null then
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SessionView(
        SessionFigures figures,
        long sent,
        long released,
        int[] inbound,
        long acknowledged,
        long firstUnsent,
        long next,
        long generation,
        int receiveMaximum,
        long expiryDueMillis,
        long willDueMillis,
        @Nullable List<String> filters) {}

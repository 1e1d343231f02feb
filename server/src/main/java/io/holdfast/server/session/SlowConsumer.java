// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

/**
 * How far a connected client is behind.
 *
 * @param waitingBytes written for it, and not taken by it
 * @param unacknowledged QoS 1 and 2 messages sent and not acknowledged
 * @param messages QoS 1 and 2 messages that it is owed, sent or not
 * @param oldest the first of them, as a delivery; {@link io.holdfast.storage.log.Delivery#NONE} when there is none, or it
 *     is not in memory
 */
public record SlowConsumer(
        String clientId, String peer, long waitingBytes, long unacknowledged, long messages, long oldest) {}

// SPDX-License-Identifier: Apache-2.0
/**
 * The network: listeners, event loops and the one MQTT handler. Bytes become packets here and go to the session's shard;
 * what the shard answers is gathered in one buffer for each connection and flushed once for each burst. What else a listener
 * may speak (WebSocket) is handlers in front of it, so that plain TCP pays nothing for them. Knows nothing of
 * sessions beyond {@link io.holdfast.server.session.SessionShard}'s entrances.
 */
@NullMarked
package io.holdfast.server.transport;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * {@code holdfast pub} and {@code sub}: an MQTT client on the product's own codec. {@link
 * io.holdfast.tools.client.ClientConnection} is one socket, shared with the load generator; {@code Client} is the session
 * that outlives sockets; {@code Outbox} and {@code Inbox} are the two directions of what it owes. Statements of the standard
 * have no tags here: those are for what binds a server.
 */
@NullMarked
package io.holdfast.tools.client;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

/**
 * The other side of a connection, as far as it is known without a packet.
 *
 * @param address address and port as an operator writes them
 * @param listener the name of the listener it came in through
 */
public record Peer(String address, String listener) {}

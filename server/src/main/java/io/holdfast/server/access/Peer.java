// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.access;

import org.jspecify.annotations.Nullable;

/**
 * The other side of a connection, as far as it is known without a packet.
 *
 * @param address address and port as an operator writes them
 * @param listener the name of the listener it came in through
 * @param certificateUser who its certificate says it is; null when it showed none, or its listener does not ask it
 */
public record Peer(
        String address, String listener, @Nullable String certificateUser) {}

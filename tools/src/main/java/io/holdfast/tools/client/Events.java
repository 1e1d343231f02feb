// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.UnsubAck;
import java.util.function.Supplier;

/** What a {@link Client} tells, on its event loop. */
interface Events {
    /** A connection was accepted; before anything that is owed is sent. */
    void connected(ConnAck connAck);

    /** A message that is new; it is acknowledged when this returns, and not before {@link #burstEnds}. */
    default void received(Publish publish) {}

    /** The acknowledgements of this burst's messages leave when this returns. */
    default void burstEnds() {}

    default void subscribed(SubAck subAck) {}

    default void unsubscribed(UnsubAck unsubAck) {}

    /** Something that the user should know and need not act on. */
    void warn(String sentence);

    /** One packet or other detail. */
    void debug(Supplier<String> line);

    /**
     * The client has ended; told once, nothing follows.
     *
     * @param unsettled messages that the broker has not acknowledged
     */
    void ended(Ending ending, int unsettled);
}

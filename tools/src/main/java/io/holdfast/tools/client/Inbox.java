// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.client;

import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import java.util.BitSet;

/**
 * The receiving half of a client's session: which QoS 2 messages were taken over and not yet released, so that one that is
 * sent again is not taken twice. The client's event loop only.
 */
final class Inbox {
    private final BitSet taken = new BitSet();

    /** Whether the message is new; from now on it is not. */
    boolean take(Publish publish) {
        if (publish.qos() != QoS.EXACTLY_ONCE) {
            return true;
        }
        boolean isNew = !taken.get(publish.packetId());
        taken.set(publish.packetId());
        return isNew;
    }

    /** PUBREL has come; whether the identifier was known. */
    boolean release(int packetId) {
        boolean known = taken.get(packetId);
        taken.clear(packetId);
        return known;
    }

    /** Whether no exchange is half done. */
    boolean isSettled() {
        return taken.isEmpty();
    }

    /** The broker has lost the session: its identifiers begin anew. */
    void clear() {
        taken.clear();
    }
}

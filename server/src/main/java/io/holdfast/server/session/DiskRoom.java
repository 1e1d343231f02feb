// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of a message that would have to be stored while the disk is nearly full: an MQTT 5 publisher is told, an
 * older one waits without an answer, as there is none that it would understand; it is not read from meanwhile. What needs
 * no disk goes on, acknowledgements of subscribers above all: they bring the space back.
 */
final class DiskRoom {
    private final SessionShard shard;
    private final List<Connection> waiting = new ArrayList<>();

    DiskRoom(SessionShard shard) {
        this.shard = shard;
    }

    /** Whether a message, that would be stored, is not taken now; then its publisher has been told or waits. */
    boolean lacksFor(Connection connection, Publish publish) {
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            return false;
        }
        if (connection.version == ProtocolVersion.MQTT_5) {
            shard.env.count(ShardEvent.PUBLISH_REFUSED);
            shard.inbound.refuseForQuota(connection, publish, "the disk of the broker is nearly full");
            return true;
        }
        shard.env.count(ShardEvent.PUBLISH_DEFERRED);
        connection.held = publish;
        connection.pauseReading();
        waiting.add(connection);
        return true;
    }

    /** Once a second: those who wait go on when there is space. */
    void tick() {
        if (!waiting.isEmpty() && !shard.env.isDiskLow()) {
            List<Connection> freed = List.copyOf(waiting);
            waiting.clear();
            freed.forEach(shard.inbound::unhold);
        }
        waiting.removeIf(connection -> !connection.isOpen());
    }
}

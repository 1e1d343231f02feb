// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.RoutedMessage;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Wills are stored with the session and belong to one connection [MQTT-3.1.2-8]; the row goes in the batch that publishes
 * the message or that records DISCONNECT, so a crash between the two is impossible [MQTT-3.1.2-10].
 */
final class Wills {
    private static final int ROW_BYTES = 64;

    private final SessionShard shard;

    Wills(SessionShard shard) {
        this.shard = shard;
    }

    void arm(Session session, Connection connection, @Nullable Will will) {
        session.willConnection = connection;
        session.hadWill |= session.will != null || will != null;
        session.will = will == null
                ? null
                : Message.of(
                        will.topic().utf8(),
                        will.payload(),
                        will.qos().level(),
                        will.retain(),
                        session.number,
                        shard.env.nowMillis());
    }

    void disarm(Session session) {
        session.will = null;
    }

    /** Writes or removes the row, as part of CONNECT. */
    void row(Session session) {
        if (session.will == null) {
            removeRow(session);
        } else {
            byte[] record = SessionRecords.will(session.will);
            shard.add(new RowOps.Put(Table.WILL, Keys.number(session.number), record), record.length + ROW_BYTES);
        }
    }

    /** Removes the row, if there can be one: the row of a session without connection went with the connection. */
    void removeRow(Session session) {
        if (session.hadWill) {
            shard.add(new RowOps.Delete(Table.WILL, Keys.number(session.number)), ROW_BYTES);
            session.hadWill = session.will != null || !session.durable;
        }
    }

    /** Publishes an armed will; the caller's steps remove its row. False when there is none. */
    boolean publish(Session session) {
        Message will = session.will;
        session.will = null;
        if (will != null) {
            publish(will);
        }
        return will != null;
    }

    /** Reads the will of a connection that ended with the broker. */
    void restore(Session session) {
        session.will = stored(session.number);
        session.hadWill = true;
    }

    /** The will of a volatile session, of which nothing else is left. */
    void publishOrphan(long number) {
        Message will = stored(number);
        if (will != null) {
            publish(will);
        }
        shard.add(new RowOps.Delete(Table.WILL, Keys.number(number)), ROW_BYTES);
    }

    private @Nullable Message stored(long number) {
        byte[] row = shard.store.get(Table.WILL, Keys.number(number));
        return row == null ? null : SessionRecords.willMessage(row);
    }

    private void publish(Message will) {
        byte[] utf8 = Arrays.copyOfRange(will.topicArray(), will.topicOffset(), will.topicOffset() + will.topicBytes());
        TopicName topic = TopicName.of(utf8);
        shard.env.count(ShardEvent.WILL_PUBLISHED);
        shard.addUrgent(
                new RoutedMessage(will, topic, shard.router.route(topic, will.qos(), will.retain(), will.publisher())),
                will.storedBytes());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.access.Client;
import io.holdfast.server.routing.RoutedMessage;
import io.holdfast.storage.commit.RowOps;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Wills are stored with the session and belong to one connection [MQTT-3.1.2-8] [MQTT5-3.1.2-7]. A will is <em>armed</em>
 * while its connection lives, then it is published, dropped, or <em>waits</em> for its Will Delay Interval or the end of
 * its session, whichever comes first. The row goes in the batch that publishes the message or that records DISCONNECT or
 * the client's return, so a crash between the two is impossible [MQTT-3.1.2-10] [MQTT5-3.1.2-10].
 */
final class Wills {
    private static final int ROW_BYTES = 64;

    private final SessionShard shard;

    Wills(SessionShard shard) {
        this.shard = shard;
    }

    void arm(Session session, @Nullable Will will) {
        session.hadWill |= session.will != null || will != null;
        session.will = null;
        session.willDelaySeconds = 0;
        if (will != null) { // Else there is none, and row() removes that of an earlier connection [MQTT-3.1.2-12].
            session.willDelaySeconds = will.properties().willDelayIntervalSeconds();
            session.will = Published.message(
                    will.topic(),
                    will.payload(),
                    will.qos(),
                    will.retain()
                            && shard.limits
                                    .connect()
                                    .retainAvailable(), // [MQTT-3.1.2-16] [MQTT5-3.1.2-14] [MQTT-3.1.2-17]
                    // [MQTT5-3.1.2-15]
                    will.properties(), // [MQTT5-3.1.3-10]
                    session.number,
                    shard.env.nowMillis());
        }
    }

    void disarm(Session session) {
        session.will = null;
    }

    /** Writes or removes the row, as part of CONNECT. */
    void row(Session session) {
        if (session.will == null) {
            removeRow(session);
        } else {
            byte[] record = SessionRecords.will(session.will, session.willDelaySeconds, session.client());
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

    // ---- what becomes of a will

    /**
     * Its connection has ended: without a delay, or when the session ends at once, the will is published and the caller's
     * steps remove its row. Else it waits, but no longer than the session lives.
     *
     * @return whether it was published
     */
    boolean leave(Session session, long atMillis) {
        Message will = session.will;
        long delaySeconds = session.durable ? Math.min(session.willDelaySeconds, session.expirySeconds) : 0;
        session.will = null;
        session.willDueMillis = will == null || delaySeconds == 0 ? 0 : atMillis + delaySeconds * 1_000;
        if (will != null && session.willDueMillis == 0) {
            return publish(will, session.client()); // [MQTT-3.1.2-8] [MQTT5-3.1.2-8]
        }
        return false;
    }

    /**
     * The client comes back to its session: a will that still waits, or whose connection is taken over, is not sent if it
     * has a delay that has not passed [MQTT5-3.1.3-9]. The caller's steps replace its rows.
     *
     * @return whether it was published
     */
    boolean comesBack(Session session) {
        long now = shard.env.nowMillis();
        Message will = session.will;
        boolean due = will != null ? session.willDelaySeconds == 0 : waits(session) && session.willDueMillis <= now;
        Message sent = !due ? null : will != null ? will : stored(session.number);
        session.will = null;
        return sent != null && publish(sent, session.client());
    }

    /**
     * The session ends: a will that is armed or waits is published now; the steps of the end remove its rows.
     *
     * @return whether it was published
     */
    boolean sessionEnds(Session session) {
        Message will = session.will != null ? session.will : waits(session) ? stored(session.number) : null;
        session.will = null;
        return will != null && publish(will, session.client());
    }

    /** The delay of a waiting will has passed; its row goes too, the caller's steps remove its timer. */
    void fire(Session session) {
        Message will = stored(session.number);
        session.willDueMillis = 0;
        if (will != null) {
            publish(will, session.client());
        }
        session.hadWill = true;
        removeRow(session);
    }

    private static boolean waits(Session session) {
        return session.willDueMillis != 0;
    }

    /** Reads the will of a connection that ended with the broker. */
    void restore(Session session) {
        byte[] row = row(session.number);
        session.will = row == null ? null : SessionRecords.willMessage(row);
        session.willDelaySeconds = row == null ? 0 : SessionRecords.willDelaySeconds(row);
        session.hadWill = true;
    }

    /** The will of a volatile session, of which nothing else is left. */
    void publishOrphan(long number) {
        byte[] row = row(number);
        if (row != null) {
            publish(SessionRecords.willMessage(row), SessionRecords.willClient(row));
        }
        shard.add(new RowOps.Delete(Table.WILL, Keys.number(number)), ROW_BYTES);
    }

    private @Nullable Message stored(long number) {
        byte[] row = row(number);
        return row == null ? null : SessionRecords.willMessage(row);
    }

    private byte @Nullable [] row(long number) {
        try {
            return shard.store.get(Table.WILL, Keys.number(number));
        } catch (DamagedRowException damage) {
            shard.env.count(ShardEvent.ROW_DAMAGED);
            shard.env.quarantined(number, damage);
            return null;
        }
    }

    /** Publishes a will, unless its client may not any more; says whether it did. */
    private boolean publish(Message armed, Client client) {
        byte[] utf8 =
                Arrays.copyOfRange(armed.topicArray(), armed.topicOffset(), armed.topicOffset() + armed.topicBytes());
        TopicName topic = TopicName.of(utf8);
        if (!shard.permissions.mayLeave(client, armed, topic)) {
            shard.env.count(ShardEvent.WILL_DENIED);
            return false;
        }
        boolean kept = !armed.retain() || shard.room.takes(topic, armed.payloadBytes(), armed.storedBytes());
        if (!kept) {
            shard.env.count(ShardEvent.RETAINED_REFUSED);
        }
        // Its expiry counts from here.
        Message will = armed.publishedAt(shard.env.nowMillis(), kept && armed.retain());
        shard.env.count(ShardEvent.WILL_PUBLISHED);
        shard.addUrgent(
                new RoutedMessage(will, topic, shard.router.route(topic, will.qos(), will.retain(), will.publisher())),
                will.storedBytes());
        return true;
    }
}

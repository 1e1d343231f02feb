// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is retained, over all topics. While there is plenty of room each retained PUBLISH counts as a new topic, which
 * costs nothing; from half of a limit on the store is asked whether its topic is there already. The estimate that this
 * gives never lies below the truth for long, and the broker counts anew from time to time.
 */
final class RetainedRoom {
    private final SessionShard shard;

    RetainedRoom(SessionShard shard) {
        this.shard = shard;
    }

    /**
     * Whether the message of a topic can be retained; if so it is counted. An empty payload, which removes it, always can.
     *
     * @param bytes of topic, payload and properties
     */
    boolean takes(TopicName topic, int payloadBytes, int bytes) {
        CommonLimits limits = shard.limits.common();
        boolean removes = payloadBytes == 0;
        if (!limits.isRetainedNear(shard.env.retainedMessages(), shard.env.retainedBytes() + bytes)) {
            if (!removes) {
                shard.env.retainedChanged(1, bytes);
            }
            return true;
        }
        byte[] known = known(topic);
        int before = known == null ? 0 : known.length;
        if (removes) {
            shard.env.retainedChanged(known == null ? 0 : -1, -before);
            return true;
        }
        int more = known == null ? 1 : 0;
        boolean fits = (limits.retainedMessagesMax() == 0
                        || shard.env.retainedMessages() + more <= limits.retainedMessagesMax()
                        || more == 0)
                && (limits.retainedBytesMax() == 0
                        || shard.env.retainedBytes() + bytes - before <= limits.retainedBytesMax()
                        || bytes <= before);
        if (fits) {
            shard.env.retainedChanged(more, (long) bytes - before);
        }
        return fits;
    }

    private byte @Nullable [] known(TopicName topic) {
        try {
            return shard.store.get(Table.RETAINED, Keys.text(topic.utf8()));
        } catch (DamagedRowException e) {
            return null; // It counts for nothing, as for those who look it up.
        }
    }
}

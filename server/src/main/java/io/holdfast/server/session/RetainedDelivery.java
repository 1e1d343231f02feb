// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.session;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.commit.RetainedSlice;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import java.util.Arrays;

/** One slice of the retained messages for a new subscription [MQTT-3.3.1-6]; asks for the next one when committed. */
final class RetainedDelivery extends RetainedSlice {
    private final SessionShard shard;
    private final Session session;
    private final TopicFilter filter;
    private final int options;
    private final int identifier;

    /**
     * The next slice for a subscription.
     *
     * @param identifier Subscription Identifier, 0 for none
     */
    RetainedDelivery(
            SessionShard shard,
            Session session,
            TopicFilter filter,
            int options,
            int identifier,
            byte[] after,
            long below) {
        super(
                session.number,
                filter.utf8(),
                prefix(filter),
                !filter.hasWildcard(),
                session.durable,
                identifier,
                after,
                below,
                shard.sizes.retainedPerSlice());
        this.shard = shard;
        this.session = session;
        this.filter = filter;
        this.options = options;
        this.identifier = identifier;
    }

    /** The bytes that every matching topic begins with, but for the parent of {@code a/#}. */
    private static byte[] prefix(TopicFilter filter) {
        byte[] utf8 = filter.utf8();
        int length = 0;
        while (length < utf8.length && utf8[length] != '+' && utf8[length] != '#') {
            length++;
        }
        return Arrays.copyOf(utf8, length);
    }

    @Override
    protected boolean matches(byte[] topicUtf8) {
        return filter.matches(TopicName.of(topicUtf8));
    }

    @Override
    protected int flags(Message message) {
        if (message.publisher() == session.number && SubscriptionOptions.isNoLocal(options)) {
            return LEFT_OUT; // [MQTT5-3.8.3-3]
        }
        // Sent because of a new subscription: RETAIN 1 [MQTT-3.3.1-8].
        return Math.min(message.qos(), SubscriptionOptions.qos(options)) | Delivery.RETAIN;
    }

    Session session() {
        return session;
    }

    @Override
    public void committed() {
        session.slicing = false;
        if (hasMore() && !session.ended) {
            shard.inbound.startRetained(
                    new RetainedDelivery(shard, session, filter, options, identifier, after(), below()));
        } else {
            greet();
            shard.inbound.continueRetained(session);
        }
    }

    /** What the broker itself says comes last, and so behind the SUBACK that some clients insist on seeing first. */
    private void greet() {
        int[] identifiers = identifier == 0 ? null : new int[] {identifier};
        for (Message own : shard.env.ownMessages(filter)) {
            shard.outbound.sendAtMostOnce(session, own, Delivery.RETAIN, identifiers);
        }
    }
}

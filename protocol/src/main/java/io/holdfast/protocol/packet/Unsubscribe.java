// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.packet;

import io.holdfast.protocol.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * UNSUBSCRIBE: ends one or more subscriptions.
 *
 * @param packetId 1..65,535
 * @param filters at least one [MQTT-3.10.3-2] [MQTT5-3.10.3-2], answered in this order; an element is null if its text
 *     broke the filter
 *     grammar or the level limit, to be answered with {@link ReasonCode#TOPIC_FILTER_INVALID} (MQTT 5 only; before,
 *     such a packet does not decode)
 */
public record Unsubscribe(int packetId, List<@Nullable TopicFilter> filters, Properties properties) implements Packet {

    public Unsubscribe {
        PacketIds.requireValid(packetId);
        if (filters.isEmpty()) {
            throw new IllegalArgumentException("UNSUBSCRIBE without a filter");
        }
        // not List.copyOf: that one refuses the null elements
        filters = Collections.unmodifiableList(new ArrayList<>(filters));
    }

    @Override
    public PacketType type() {
        return PacketType.UNSUBSCRIBE;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import static io.holdfast.protocol.codec.PacketReader.malformed;
import static io.holdfast.protocol.codec.PacketReader.protocolError;

import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE and UNSUBSCRIBE: lists of topic filters. */
final class SubscribeDecoder {
    // subscription options; before MQTT 5 only the QoS bits exist and all others are reserved [MQTT-3.8.3-4]
    private static final int QOS_MASK = 0b0000_0011;
    static final int NO_LOCAL = 0b0000_0100;
    static final int RETAIN_AS_PUBLISHED = 0b0000_1000;
    static final int RETAIN_HANDLING_SHIFT = 4;
    private static final int RETAIN_HANDLING_MASK = 0b11;
    private static final int RESERVED_MASK = 0b1100_0000;

    private SubscribeDecoder() {}

    static Subscribe decodeSubscribe(PacketReader in) throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties properties = PropertiesDecoder.decode(in, PacketType.SUBSCRIBE);
        List<Subscribe.Request> requests = new ArrayList<>(1);
        while (in.remaining() > 0) {
            TopicFilter filter = readFilter(in);
            requests.add(toRequest(filter, in.readByte(), in.isMqtt5()));
            requireCount(requests.size(), in);
        }
        if (requests.isEmpty()) {
            throw protocolError("SUBSCRIBE without a filter"); // [MQTT-3.8.3-3] [MQTT5-3.8.3-2]
        }
        return new Subscribe(packetId, requests, properties);
    }

    private static Subscribe.Request toRequest(@Nullable TopicFilter filter, int options, boolean mqtt5)
            throws MalformedPacketException {
        int reserved = mqtt5 ? RESERVED_MASK : ~QOS_MASK;
        if ((options & reserved) != 0) {
            throw malformed("reserved subscription options"); // [MQTT-3.8.3-4] [MQTT5-3.8.3-5]
        }
        int qos = options & QOS_MASK;
        int retainHandling = (options >> RETAIN_HANDLING_SHIFT) & RETAIN_HANDLING_MASK;
        if (qos == QOS_MASK || retainHandling > Subscribe.RETAIN_NEVER) {
            throw protocolError("QoS 3 or retain handling 3");
        }
        boolean noLocal = (options & NO_LOCAL) != 0;
        if (noLocal && filter != null && filter.isShared()) {
            throw protocolError("no local with a shared filter"); // [MQTT5-3.8.3-4]
        }
        return new Subscribe.Request(
                filter, QoS.of(qos), noLocal, (options & RETAIN_AS_PUBLISHED) != 0, retainHandling);
    }

    static Unsubscribe decodeUnsubscribe(PacketReader in) throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties properties = PropertiesDecoder.decode(in, PacketType.UNSUBSCRIBE);
        List<@Nullable TopicFilter> filters = new ArrayList<>(1);
        while (in.remaining() > 0) {
            filters.add(readFilter(in));
            requireCount(filters.size(), in);
        }
        if (filters.isEmpty()) {
            throw protocolError("UNSUBSCRIBE without a filter"); // [MQTT-3.10.3-2] [MQTT5-3.10.3-2]
        }
        return new Unsubscribe(packetId, filters, properties);
    }

    /**
     * A filter. One that breaks the grammar fails the packet before MQTT 5, which is all such a client can be told; in
     * MQTT 5 it is null, for only this one is refused. Bad UTF-8 always fails the packet [MQTT-3.8.3-1] [MQTT5-3.8.3-1]
     * [MQTT-3.10.3-1] [MQTT5-3.10.3-1].
     */
    private static @Nullable TopicFilter readFilter(PacketReader in) throws MalformedPacketException {
        int length = in.readTwoBytes();
        in.requireRemaining(length);
        int index = in.index();
        in.skip(length);
        try {
            return TopicFilter.parse(in.buffer(), index, length, in.limits().topicLevelsMax());
        } catch (InvalidTopicException e) {
            if (in.isMqtt5() && e.fault() != InvalidTopicException.Fault.ENCODING) {
                return null;
            }
            throw PacketReader.ofTopic(e, ReasonCode.TOPIC_FILTER_INVALID);
        }
    }

    private static void requireCount(int count, PacketReader in) throws MalformedPacketException {
        if (count > in.limits().filtersPerPacketMax()) {
            throw new MalformedPacketException(ReasonCode.QUOTA_EXCEEDED, "too many filters in one packet");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE and UNSUBSCRIBE, for the clients in tools and tests. */
final class SubscribeEncoder {
    private static final int PACKET_ID_BYTES = 2;
    private static final int OPTIONS_BYTES = 1;

    private SubscribeEncoder() {}

    static long subscribeRemainingLength(Subscribe subscribe, ProtocolVersion version) {
        long bytes = PACKET_ID_BYTES + AckEncoder.propertiesBytes(subscribe.properties(), version);
        for (Subscribe.Request request : subscribe.requests()) {
            bytes += Fields.LENGTH_PREFIX + filterBytes(request.filter()).length + OPTIONS_BYTES;
        }
        return bytes;
    }

    static void writeSubscribe(ByteBuf out, Subscribe subscribe, ProtocolVersion version) {
        out.writeShort(subscribe.packetId());
        AckEncoder.writeProperties(out, subscribe.properties(), version);
        for (Subscribe.Request request : subscribe.requests()) {
            Fields.writeBinary(out, filterBytes(request.filter()));
            int options = request.maxQos().level();
            if (version == ProtocolVersion.MQTT_5) {
                options |= request.noLocal() ? SubscribeDecoder.NO_LOCAL : 0;
                options |= request.retainAsPublished() ? SubscribeDecoder.RETAIN_AS_PUBLISHED : 0;
                options |= request.retainHandling() << SubscribeDecoder.RETAIN_HANDLING_SHIFT;
            }
            out.writeByte(options);
        }
    }

    static long unsubscribeRemainingLength(Unsubscribe unsubscribe, ProtocolVersion version) {
        long bytes = PACKET_ID_BYTES + AckEncoder.propertiesBytes(unsubscribe.properties(), version);
        for (TopicFilter filter : unsubscribe.filters()) {
            bytes += Fields.LENGTH_PREFIX + filterBytes(filter).length;
        }
        return bytes;
    }

    static void writeUnsubscribe(ByteBuf out, Unsubscribe unsubscribe, ProtocolVersion version) {
        out.writeShort(unsubscribe.packetId());
        AckEncoder.writeProperties(out, unsubscribe.properties(), version);
        for (TopicFilter filter : unsubscribe.filters()) {
            Fields.writeBinary(out, filterBytes(filter));
        }
    }

    private static byte[] filterBytes(@Nullable TopicFilter filter) {
        if (filter == null) {
            throw new IllegalArgumentException("a filter that broke the grammar cannot be encoded");
        }
        return filter.utf8();
    }
}

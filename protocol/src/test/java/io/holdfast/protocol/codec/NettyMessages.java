// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageFactory;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribePayload;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubscribePayload;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Our packets as messages of Netty's codec, which then encodes them. */
final class NettyMessages {
    private NettyMessages() {}

    static MqttMessage of(Packet packet, ProtocolVersion version) {
        return switch (packet.type()) {
            case CONNECT -> connect((Connect) packet);
            case CONNACK -> connAck((ConnAck) packet, version);
            case PUBLISH -> publish((Publish) packet);
            case PUBACK ->
                reply(
                        packet,
                        ((PubAck) packet).packetId(),
                        ((PubAck) packet).reasonCode(),
                        ((PubAck) packet).properties());
            case PUBREC ->
                reply(
                        packet,
                        ((PubRec) packet).packetId(),
                        ((PubRec) packet).reasonCode(),
                        ((PubRec) packet).properties());
            case PUBREL ->
                reply(
                        packet,
                        ((PubRel) packet).packetId(),
                        ((PubRel) packet).reasonCode(),
                        ((PubRel) packet).properties());
            case PUBCOMP ->
                reply(
                        packet,
                        ((PubComp) packet).packetId(),
                        ((PubComp) packet).reasonCode(),
                        ((PubComp) packet).properties());
            case SUBSCRIBE -> subscribe((Subscribe) packet);
            case SUBACK -> subAck((SubAck) packet);
            case UNSUBSCRIBE -> unsubscribe((Unsubscribe) packet);
            case UNSUBACK -> unsubAck((UnsubAck) packet);
            case PINGREQ, PINGRESP -> message(packet, null, null);
            case DISCONNECT -> {
                Disconnect disconnect = (Disconnect) packet;
                yield message(packet, codeHeader(disconnect.reasonCode(), disconnect.properties()), null);
            }
            case AUTH -> message(packet, codeHeader(((Auth) packet).reasonCode(), ((Auth) packet).properties()), null);
        };
    }

    private static MqttMessage message(Packet packet, @Nullable Object variableHeader, @Nullable Object payload) {
        MqttQoS qos = packet.type().flags() == 0 ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE;
        MqttMessageType type = MqttMessageType.valueOf(packet.type().value());
        return MqttMessageFactory.newMessage(new MqttFixedHeader(type, false, qos, false, 0), variableHeader, payload);
    }

    private static MqttMessage connect(Connect connect) {
        Will will = connect.will();
        MqttConnectVariableHeader header = new MqttConnectVariableHeader(
                connect.version().protocolName(),
                connect.version().level(),
                connect.userName() != null,
                connect.password() != null,
                will != null && will.retain(),
                will == null ? 0 : will.qos().level(),
                will != null,
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                NettyProperties.toNetty(connect.properties()));
        MqttConnectPayload payload = new MqttConnectPayload(
                connect.clientId(),
                NettyProperties.toNetty(will == null ? Properties.NONE : will.properties()),
                will == null ? null : will.topic().toString(),
                will == null ? null : will.payload(),
                connect.userName(),
                connect.password());
        return message(connect, header, payload);
    }

    private static MqttMessage connAck(ConnAck connAck, ProtocolVersion version) {
        int code = version == ProtocolVersion.MQTT_5
                ? connAck.reasonCode().value()
                : connAck.reasonCode().connAckReturnCode();
        return message(
                connAck,
                new MqttConnAckVariableHeader(
                        MqttConnectReturnCode.valueOf((byte) code),
                        connAck.sessionPresent(),
                        NettyProperties.toNetty(connAck.properties())),
                null);
    }

    private static MqttMessage publish(Publish publish) {
        MqttFixedHeader fixed = new MqttFixedHeader(
                MqttMessageType.PUBLISH,
                publish.dup(),
                MqttQoS.valueOf(publish.qos().level()),
                publish.retain(),
                0);
        // Netty insists on an id for QoS 0 too, and does not write it
        int packetId = Math.max(1, publish.packetId());
        return MqttMessageFactory.newMessage(
                fixed,
                new MqttPublishVariableHeader(
                        publish.topic().toString(), packetId, NettyProperties.toNetty(publish.properties())),
                Unpooled.wrappedBuffer(publish.payload()));
    }

    private static MqttMessage reply(Packet packet, int packetId, ReasonCode reasonCode, Properties properties) {
        return message(
                packet,
                new MqttPubReplyMessageVariableHeader(
                        packetId, (byte) reasonCode.value(), NettyProperties.toNetty(properties)),
                null);
    }

    private static MqttReasonCodeAndPropertiesVariableHeader codeHeader(ReasonCode reasonCode, Properties properties) {
        return new MqttReasonCodeAndPropertiesVariableHeader(
                (byte) reasonCode.value(), NettyProperties.toNetty(properties));
    }

    private static MqttMessageIdAndPropertiesVariableHeader idHeader(int packetId, Properties properties) {
        return new MqttMessageIdAndPropertiesVariableHeader(packetId, NettyProperties.toNetty(properties));
    }

    private static MqttMessage subscribe(Subscribe subscribe) {
        MqttSubscribePayload payload = new MqttSubscribePayload(subscribe.requests().stream()
                .map(request -> new MqttTopicSubscription(
                        Objects.requireNonNull(request.filter()).toString(),
                        new MqttSubscriptionOption(
                                MqttQoS.valueOf(request.maxQos().level()),
                                request.noLocal(),
                                request.retainAsPublished(),
                                RetainedHandlingPolicy.valueOf(request.retainHandling()))))
                .toList());
        return message(subscribe, idHeader(subscribe.packetId(), subscribe.properties()), payload);
    }

    private static MqttMessage unsubscribe(Unsubscribe unsubscribe) {
        MqttUnsubscribePayload payload = new MqttUnsubscribePayload(unsubscribe.filters().stream()
                .map(filter -> Objects.requireNonNull(filter).toString())
                .toList());
        return message(unsubscribe, idHeader(unsubscribe.packetId(), unsubscribe.properties()), payload);
    }

    private static MqttMessage subAck(SubAck subAck) {
        MqttSubAckPayload payload = new MqttSubAckPayload(
                subAck.reasonCodes().stream().map(ReasonCode::value).toList());
        return message(subAck, idHeader(subAck.packetId(), subAck.properties()), payload);
    }

    private static MqttMessage unsubAck(UnsubAck unsubAck) {
        MqttUnsubAckPayload payload = new MqttUnsubAckPayload(unsubAck.reasonCodes().stream()
                .map(code -> (short) code.value())
                .toList());
        return message(unsubAck, idHeader(unsubAck.packetId(), unsubAck.properties()), payload);
    }
}

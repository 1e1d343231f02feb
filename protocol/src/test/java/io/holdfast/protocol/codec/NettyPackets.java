// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Netty's codec decoded, as packets of ours. */
final class NettyPackets {
    private NettyPackets() {}

    static Packet of(MqttMessage message, ProtocolVersion version) {
        if (message.decoderResult().isFailure()) {
            throw new AssertionError("refused by Netty", message.decoderResult().cause());
        }
        return switch (message.fixedHeader().messageType()) {
            case CONNECT -> connect((MqttConnectMessage) message, version);
            case CONNACK -> connAck((MqttConnAckMessage) message, version);
            case PUBLISH -> publish((MqttPublishMessage) message);
            case PUBACK -> new PubAck(id(message), code(message, PacketType.PUBACK), properties(message));
            case PUBREC -> new PubRec(id(message), code(message, PacketType.PUBREC), properties(message));
            case PUBREL -> new PubRel(id(message), code(message, PacketType.PUBREL), properties(message));
            case PUBCOMP -> new PubComp(id(message), code(message, PacketType.PUBCOMP), properties(message));
            case SUBSCRIBE -> subscribe((MqttSubscribeMessage) message);
            case SUBACK ->
                new SubAck(
                        id(message),
                        codes(((MqttSubAckMessage) message).payload().reasonCodes(), PacketType.SUBACK),
                        properties(message));
            case UNSUBSCRIBE -> unsubscribe((MqttUnsubscribeMessage) message);
            case UNSUBACK ->
                new UnsubAck(
                        id(message),
                        codes(((MqttUnsubAckMessage) message).payload().unsubscribeReasonCodes(), PacketType.UNSUBACK),
                        properties(message));
            case PINGREQ -> PingReq.INSTANCE;
            case PINGRESP -> PingResp.INSTANCE;
            case DISCONNECT -> new Disconnect(code(message, PacketType.DISCONNECT), properties(message));
            case AUTH -> new Auth(code(message, PacketType.AUTH), properties(message));
        };
    }

    private static Connect connect(MqttConnectMessage message, ProtocolVersion version) {
        MqttConnectVariableHeader header = message.variableHeader();
        MqttConnectPayload payload = message.payload();
        Will will = header.isWillFlag()
                ? new Will(
                        TopicName.of(payload.willTopic()),
                        payload.willMessageInBytes(),
                        QoS.of(header.willQos()),
                        header.isWillRetain(),
                        NettyProperties.toOurs(payload.willProperties()))
                : null;
        return new Connect(
                version,
                payload.clientIdentifier(),
                header.isCleanSession(),
                header.keepAliveTimeSeconds(),
                will,
                payload.userName(),
                payload.passwordInBytes(),
                NettyProperties.toOurs(header.properties()));
    }

    private static ConnAck connAck(MqttConnAckMessage message, ProtocolVersion version) {
        int code = message.variableHeader().connectReturnCode().byteValue() & 0xFF;
        ReasonCode reasonCode = version == ProtocolVersion.MQTT_5
                ? ReasonCode.of(code, PacketType.CONNACK)
                : ReasonCode.ofConnAckReturnCode(code);
        return new ConnAck(
                message.variableHeader().isSessionPresent(),
                Objects.requireNonNull(reasonCode),
                NettyProperties.toOurs(message.variableHeader().properties()));
    }

    private static Publish publish(MqttPublishMessage message) {
        MqttPublishVariableHeader header = message.variableHeader();
        ByteBuf payload = message.payload();
        QoS qos = QoS.of(message.fixedHeader().qosLevel().value());
        return new Publish(
                qos == QoS.AT_MOST_ONCE ? 0 : header.packetId(),
                qos,
                message.fixedHeader().isDup(),
                message.fixedHeader().isRetain(),
                TopicName.of(header.topicName()),
                ByteBufUtil.getBytes(payload),
                NettyProperties.toOurs(header.properties()));
    }

    private static Subscribe subscribe(MqttSubscribeMessage message) {
        List<Subscribe.Request> requests = new ArrayList<>();
        for (MqttTopicSubscription subscription : message.payload().topicSubscriptions()) {
            requests.add(new Subscribe.Request(
                    TopicFilter.parse(subscription.topicFilter()),
                    QoS.of(subscription.option().qos().value()),
                    subscription.option().isNoLocal(),
                    subscription.option().isRetainAsPublished(),
                    subscription.option().retainHandling().value()));
        }
        return new Subscribe(id(message), requests, properties(message));
    }

    private static Unsubscribe unsubscribe(MqttUnsubscribeMessage message) {
        List<@Nullable TopicFilter> filters = new ArrayList<>();
        message.payload().topics().forEach(topic -> filters.add(TopicFilter.parse(topic)));
        return new Unsubscribe(id(message), filters, properties(message));
    }

    private static int id(MqttMessage message) {
        return ((MqttMessageIdVariableHeader) message.variableHeader()).messageId();
    }

    private static Properties properties(MqttMessage message) {
        Object header = message.variableHeader();
        if (header instanceof MqttPubReplyMessageVariableHeader reply) {
            return NettyProperties.toOurs(reply.properties());
        }
        if (header instanceof MqttMessageIdAndPropertiesVariableHeader withProperties) {
            return NettyProperties.toOurs(withProperties.properties());
        }
        return header instanceof MqttReasonCodeAndPropertiesVariableHeader withCode
                ? NettyProperties.toOurs(withCode.properties())
                : Properties.NONE;
    }

    private static ReasonCode code(MqttMessage message, PacketType type) {
        Object header = message.variableHeader();
        int code = 0;
        if (header instanceof MqttPubReplyMessageVariableHeader reply) {
            code = reply.reasonCode() & 0xFF;
        } else if (header instanceof MqttReasonCodeAndPropertiesVariableHeader withCode) {
            code = withCode.reasonCode() & 0xFF;
        }
        return Objects.requireNonNull(ReasonCode.of(code, type));
    }

    private static List<ReasonCode> codes(List<? extends Number> values, PacketType type) {
        List<ReasonCode> codes = new ArrayList<>();
        for (Number value : values) {
            codes.add(Objects.requireNonNull(ReasonCode.of(value.intValue() & 0xFF, type)));
        }
        return codes;
    }
}

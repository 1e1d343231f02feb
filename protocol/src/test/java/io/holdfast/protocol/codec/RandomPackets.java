// SPDX-License-Identifier: Apache-2.0
package io.holdfast.protocol.codec;

import io.holdfast.protocol.codec.PacketDecoder.Role;
import io.holdfast.protocol.packet.Auth;
import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.Property;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Well-formed packets of one version, of all types that one end of a connection may receive. */
public final class RandomPackets {
    /** Lengths around the borders of the one- and two-byte lengths, so that all of them occur. */
    private static final int[] SIZES = {0, 1, 2, 7, 8, 20, 100, 119, 120, 126, 127, 128, 300, 16_370, 16_384};

    private final SplittableRandom random;
    private final ProtocolVersion version;
    private final Role receiver;

    public RandomPackets(SplittableRandom random, ProtocolVersion version, Role receiver) {
        this.random = random;
        this.version = version;
        this.receiver = receiver;
    }

    private boolean isMqtt5() {
        return version == ProtocolVersion.MQTT_5;
    }

    /** A packet that may come on an open connection; AUTH with the method of {@link Decoders}; no DISCONNECT. */
    public Packet next() {
        boolean atServer = receiver == Role.SERVER;
        return switch (random.nextInt(isMqtt5() ? 9 : 8)) {
            case 0, 1 -> publish();
            case 2 -> new PubAck(packetId(), code(PacketType.PUBACK), properties(PacketType.PUBACK));
            case 3 -> new PubRec(packetId(), code(PacketType.PUBREC), properties(PacketType.PUBREC));
            case 4 -> new PubRel(packetId(), code(PacketType.PUBREL), properties(PacketType.PUBREL));
            case 5 -> new PubComp(packetId(), code(PacketType.PUBCOMP), properties(PacketType.PUBCOMP));
            case 6 -> atServer ? subscribe() : subAck();
            case 7 -> atServer ? (random.nextBoolean() ? unsubscribe() : PingReq.INSTANCE) : unsubAckOrPing();
            default -> auth();
        };
    }

    public Connect connect() {
        boolean userName = random.nextBoolean();
        boolean password = (userName || isMqtt5()) && random.nextBoolean();
        return new Connect(
                version,
                text(random.nextInt(30)),
                random.nextBoolean(),
                random.nextInt(0x1_0000),
                random.nextBoolean() ? will() : null,
                userName ? text(random.nextInt(20)) : null,
                password ? bytes(random.nextInt(20)) : null,
                properties(PacketType.CONNECT));
    }

    private Will will() {
        return new Will(
                topic(),
                bytes(random.nextInt(300)),
                qos(),
                random.nextBoolean(),
                isMqtt5() ? propertiesOf(Property::isAllowedInWill, null) : Properties.NONE);
    }

    public ConnAck connAck() {
        ReasonCode code = code(PacketType.CONNACK);
        while (!isMqtt5() && code.connAckReturnCode() == ReasonCode.CLOSE_WITHOUT_CONNACK) {
            code = anyCode(PacketType.CONNACK);
        }
        if (!isMqtt5()) {
            // several reasons share a return code: take the one that it is read back as
            code = Fields.present(ReasonCode.ofConnAckReturnCode(code.connAckReturnCode()));
        }
        boolean sessionPresent = !code.isFailure() && version != ProtocolVersion.MQTT_3_1 && random.nextBoolean();
        return new ConnAck(sessionPresent, code, properties(PacketType.CONNACK));
    }

    public Disconnect disconnect() {
        return isMqtt5()
                ? new Disconnect(anyCode(PacketType.DISCONNECT), properties(PacketType.DISCONNECT))
                : Disconnect.NORMAL;
    }

    public Publish publish() {
        QoS qos = qos();
        boolean acknowledged = qos != QoS.AT_MOST_ONCE;
        return new Publish(
                acknowledged ? packetId() : 0,
                qos,
                acknowledged && random.nextBoolean(),
                random.nextBoolean(),
                topic(),
                bytes(SIZES[random.nextInt(SIZES.length)]),
                properties(PacketType.PUBLISH));
    }

    private Packet auth() {
        ReasonCode last = receiver == Role.SERVER ? ReasonCode.RE_AUTHENTICATE : ReasonCode.SUCCESS;
        ReasonCode code = random.nextBoolean() ? ReasonCode.CONTINUE_AUTHENTICATION : last;
        PropertiesBuilder properties =
                properties(PacketType.AUTH).toBuilder().authenticationMethod(Decoders.AUTHENTICATION_METHOD);
        return new Auth(code, properties.build());
    }

    private Subscribe subscribe() {
        List<Subscribe.Request> requests = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            TopicFilter filter = filter();
            requests.add(
                    isMqtt5()
                            ? new Subscribe.Request(
                                    filter,
                                    qos(),
                                    !filter.isShared() && random.nextBoolean(),
                                    random.nextBoolean(),
                                    random.nextInt(3))
                            : new Subscribe.Request(filter, qos()));
        }
        return new Subscribe(packetId(), requests, properties(PacketType.SUBSCRIBE));
    }

    private Unsubscribe unsubscribe() {
        List<@Nullable TopicFilter> filters = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            filters.add(filter());
        }
        return new Unsubscribe(packetId(), filters, properties(PacketType.UNSUBSCRIBE));
    }

    private SubAck subAck() {
        List<ReasonCode> codes = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            ReasonCode code = anyCode(PacketType.SUBACK);
            // before MQTT 5 all failures are one
            codes.add(code.isFailure() && !isMqtt5() ? ReasonCode.UNSPECIFIED_ERROR : code);
        }
        return new SubAck(packetId(), codes, properties(PacketType.SUBACK));
    }

    private Packet unsubAckOrPing() {
        if (random.nextBoolean()) {
            return PingResp.INSTANCE;
        }
        List<ReasonCode> codes = new ArrayList<>();
        for (int i = isMqtt5() ? random.nextInt(4) : -1; i >= 0; i--) {
            codes.add(anyCode(PacketType.UNSUBACK));
        }
        return new UnsubAck(packetId(), codes, properties(PacketType.UNSUBACK));
    }

    /** Often success, else any code of the packet; always success before MQTT 5, but for CONNACK. */
    private ReasonCode code(PacketType type) {
        boolean hasCodes = isMqtt5() || type == PacketType.CONNACK;
        return hasCodes && random.nextBoolean() ? anyCode(type) : ReasonCode.SUCCESS;
    }

    private ReasonCode anyCode(PacketType type) {
        List<ReasonCode> codes = Arrays.stream(ReasonCode.values())
                .filter(code -> code.isAllowedIn(type))
                .toList();
        return codes.get(random.nextInt(codes.size()));
    }

    private Properties properties(PacketType type) {
        return isMqtt5() && random.nextInt(3) > 0
                ? propertiesOf(property -> property.isAllowedIn(type), type)
                : Properties.NONE;
    }

    private Properties propertiesOf(Predicate<Property> allowed, @Nullable PacketType type) {
        PropertiesBuilder properties = Properties.builder();
        for (Property property : Property.values()) {
            if (allowed.test(property) && isMine(property, type) && random.nextBoolean()) {
                set(properties, property, type);
            }
        }
        if (properties.contains(Property.AUTHENTICATION_DATA)) {
            properties.authenticationMethod(text(5));
        }
        return properties.build();
    }

    /** What the other end may send; no topic alias, which is not in the packet any more once it is decoded. */
    private boolean isMine(Property property, @Nullable PacketType type) {
        return switch (property) {
            case TOPIC_ALIAS -> false;
            case SUBSCRIPTION_IDENTIFIER -> type != PacketType.PUBLISH || receiver == Role.CLIENT;
            case SESSION_EXPIRY_INTERVAL -> type != PacketType.DISCONNECT || receiver == Role.SERVER;
            case SERVER_REFERENCE -> receiver == Role.CLIENT;
            default -> true;
        };
    }

    private void set(PropertiesBuilder properties, Property property, @Nullable PacketType type) {
        switch (property.kind()) {
            case UTF8_STRING ->
                properties.text(
                        property, property == Property.RESPONSE_TOPIC ? topic().toString() : text(random.nextInt(140)));
            case BINARY_DATA -> properties.binary(property, bytes(random.nextInt(200)));
            case UTF8_STRING_PAIR -> {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    properties.userProperty(text(random.nextInt(10)), text(random.nextInt(10)));
                }
            }
            case VARIABLE_BYTE_INTEGER -> {
                for (int i = type == PacketType.PUBLISH ? random.nextInt(3) : 0; i >= 0; i--) {
                    properties.subscriptionIdentifier(1 + random.nextInt(1 << (4 + random.nextInt(24))));
                }
            }
            default -> properties.number(property, random.nextLong(property.min(), property.max() + 1));
        }
    }

    private int packetId() {
        return 1 + random.nextInt(Packet.PACKET_ID_MAX);
    }

    private QoS qos() {
        return QoS.of(random.nextInt(3));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A text of so many characters, of one to four bytes each, without wildcards, separators and U+0000. */
    private String text(int characters) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < characters; i++) {
            text.appendCodePoint(
                    switch (random.nextInt(8)) {
                        case 0 -> random.nextInt(0x80, 0x800);
                        case 1 -> random.nextInt(0x800, 0xD800);
                        case 2 -> random.nextInt(0x1_0000, 0x11_0000);
                        default -> random.nextInt('a', 'z' + 1);
                    });
        }
        return text.toString();
    }

    private TopicName topic() {
        StringBuilder topic = new StringBuilder(random.nextInt(8) == 0 ? "$" : "").append(text(1 + random.nextInt(5)));
        for (int deeper = random.nextInt(6); deeper > 0; deeper--) {
            topic.append('/').append(text(random.nextInt(6)));
        }
        return TopicName.of(topic.toString());
    }

    private TopicFilter filter() {
        StringBuilder filter = new StringBuilder(random.nextInt(4) == 0 ? "$share/" + text(3) + "/" : "");
        filter.append(random.nextInt(3) == 0 ? "+" : text(2));
        for (int deeper = random.nextInt(4); deeper > 0; deeper--) {
            filter.append('/').append(random.nextInt(3) == 0 ? "+" : text(random.nextInt(4)));
        }
        return TopicFilter.parse(
                filter.append(random.nextInt(4) == 0 ? "/#" : "").toString());
    }
}

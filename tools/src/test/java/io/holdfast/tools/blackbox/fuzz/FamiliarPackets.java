// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fuzz;

import io.holdfast.protocol.codec.RandomPackets;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PropertiesBuilder;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Packets of conversations that others take part in: few names, topics, filters, identifiers and aliases, so that they meet. */
final class FamiliarPackets {
    private static final List<String> NAMES = List.of("f0", "f1", "f2", "f3", "");
    private static final List<String> TOPICS = List.of("f/a", "f/b", "f/a/b");
    private static final List<String> BAD_TOPICS = List.of("", "f/+", "$SYS/x", "f/\u0000");
    private static final List<String> FILTERS =
            List.of("f/#", "f/+", "+/a", "#", "$share/g/f/#", "$share/g/f/a", "$share/h/f/+", "$share/h/#");
    private static final List<String> BAD_FILTERS = List.of("f/#/x", "$share/g", "$share//f", "f+", "");
    private static final int IDS = 8;
    private static final int ALIASES = 4;

    private final SplittableRandom random;
    private final ProtocolVersion version;

    FamiliarPackets(SplittableRandom random, ProtocolVersion version) {
        this.random = random;
        this.version = version;
    }

    private boolean isMqtt5() {
        return version == ProtocolVersion.MQTT_5;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private int id() {
        return 1 + random.nextInt(IDS);
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    /** A third with random wishes, the others with such as make sessions live, wait and end within a run. */
    Connect connect(RandomPackets wild) {
        String name = one(NAMES);
        Connect strange = wild.connect();
        Properties wishes = !isMqtt5() ? Properties.NONE : chance(3) ? strange.properties() : wishes();
        return new Connect(
                version,
                name,
                name.isEmpty() || chance(3),
                chance(4) ? 1 : 0,
                chance(3) ? strange.will() : chance(2) ? will() : null,
                null,
                null,
                wishes);
    }

    private Properties wishes() {
        PropertiesBuilder wishes = Properties.builder();
        if (!chance(4)) {
            wishes.sessionExpiryIntervalSeconds(chance(3) ? 1 : 3_600);
        }
        if (chance(2)) {
            wishes.receiveMaximum(1 + random.nextInt(5));
        }
        if (chance(2)) {
            wishes.topicAliasMaximum(random.nextInt(ALIASES));
        }
        if (chance(4)) {
            wishes.maximumPacketSizeBytes(20 + random.nextInt(300));
        }
        return wishes.build();
    }

    private Will will() {
        Properties properties = isMqtt5() && chance(2)
                ? Properties.builder().willDelayIntervalSeconds(1).build()
                : Properties.NONE;
        return new Will(
                TopicName.of(one(TOPICS)),
                new byte[random.nextInt(50)],
                QoS.of(random.nextInt(3)),
                chance(4),
                properties);
    }

    /** A sound packet, though not always at its time. */
    Packet next() {
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4, 5 -> publish();
            case 6, 7 -> new Subscribe(id(), List.of(request(), request()), subscriptionProperties());
            case 8 -> new Unsubscribe(id(), List.of(TopicFilter.parse(one(FILTERS))), Properties.NONE);
            case 9 -> chance(6) ? disconnect() : PingReq.INSTANCE;
            case 10 -> new PubAck(id(), code(), Properties.NONE);
            case 11 -> new PubRec(id(), code(), Properties.NONE);
            case 12 -> new PubComp(id(), ReasonCode.SUCCESS, Properties.NONE);
            default -> new PubRel(id(), ReasonCode.SUCCESS, Properties.NONE);
        };
    }

    /** A failure settles a delivery too, in MQTT 5. */
    private ReasonCode code() {
        return isMqtt5() && chance(5) ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.SUCCESS;
    }

    private Disconnect disconnect() {
        if (!isMqtt5() || chance(2)) {
            return Disconnect.NORMAL;
        }
        Properties later = Properties.builder()
                .sessionExpiryIntervalSeconds(random.nextInt(3))
                .build();
        return new Disconnect(chance(2) ? ReasonCode.SUCCESS : ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, later);
    }

    private Publish publish() {
        QoS qos = QoS.of(random.nextInt(3));
        boolean acknowledged = qos != QoS.AT_MOST_ONCE;
        return new Publish(
                acknowledged ? id() : 0,
                qos,
                acknowledged && chance(4),
                chance(6),
                TopicName.of(one(TOPICS)),
                payload(),
                isMqtt5() ? messageProperties() : Properties.NONE);
    }

    private byte[] payload() {
        byte[] payload = new byte[chance(8) ? random.nextInt(5_000) : random.nextInt(200)];
        java.util.Arrays.fill(payload, (byte) (chance(10) ? 0xFF : 'x'));
        return payload;
    }

    private Properties messageProperties() {
        PropertiesBuilder properties = Properties.builder();
        if (chance(3)) {
            properties.messageExpiryIntervalSeconds(random.nextInt(3));
        }
        if (chance(3)) {
            properties.topicAlias(1 + random.nextInt(ALIASES));
        }
        if (chance(4)) {
            properties.payloadFormatIndicator(random.nextInt(2));
        }
        if (chance(4)) {
            properties.responseTopic("f/answer").correlationData(new byte[random.nextInt(20)]);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            properties.userProperty("name" + i, "x".repeat(random.nextInt(30)));
        }
        return properties.build();
    }

    private Subscribe.Request request() {
        TopicFilter filter = TopicFilter.parse(one(FILTERS));
        QoS qos = QoS.of(random.nextInt(3));
        return isMqtt5()
                ? new Subscribe.Request(filter, qos, !filter.isShared() && chance(4), chance(2), random.nextInt(3))
                : new Subscribe.Request(filter, qos);
    }

    private Properties subscriptionProperties() {
        return isMqtt5() && chance(2)
                ? Properties.builder()
                        .subscriptionIdentifier(1 + random.nextInt(300))
                        .build()
                : Properties.NONE;
    }

    /** A packet of bytes: what the classes above could not express. */
    byte[] raw() {
        return switch (random.nextInt(6)) {
            case 0 -> publishRaw(one(BAD_TOPICS), null);
            case 1 -> PacketBytes.packet(0x82, body(one(BAD_FILTERS), true));
            case 2 -> PacketBytes.packet(0xA2, body(one(BAD_FILTERS), false));
            // An alias alone, set before or not.
            case 3 ->
                isMqtt5()
                        ? publishRaw("", new byte[] {3, 0x23, 0, (byte) random.nextInt(ALIASES + 2)})
                        : PacketBytes.pingReq();
            default -> PacketBytes.ack(4 + random.nextInt(4), id());
        };
    }

    private byte[] noProperties() {
        return new byte[isMqtt5() ? 1 : 0];
    }

    private byte[] publishRaw(String topic, byte @Nullable [] properties) {
        int qos = random.nextInt(3);
        byte[] name = field(topic);
        byte[] id = qos == 0 ? new byte[0] : new byte[] {0, (byte) id()};
        byte[] block = properties == null ? noProperties() : properties;
        return PacketBytes.packet(0x30 | qos << 1, PacketBytes.joined(name, id, block, payload()));
    }

    private byte[] body(String filter, boolean withOptions) {
        byte[] id = {0, (byte) id()};
        byte[] options = withOptions ? new byte[] {(byte) random.nextInt(3)} : new byte[0];
        return PacketBytes.joined(id, noProperties(), field(filter), options);
    }

    private static byte[] field(String text) {
        byte[] raw = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return PacketBytes.joined(new byte[] {0, (byte) raw.length}, raw);
    }
}

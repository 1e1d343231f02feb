// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static io.holdfast.server.testkit.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
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
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Classes of bugs that other brokers have had (docs/known-bugs.md), where no other test is about just that. */
class KnownBugsIT {
    private static final int PACKET_BYTES_MAX = 4_096;
    private static final int ROUNDS = 200;

    /** Of a CONNECT, and of packets behind it. */
    private static final int CONNECT_USER_PROPERTIES_MAX = 64;

    private static final int USER_PROPERTIES_MAX = 1_024;

    @TempDir
    private Path folder;

    private RunningBroker broker;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        broker = RunningBroker.start(folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private WireClient connected(ProtocolVersion version, String id) throws IOException {
        WireClient client = new WireClient(broker.port(), version);
        client.connect(id, true);
        return client;
    }

    private static void assertServed(WireClient client) throws IOException {
        client.send(PingReq.INSTANCE);
        client.expect(PingResp.class);
    }

    private static Packet[] packets(int count, IntFunction<Packet> packet) {
        Packet[] packets = new Packet[count];
        for (int i = 0; i < count; i++) {
            packets[i] = packet.apply(i + 1);
        }
        return packets;
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "K03 the limit is one packet's: small ones that come at once, together far above it, are all taken, a large "
                    + "one behind them is not waited for")
    void publish_pipelined_eachJudgedAlone(ProtocolVersion version) throws Exception {
        broker.close();
        broker = RunningBroker.start(folder.resolve("small"), "mqtt.packet-bytes-max=" + PACKET_BYTES_MAX);
        try (WireClient client = connected(version, "k03");
                WireClient other = connected(version, "other")) {
            client.send(packets(ROUNDS, i -> publish("k03", new byte[PACKET_BYTES_MAX / 4], QoS.AT_LEAST_ONCE, i)));
            for (int i = 1; i <= ROUNDS; i++) {
                assertThat(client.expect(PubAck.class).packetId()).isEqualTo(i);
            }
            byte[] small = WireClient.bytes(version, PingReq.INSTANCE);
            byte[] large = WireClient.bytes(version, publish("k03", new byte[PACKET_BYTES_MAX], QoS.AT_LEAST_ONCE, 1));
            byte[] both = new byte[small.length + 8]; // No more of the large one than its header and half a topic.
            System.arraycopy(small, 0, both, 0, small.length);
            System.arraycopy(large, 0, both, small.length, 8);
            client.send(both);
            client.expect(PingResp.class);
            Packet last = client.next();
            if (version == ProtocolVersion.MQTT_5) {
                assertThat(last).isInstanceOf(Disconnect.class);
                last = client.next();
            }
            assertThat(last).as("closed").isNull();
            assertServed(other);
        }
    }

    private static Properties userProperties(int count) {
        PropertiesBuilder properties = Properties.builder();
        for (int i = 0; i < count; i++) {
            properties.userProperty("k", "v");
        }
        return properties.build();
    }

    private static Publish withProperties(int count, int packetId) {
        return new Publish(
                packetId, QoS.AT_LEAST_ONCE, false, false, TopicName.of("k05"), new byte[0], userProperties(count));
    }

    @Test
    @DisplayName(
            "K05 user properties are bounded before and behind CONNECT; as many as allowed in each packet hold nobody up")
    void userProperties_many_bounded() throws Exception {
        try (WireClient other = connected(ProtocolVersion.MQTT_5, "other")) {
            for (int more = 0; more <= 1; more++) {
                try (WireClient client = broker.open5()) {
                    ReasonCode answer = client.connect(WireClient.connect5(
                                    "k05", true, userProperties(CONNECT_USER_PROPERTIES_MAX + more)))
                            .reasonCode();
                    assertThat(answer).isEqualTo(more == 0 ? ReasonCode.SUCCESS : ReasonCode.QUOTA_EXCEEDED);
                }
            }
            other.subscribe("k05", QoS.AT_MOST_ONCE);
            try (WireClient client = connected(ProtocolVersion.MQTT_5, "k05")) {
                for (int i = 1; i <= ROUNDS; i++) {
                    client.send(withProperties(USER_PROPERTIES_MAX, i));
                    assertThat(client.expect(PubAck.class).packetId()).isEqualTo(i);
                    assertThat(other.expect(Publish.class).properties().userProperties())
                            .hasSize(USER_PROPERTIES_MAX);
                }
                client.send(withProperties(USER_PROPERTIES_MAX + 1, 1));
                assertThat(client.expect(Disconnect.class).reasonCode()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            }
            assertServed(other);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName("K08 topics and filters that begin with $, whatever follows, are answered and reach nobody")
    void dollar_anyTopic_answeredAndNobodys(ProtocolVersion version) throws Exception {
        try (WireClient client = connected(version, "k08");
                WireClient other = connected(version, "other")) {
            for (String filter : List.of("$k/#", "$", "$k", "$/a", "$/+", "$SYS/k/#", "$share/g/k", "$share/g/$k/#")) {
                other.subscribe(filter, QoS.AT_MOST_ONCE);
            }
            int packetId = 0;
            for (String topic :
                    List.of("$", "$k", "$k/a", "$/a", "$SYS", "$SYS/k/a", "$share", "$share/g/x", "$$", "$k/")) {
                for (boolean retain : new boolean[] {false, true}) {
                    client.send(publish(topic, "x", QoS.AT_MOST_ONCE, 0));
                    client.send(new Publish(
                            ++packetId,
                            QoS.AT_LEAST_ONCE,
                            false,
                            retain,
                            TopicName.of(topic),
                            new byte[] {1},
                            Properties.NONE));
                    assertThat(client.expect(PubAck.class).packetId()).isEqualTo(packetId);
                    client.send(publish(topic, "x", QoS.EXACTLY_ONCE, ++packetId));
                    if (!client.expect(PubRec.class).reasonCode().isFailure()) {
                        client.send(new PubRel(packetId));
                        client.expect(PubComp.class);
                    }
                }
            }
            client.send(publish("k", "x", QoS.AT_LEAST_ONCE, ++packetId));
            client.expect(PubAck.class);
            assertThat(other.expect(Publish.class).topic()).isEqualTo(TopicName.of("k"));
            assertServed(other);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "K13 subscribed, published to, retained and unsubscribed in one segment, again and again, and gone: all is "
                    + "answered in order, nothing comes behind UNSUBACK")
    void subscribePublishUnsubscribe_oneSegment_answeredInOrder(ProtocolVersion version) throws Exception {
        TopicFilter filter = TopicFilter.parse("k13/#");
        try (WireClient other = connected(version, "other")) {
            try (WireClient client = connected(version, "k13")) {
                for (int i = 1; i <= ROUNDS; i++) {
                    client.send(
                            new Subscribe(
                                    i, List.of(new Subscribe.Request(filter, QoS.AT_LEAST_ONCE)), Properties.NONE),
                            new Publish(
                                    i,
                                    QoS.AT_LEAST_ONCE,
                                    false,
                                    true,
                                    TopicName.of("k13/a"),
                                    new byte[] {1},
                                    Properties.NONE),
                            new Unsubscribe(i, List.of(filter), Properties.NONE),
                            publish("k13/a", "x", QoS.AT_LEAST_ONCE, i));
                    List<Class<?>> answers = new ArrayList<>();
                    while (answers.size() < 4) {
                        Packet packet = client.next();
                        if (packet instanceof Publish message) {
                            assertThat(answers).as("before UNSUBACK").doesNotContain(UnsubAck.class);
                            client.send(new PubAck(message.packetId()));
                        } else {
                            assertThat(packet).isNotNull();
                            answers.add(packet.getClass());
                        }
                    }
                    assertThat(answers).containsExactly(SubAck.class, PubAck.class, UnsubAck.class, PubAck.class);
                }
                assertServed(client);
            }
            assertServed(other);
        }
        try (WireClient again = new WireClient(broker.port(), version)) {
            Connect connect = new Connect(version, "k13", true, 0, null, null, null, Properties.NONE);
            assertThat(again.connect(connect).sessionPresent()).isFalse();
        }
    }
}

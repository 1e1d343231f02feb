// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.matrix.EachClient.Cannot;
import io.holdfast.tools.blackbox.matrix.Mqtt5Peer.Answer;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What real clients and the broker agree on at CONNECT, and whether both keep it. */
final class ConnectionMatrixIT {
    private static final String SILENT = "mosquitto_sub does not print what CONNACK says";
    private static final int INBOUND_MAX = 4;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker(
            "connect-timeout=5m",
            "mqtt.response-information=answers/%c",
            "mqtt.packet-bytes-max=64 KiB",
            "session.inbound-max=" + INBOUND_MAX,
            "session.subscriptions-max=3");

    /** Only for those who are asked about it: a client that stands still for a few seconds is sent away here. */
    @RegisterExtension
    static final SharedBroker SHORT_KEEP_ALIVE =
            new SharedBroker("mqtt.keep-alive-seconds-max=2", "connect-timeout=5m");

    private final Peers peers = new Peers(BROKER);

    private static List<Told> series(String topic, int count, int qos) {
        return IntStream.range(0, count)
                .mapToObj(i -> Told.plain(topic, "m" + i, qos))
                .toList();
    }

    private static void assertReceived(Mqtt5Peer subscriber, List<Told> sent) throws Exception {
        for (Told told : sent) {
            assertThat(subscriber.next().essence()).isEqualTo(told.essence());
        }
    }

    private static long withoutTopic(List<WirePacket> packets) {
        return packets.stream()
                .filter(packet ->
                        packet.type() == WirePacket.PUBLISH && packet.topic().isEmpty())
                .count();
    }

    @EachClient("Assigned Client Identifier")
    @DisplayName("[MQTT5-3.1.3-6] [MQTT5-3.1.3-7] [MQTT5-3.2.2-16] a client without a name is given one")
    void connect_noId_oneAssigned(Client client) throws Exception {
        Subscription own = Subscription.of(BROKER.uniqueName("nameless/"), 0);
        try (Mqtt5Peer first = peers.named(client, "");
                Mqtt5Peer second = peers.named(client, "")) {
            String one = first.connect(Wishes.clean(), own).assignedClientIdentifier();
            String other = second.connect(Wishes.clean(), own).assignedClientIdentifier();
            assertThat(one).isNotEmpty().isNotEqualTo(other);
        }
    }

    @EachClient("Server Keep Alive")
    @Cannot(client = Client.PAHO, why = "it goes on with its own and is sent away with 0x8D")
    @DisplayName(
            "[MQTT5-3.1.2-21] [MQTT5-3.2.2-22] the keep alive that the broker names is the one that the client keeps")
    void connect_longKeepAlive_shortened(Client client) throws Exception {
        boolean kept = false;
        for (int i = 0; i < 5 && !kept; i++) { // One that stood still is sent away: once more.
            kept = pingsInTime(client);
        }
        assertThat(kept).isTrue();
    }

    private static boolean pingsInTime(Client client) throws Exception {
        try (Tap tap = new Tap(SHORT_KEEP_ALIVE.port());
                Mqtt5Peer peer = client.named(tap.port(), BROKER.uniqueName("alive"))) {
            peer.connect(Wishes.clean().keepAlive(600), Subscription.of(BROKER.uniqueName("alive/"), 0));
            Awaitility.await().until(() -> came(tap, WirePacket.PINGRESP) || came(tap, WirePacket.DISCONNECT));
            return came(tap, WirePacket.PINGRESP);
        }
    }

    private static boolean came(Tap tap, int type) {
        return tap.fromBroker().stream().anyMatch(packet -> packet.type() == type);
    }

    @EachClient("limits in CONNACK")
    @Cannot(client = Client.MOSQUITTO, why = SILENT)
    @DisplayName("[MQTT5-3.2.2-6] Receive Maximum, Maximum Packet Size and Topic Alias Maximum reach the client")
    void connect_limits_told(Client client) throws Exception {
        try (Mqtt5Peer peer = peers.named(client, BROKER.uniqueName("limits"))) {
            Welcome welcome = peer.connect(Wishes.clean());
            assertThat(welcome.receiveMaximum()).isEqualTo(INBOUND_MAX);
            assertThat(welcome.packetBytesMax()).isEqualTo(65_536);
            assertThat(welcome.topicAliasMaximum()).isEqualTo(16);
        }
    }

    @EachClient("Response Information")
    @Cannot(client = Client.MOSQUITTO, why = SILENT)
    @DisplayName("[MQTT5-3.1.2-28] Response Information comes when it is asked for, and only then")
    void connect_responseInformation_onRequest(Client client) throws Exception {
        String id = BROKER.uniqueName("informed");
        try (Mqtt5Peer asks = peers.named(client, id);
                Mqtt5Peer silent = peers.named(client, id + "-not")) {
            assertThat(asks.connect(Wishes.clean().responseInformation()).responseInformation())
                    .isEqualTo("answers/" + id);
            assertThat(silent.connect(Wishes.clean()).responseInformation()).isEmpty();
        }
    }

    @EachClient("unknown authentication method, 0x8C")
    @DisplayName("[MQTT5-4.12.0-1] an authentication method that the broker does not know is refused with 0x8C")
    void connect_unknownMethod_refused(Client client) throws Exception {
        try (Mqtt5Peer peer = peers.named(client, BROKER.uniqueName("auth"))) {
            Subscription own = Subscription.of(BROKER.uniqueName("auth/"), 0);
            Welcome refused = peer.connect(Wishes.clean().authenticationMethod("MAGIC"), own);
            assertThat(refused.reasonCode()).isEqualTo(0x8C);
        }
    }

    @EachClient("reason code of PUBACK")
    @DisplayName("[MQTT5-3.4.2-1] a client sees that nobody has subscribed to what it published at QoS 1")
    void answers_pubAckCode_shown(Client client) throws Exception {
        String topic = BROKER.uniqueName("codes/");
        try (Mqtt5Peer peer = peers.any(client, Subscription.of(topic, 1))) {
            assertThat(peer.publish(Told.plain(topic, "wanted", 1)).reasonCode())
                    .isZero();
            assertThat(peer.publish(Told.plain(topic + "/not", "unwanted", 1)).reasonCode())
                    .isEqualTo(0x10);
        }
    }

    @EachClient("reason code of PUBREC")
    @Cannot(client = Client.MOSQUITTO, why = "mosquitto_pub does not print it")
    @DisplayName("[MQTT5-3.5.2-1] a client sees that nobody has subscribed to what it published at QoS 2")
    void answers_pubRecCode_shown(Client client) throws Exception {
        String topic = BROKER.uniqueName("codes/");
        try (Mqtt5Peer peer = peers.any(client)) {
            assertThat(peer.publish(Told.plain(topic, "unwanted", 2)).reasonCode())
                    .isEqualTo(0x10);
        }
    }

    @EachClient("refusal in SUBACK, 0x97")
    @Cannot(client = Client.PAHO, why = "it takes 0x97 in a SUBACK for a protocol error and closes")
    @DisplayName("[MQTT5-3.9.3-1] a client sees which of its subscriptions was refused")
    void answers_subAckCode_shown(Client client) throws Exception {
        String topic = BROKER.uniqueName("codes/");
        Subscription[] four = IntStream.range(0, 4)
                .mapToObj(i -> Subscription.of(topic + "/" + i, 1))
                .toArray(Subscription[]::new);
        try (Mqtt5Peer peer = peers.any(client, four)) {
            assertThat(peer.granted()).extracting(Answer::reasonCode).containsExactly(1, 1, 1, 0x97);
        }
    }

    @EachClient("Topic Alias towards the broker")
    @DisplayName("[MQTT5-3.3.2-7] [MQTT5-3.3.2-12] a client that uses topic aliases is understood")
    void alias_towardsBroker_resolved(Client client) throws Exception {
        String topic = BROKER.uniqueName("aliases/up/");
        try (Mqtt5Peer subscriber = peers.other(Subscription.of(topic, 1));
                Tap tap = new Tap(BROKER.port());
                Mqtt5Peer publisher = client.named(tap.port(), BROKER.uniqueName("alias"))) {
            publisher.connect(Wishes.clean());
            publisher.publishAll(series(topic, 6, 1));
            assertReceived(subscriber, series(topic, 6, 1));
            assertThat(withoutTopic(tap.fromClient())).isPositive();
        }
    }

    @EachClient("Topic Alias towards the client")
    @Cannot(client = Client.PAHO, why = "it hands such messages on without a topic")
    @Cannot(client = Client.MOSQUITTO, why = "its library knows no aliases when it receives")
    @DisplayName("[MQTT5-3.1.2-26] [MQTT5-3.3.2-11] a client that takes topic aliases gets some, and understands them")
    void alias_towardsClient_resolved(Client client) throws Exception {
        String topic = BROKER.uniqueName("aliases/down/");
        try (Tap tap = new Tap(BROKER.port());
                Mqtt5Peer subscriber = client.named(tap.port(), BROKER.uniqueName("alias"));
                Mqtt5Peer publisher = peers.other()) {
            subscriber.connect(Wishes.clean().topicAliasMaximum(8), Subscription.of(topic, 1));
            publisher.publishAll(series(topic, 6, 1));
            assertReceived(subscriber, series(topic, 6, 1));
            assertThat(withoutTopic(tap.fromBroker())).isPositive();
        }
    }

    @EachClient("Receive Maximum of the client")
    @DisplayName("[MQTT5-3.3.4-9] the broker keeps the client's Receive Maximum, and all messages come")
    void receiveMaximum_ofClient_kept(Client client) throws Exception {
        String id = BROKER.uniqueName("window");
        Subscription subscription = Subscription.of(BROKER.uniqueName("window/"), 2);
        List<Told> sent = series(subscription.filter(), 12, 2);
        try (Mqtt5Peer first = peers.named(client, id)) {
            first.connect(Wishes.kept(3_600), subscription);
        }
        try (Mqtt5Peer publisher = peers.other()) {
            for (Told told : sent) {
                publisher.publish(told);
            }
        }
        try (Tap tap = new Tap(BROKER.port());
                Mqtt5Peer again = client.named(tap.port(), id)) {
            again.connect(Wishes.kept(3_600).receiveMaximum(2), subscription);
            assertReceived(again, sent);
            assertThat(tap.underWayMax(false)).isBetween(1, 2);
        }
    }

    @EachClient("Receive Maximum of the broker")
    @Cannot(client = Client.MQTT_JS, why = "it ignores the value and is sent away with 0x93")
    @DisplayName("[MQTT5-3.3.4-7] [MQTT5-4.9.0-1] a client in a hurry keeps the broker's Receive Maximum and is served")
    void receiveMaximum_ofBroker_kept(Client client) throws Exception {
        String topic = BROKER.uniqueName("hurry/");
        try (Mqtt5Peer subscriber = peers.other(Subscription.of(topic, 2));
                Tap tap = new Tap(BROKER.port());
                Mqtt5Peer publisher = client.named(tap.port(), BROKER.uniqueName("hurry"))) {
            publisher.connect(Wishes.clean());
            publisher.publishAll(series(topic, 30, 2));
            assertReceived(subscriber, series(topic, 30, 2));
            assertThat(tap.underWayMax(true)).isBetween(1, INBOUND_MAX);
        }
    }

    @EachClient("Maximum Packet Size of the client")
    @DisplayName("[MQTT5-3.1.2-24] [MQTT5-3.1.2-25] a message too large for one client is dropped for it alone")
    void packetSize_ofClient_largerOnesLeftOut(Client client) throws Exception {
        String topic = BROKER.uniqueName("size/");
        try (Mqtt5Peer small = peers.named(client, BROKER.uniqueName("small"));
                Mqtt5Peer large = peers.other(Subscription.of(topic, 1));
                Mqtt5Peer publisher = peers.other()) {
            small.connect(Wishes.clean().packetBytesMax(200), Subscription.of(topic, 1));
            List<Told> sent = List.of(
                    Told.plain(topic, "first", 1), Told.plain(topic, "x".repeat(400), 1), Told.plain(topic, "last", 1));
            for (Told told : sent) {
                publisher.publish(told);
            }
            assertReceived(large, sent);
            assertReceived(small, List.of(sent.get(0), sent.get(2)));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.protocol.packet.Properties;
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
import io.holdfast.server.Broker;
import io.holdfast.server.ConfigReader;
import io.holdfast.storage.testkit.HeldStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One test for each line of docs/durability.md: while the sync is held back the reply does not leave, and when it returns
 * the reply does. Each was seen to fail with replies sent before the sync.
 */
class DurabilityContractIT {
    private static final int SILENCE_MILLIS = 150;
    private static final TopicName TOPIC = TopicName.of("contract/a");

    @TempDir
    private Path folder;

    private final AtomicReference<HeldStore> store = new AtomicReference<>();
    private Broker broker;
    private SocketClient client;
    private SocketClient subscriber;

    @BeforeEach
    void start() throws Exception {
        ConfigReader settings = new ConfigReader();
        settings.set("store.folder", folder.resolve("data").toString(), "test");
        settings.set("listeners.tcp.port", "0", "test");
        broker = Broker.start(settings.read(), rows -> {
            store.set(new HeldStore(rows));
            return store.get();
        });
        client = open();
        subscriber = open();
    }

    @AfterEach
    void stop() throws IOException {
        store.get().release();
        client.close();
        subscriber.close();
        broker.stop();
    }

    private SocketClient open() throws IOException {
        return new SocketClient(broker.addresses().get(0));
    }

    private HeldStore store() {
        return store.get();
    }

    /** What {@code who} sends makes no reply until the sync returns; then this one. */
    private Packet replyBehindSync(SocketClient who, Packet sent, PacketType expected) throws Exception {
        store().hold();
        who.send(sent);
        return replyBehindSync(who, expected);
    }

    private Packet replyBehindSync(SocketClient waiting, PacketType expected) throws Exception {
        store().awaitHeld();
        assertThat(waiting.isSilent(SILENCE_MILLIS)).as("before the sync").isTrue();
        store().release();
        return expect(waiting, expected);
    }

    private static Packet expect(SocketClient who, PacketType expected) throws IOException {
        Packet packet = who.receive();
        assertThat(packet).isNotNull();
        assertThat(packet.type()).isEqualTo(expected);
        return packet;
    }

    private static void connect(SocketClient who, String clientId) throws IOException {
        who.connect(clientId, false, null);
        expect(who, PacketType.CONNACK);
    }

    private static Subscribe subscribe(int qos) {
        return new Subscribe(
                1, List.of(new Subscribe.Request(TopicFilter.parse("contract/#"), QoS.of(qos))), Properties.NONE);
    }

    private static Publish publish(int qos, boolean retain) {
        return new Publish(7, QoS.of(qos), false, retain, TOPIC, new byte[] {1}, Properties.NONE);
    }

    private static Will will() {
        return new Will(TOPIC, new byte[] {2}, QoS.AT_LEAST_ONCE, false, Properties.NONE);
    }

    private void subscribed(int qos) throws IOException {
        connect(subscriber, "subscriber");
        subscriber.send(subscribe(qos));
        expect(subscriber, PacketType.SUBACK);
    }

    @Test
    @DisplayName("D1 CONNACK of a kept session waits for the session's rows")
    void connAck_keptSession_waits() throws Exception {
        store().hold();
        client.connect("kept", false, will());
        replyBehindSync(client, PacketType.CONNACK);
    }

    @Test
    @DisplayName("D1 CONNACK of a take-over waits, and the old connection lives until then")
    void connAck_takeOver_waits() throws Exception {
        connect(subscriber, "kept");
        store().hold();
        client.connect("kept", false, null);
        store().awaitHeld();
        assertThat(client.isSilent(SILENCE_MILLIS)).isTrue();
        assertThat(subscriber.isSilent(SILENCE_MILLIS))
                .as("the old connection is open")
                .isTrue();
        store().release();
        expect(client, PacketType.CONNACK);
        assertThat(subscriber.receive()).as("the old connection ends").isNull();
    }

    @Test
    @DisplayName("D2 CONNACK of a clean session waits for the end of the kept one, and for its will")
    void connAck_cleanSession_waitsForEndAndWill() throws Exception {
        connect(subscriber, "kept");
        store().hold();
        client.connect("kept", true, null);
        replyBehindSync(client, PacketType.CONNACK);
        try (SocketClient other = open()) {
            store().hold();
            other.connect("clean", true, will());
            replyBehindSync(other, PacketType.CONNACK);
        }
    }

    @Test
    @DisplayName("D3 SUBACK waits for the subscription")
    void subAck_always_waits() throws Exception {
        connect(client, "c");
        replyBehindSync(client, subscribe(1), PacketType.SUBACK);
    }

    @Test
    @DisplayName("D4 UNSUBACK waits for the removal")
    void unsubAck_always_waits() throws Exception {
        connect(client, "c");
        client.send(subscribe(1));
        expect(client, PacketType.SUBACK);
        // The look for retained messages makes a group of its own; this one is behind it.
        client.send(
                new Publish(8, QoS.AT_LEAST_ONCE, false, true, TopicName.of("other"), new byte[] {1}, Properties.NONE));
        expect(client, PacketType.PUBACK);
        Unsubscribe unsubscribe = new Unsubscribe(2, List.of(TopicFilter.parse("contract/#")), Properties.NONE);
        replyBehindSync(client, unsubscribe, PacketType.UNSUBACK);
    }

    @Test
    @DisplayName("D5 PUBACK waits for the message, and for a retained value that nobody receives")
    void pubAck_recipientsOrRetained_waits() throws Exception {
        connect(client, "publisher");
        replyBehindSync(client, publish(1, true), PacketType.PUBACK);
        subscribed(1);
        replyBehindSync(client, publish(1, false), PacketType.PUBACK);
    }

    @Test
    @DisplayName("D6 PUBREC waits for message and packet identifier; a duplicate waits behind the first")
    void pubRec_firstAndDuplicate_wait() throws Exception {
        subscribed(2);
        connect(client, "publisher");
        store().hold();
        client.send(publish(2, false));
        store().awaitHeld();
        client.send(new Publish(7, QoS.EXACTLY_ONCE, true, false, TOPIC, new byte[] {1}, Properties.NONE));
        assertThat(client.isSilent(SILENCE_MILLIS)).isTrue();
        store().release();
        expect(client, PacketType.PUBREC);
        expect(client, PacketType.PUBREC);
    }

    @Test
    @DisplayName("D7 PUBCOMP to a publisher waits for the release of the identifier")
    void pubComp_toPublisher_waits() throws Exception {
        subscribed(2);
        connect(client, "publisher");
        client.send(publish(2, false));
        expect(client, PacketType.PUBREC);
        replyBehindSync(client, new PubRel(7), PacketType.PUBCOMP);
    }

    @Test
    @DisplayName("D8 PUBLISH to a kept session waits for its message")
    void publish_toKeptSession_waits() throws Exception {
        subscribed(1);
        connect(client, "publisher");
        store().hold();
        client.send(publish(1, false));
        replyBehindSync(subscriber, PacketType.PUBLISH);
    }

    @Test
    @DisplayName("D9 PUBREL to a subscriber waits for its PUBREC")
    void pubRel_toSubscriber_waits() throws Exception {
        subscribed(2);
        connect(client, "publisher");
        client.send(publish(2, false));
        Publish received = (Publish) expect(subscriber, PacketType.PUBLISH);
        replyBehindSync(subscriber, new PubRec(received.packetId()), PacketType.PUBREL);
    }

    @Test
    @DisplayName("D10 the close after DISCONNECT waits for the removal of the will")
    void close_afterDisconnect_waits() throws Exception {
        client.connect("c", false, will());
        expect(client, PacketType.CONNACK);
        store().hold();
        client.send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        store().awaitHeld();
        assertThat(client.isSilent(SILENCE_MILLIS)).as("still open").isTrue();
        store().release();
        @Nullable Packet end = client.receive();
        assertThat(end).isNull();
    }
}

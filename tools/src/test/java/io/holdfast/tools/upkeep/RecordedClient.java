// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.upkeep;

import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.Message;
import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A durable client whose every step stands in a history, for the judge of histories. */
final class RecordedClient {
    private static final Duration SILENCE = Duration.ofMillis(700);
    private static final Duration TICK = Duration.ofMillis(50);

    private final History history;
    final String name;
    private int connection;
    private int published;
    private WireClient client;
    private byte[] halfDone = {};
    private String halfTopic = "";
    private int halfId;

    RecordedClient(History history, int port, String name) throws IOException {
        this.history = history;
        this.name = name;
        client = open(port);
    }

    private WireClient open(int port) throws IOException {
        connection++;
        WireClient opened = WireClient.open(port);
        history.record(new Event.ConnectCalled(name, connection, false, Optional.empty()));
        WirePacket connack = opened.connect(WireConnect.durable(name));
        history.record(new Event.Connected(name, connection, connack.sessionPresent()));
        return opened;
    }

    void reconnect(int port) throws IOException {
        client = open(port);
    }

    /** The connection breaks. */
    void drop() throws IOException {
        history.record(new Event.DropCalled(name, connection));
        client.reset();
    }

    void subscribe(int qos, String filter) throws IOException {
        history.record(new Event.SubscribeCalled(name, connection, filter, qos));
        int[] granted = client.subscribe(qos, filter);
        history.record(new Event.Subscribed(name, connection, filter, granted[0]));
    }

    /** Publishes and awaits everything that completes it. */
    void publish(String topic, int qos, int fillerBytes) throws IOException {
        byte[] payload = Payload.bytes(name + "-" + ++published, fillerBytes);
        int id = client.nextPacketId();
        Message message = new Message(topic, Payload.of(payload), qos, false);
        history.record(new Event.PublishCalled(name, connection, message, id, false));
        client.send(PacketBytes.publish(topic, payload, qos, false, id, false));
        client.expectAck(qos == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, id);
        history.record(new Event.PublishOwned(name, connection, id));
        if (qos == 2) {
            client.ack(WirePacket.PUBREL, id);
            client.expectAck(WirePacket.PUBCOMP, id);
            history.record(new Event.PublishCompleted(name, connection, id));
        }
    }

    /** Publishes at QoS 2 and is told that the broker owns it; the rest is for {@link #resume}. */
    void publishHalf(String topic) throws IOException {
        halfDone = Payload.bytes(name + "-half", 10);
        halfTopic = topic;
        halfId = client.nextPacketId();
        sendHalf(false);
    }

    /** Sends again what was half done, as after a PUBREC that was lost, and goes on to its end. */
    void resume() throws IOException {
        sendHalf(true);
        client.ack(WirePacket.PUBREL, halfId);
        client.expectAck(WirePacket.PUBCOMP, halfId);
        history.record(new Event.PublishCompleted(name, connection, halfId));
    }

    private void sendHalf(boolean dup) throws IOException {
        Message message = new Message(halfTopic, Payload.of(halfDone), 2, false);
        history.record(new Event.PublishCalled(name, connection, message, halfId, dup));
        client.send(PacketBytes.publish(halfTopic, halfDone, 2, false, halfId, dup));
        client.expectAck(WirePacket.PUBREC, halfId);
        history.record(new Event.PublishOwned(name, connection, halfId));
    }

    /** Reads what comes within a moment and acknowledges it, but for every so-manieth. */
    void readSome(int packets, int unanswered) throws IOException {
        for (int i = 0; i < packets; i++) {
            Optional<WirePacket> packet = client.poll(TICK);
            if (packet.isPresent()) {
                take(packet.get(), i % unanswered != 0);
            }
        }
    }

    /** Reads and acknowledges all that was published before a message to this topic, and then until nothing comes any more. */
    void drain(String lastTopic) throws IOException {
        WirePacket last;
        do {
            last = client.read();
            take(last, true);
        } while (last.type() != WirePacket.PUBLISH || !last.topic().equals(lastTopic));
        for (Optional<WirePacket> packet = client.poll(SILENCE); packet.isPresent(); packet = client.poll(SILENCE)) {
            take(packet.get(), true);
        }
    }

    private void take(WirePacket packet, boolean answer) throws IOException {
        int id = packet.packetId();
        if (packet.type() == WirePacket.PUBLISH) {
            Message message = new Message(packet.topic(), Payload.of(packet.payload()), packet.qos(), packet.retain());
            history.record(new Event.Received(name, connection, message, id, packet.dup()));
            if (answer && packet.qos() == 1) {
                history.record(new Event.AckCalled(name, connection, id));
                client.ack(WirePacket.PUBACK, id);
            } else if (answer && packet.qos() == 2) {
                history.record(new Event.RecCalled(name, connection, id));
                client.ack(WirePacket.PUBREC, id);
            }
        } else if (packet.type() == WirePacket.PUBREL) {
            history.record(new Event.ReleaseSeen(name, connection, id));
            if (answer) {
                client.ack(WirePacket.PUBCOMP, id);
            }
        } else {
            history.record(new Event.Surprise(name, connection, packet.toString()));
        }
    }
}

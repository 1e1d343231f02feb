// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.Message;
import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A durable publisher of QoS 0, 1 and 2 messages. What is not completed when a connection breaks is sent again on the
 * next one, in order, with its old packet ids: PUBLISH with DUP before its PUBACK or PUBREC, PUBREL after PUBREC.
 */
final class PublisherActor extends Actor {
    private static final int WINDOW_MAX = 24;
    private static final int TOPICS = 6;

    private static final class Pending {
        final Message message;
        final byte[] payload;
        boolean released;

        Pending(Message message, byte[] payload) {
            this.message = message;
            this.payload = payload;
        }
    }

    private final int messagesPerRound;
    private final boolean groupsOnly;

    // valid for session
    private final Map<Integer, Pending> pending = new LinkedHashMap<>();
    private int nextPacketId = 1;
    private int number;
    private volatile boolean idle = true;

    // valid for round
    private int budgetRound;
    private int budget;

    /**
     * A publisher.
     *
     * @param groupsOnly whether all it publishes is for shared groups
     */
    PublisherActor(Campaign campaign, String name, boolean groupsOnly) {
        super(campaign, name);
        this.groupsOnly = groupsOnly;
        this.messagesPerRound = campaign.plan().messagesPerRound();
    }

    @Override
    WireConnect connect() {
        return WireConnect.plain(dialect, name, false);
    }

    @Override
    boolean hasWill() {
        return true;
    }

    @Override
    boolean idle() {
        return idle;
    }

    @Override
    void work(boolean sessionPresent) throws IOException {
        int window = random.nextInt(1, WINDOW_MAX);
        int reconnectAfter = random.nextInt(50, 1_000);
        resend();
        while (true) {
            Gate.Mode mode = mode();
            if (mode == Gate.Mode.LEAVE) {
                disconnect();
                return;
            }
            if (mode == Gate.Mode.OPEN && budget() > 0 && pending.size() < window) {
                publish();
                if (--reconnectAfter == 0) {
                    leaveAndComeBack();
                    return;
                }
                continue;
            }
            idle = pending.isEmpty();
            Optional<WirePacket> packet = client().poll(TICK);
            if (packet.isPresent()) {
                handle(packet.get());
            }
        }
    }

    private int budget() {
        if (budgetRound != round()) {
            budgetRound = round();
            budget = messagesPerRound;
        }
        return budget;
    }

    private void leaveAndComeBack() throws IOException {
        if (random.nextBoolean()) {
            disconnect();
        } else {
            drop();
        }
    }

    private void resend() throws IOException {
        for (Map.Entry<Integer, Pending> entry : pending.entrySet()) {
            int id = entry.getKey();
            Pending unfinished = entry.getValue();
            if (unfinished.released) {
                client().ack(WirePacket.PUBREL, id);
            } else {
                send(id, unfinished, true);
            }
        }
    }

    private void publish() throws IOException {
        budget--;
        number++;
        // QoS 0 is there to be mixed in between, not to be judged for loss.
        int dice = random.nextInt(20);
        int qos = dice == 0 ? 0 : dice < 10 ? 1 : 2;
        boolean grouped = groupsOnly || random.nextInt(5) == 0;
        boolean retain = !grouped && random.nextInt(7) == 0;
        boolean expiring = dialect.isMqtt5() && !grouped && !retain && random.nextInt(9) == 0;
        String kind = grouped ? Cast.GROUPED : retain ? "r/" + name + "/" : expiring ? Extras.EXPIRING : "t/";
        String topic = kind + random.nextInt(TOPICS);
        boolean clear = retain && random.nextInt(6) == 0;
        int filler = random.nextInt(40) == 0 ? random.nextInt(2_000, 10_000) : random.nextInt(60);
        byte[] payload = clear ? new byte[0] : Payload.bytes(name + "-" + number, filler);
        Pending added = new Pending(new Message(topic, Payload.of(payload), qos, retain), payload);
        int id = 0;
        if (qos > 0) {
            id = freePacketId();
            pending.put(id, added);
            idle = false;
        }
        send(id, added, false);
    }

    private void send(int id, Pending sent, boolean dup) throws IOException {
        Message message = sent.message;
        history.record(new Event.PublishCalled(name, connection, message, id, dup));
        client().send(bytes(message, sent.payload, id, dup));
    }

    private byte[] bytes(Message message, byte[] payload, int id, boolean dup) {
        String topic = message.topic();
        if (dialect.isMqtt5()) {
            // a message that is sent again may be one that the broker never saw: its time begins now
            WireProperties extras = Extras.of(topic, message.payload().id(), System.currentTimeMillis());
            return PacketBytes.publish5(topic, payload, message.qos(), message.retain(), id, dup, extras);
        }
        return PacketBytes.publish(topic, payload, message.qos(), message.retain(), id, dup);
    }

    private int freePacketId() {
        while (pending.containsKey(nextPacketId)) {
            nextPacketId = nextPacketId % 65_535 + 1;
        }
        int id = nextPacketId;
        nextPacketId = nextPacketId % 65_535 + 1;
        return id;
    }

    private void handle(WirePacket packet) throws IOException {
        boolean ack = packet.type() >= WirePacket.PUBACK && packet.type() <= WirePacket.PUBCOMP;
        Pending known = ack ? pending.get(packet.packetId()) : null;
        boolean refused = packet.reasonCode() >= 0x80 && packet.type() != WirePacket.PUBCOMP;
        if (known == null || refused) {
            surprise(packet);
            return;
        }
        int id = packet.packetId();
        boolean qos2 = known.message.qos() == 2;
        if (packet.type() == WirePacket.PUBACK && !qos2) {
            pending.remove(id);
            acknowledged(new Event.PublishOwned(name, connection, id));
        } else if (packet.type() == WirePacket.PUBREC && qos2 && !known.released) {
            known.released = true;
            acknowledged(new Event.PublishOwned(name, connection, id));
            client().ack(WirePacket.PUBREL, id);
        } else if (packet.type() == WirePacket.PUBCOMP && known.released) {
            pending.remove(id);
            acknowledged(new Event.PublishCompleted(name, connection, id));
        } else {
            surprise(packet);
        }
    }
}

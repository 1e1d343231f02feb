// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What most rows need: who receives what. "Not received" is shown by a fence: a last message that the same publisher sends
 * through the same session, before which everything else must have come.
 */
final class Exchange {
    private Exchange() {}

    /** The topics, in order, of which a subscriber of one filter receives a message when each is published once. */
    static List<String> topicsReceived(SharedBroker broker, String filter, String... topics) throws IOException {
        try (WireClient subscriber = broker.anyClient();
                WireClient publisher = broker.anyClient()) {
            String fence = subscribeWithFence(broker, subscriber, 1, filter);
            for (String topic : topics) {
                publisher.publish(topic, "x", 1, false);
            }
            publisher.publish(fence, "fence", 1, false);
            return untilFence(subscriber, fence).stream().map(WirePacket::topic).toList();
        }
    }

    /** Subscribes a client to a filter and to a fence topic of its own, which is returned. */
    static String subscribeWithFence(SharedBroker broker, WireClient client, int qos, String filter)
            throws IOException {
        String fence = broker.uniqueName("fence/");
        int[] codes = client.subscribe(qos, fence, filter);
        if (codes[0] != qos || codes[1] != qos) {
            throw new AssertionError("SUBSCRIBE of '" + filter + "' not granted");
        }
        return fence;
    }

    /** Subscribes a client that should receive nothing to a fence alone. */
    static String subscribeFence(SharedBroker broker, WireClient client) throws IOException {
        String fence = broker.uniqueName("fence/");
        client.subscribe(1, fence);
        return fence;
    }

    /** The new messages before the fence, without retained ones; everything is acknowledged. */
    static List<WirePacket> untilFence(WireClient client, String fence) throws IOException {
        return untilFence(client, fence, new HashSet<>());
    }

    /**
     * The same for a client that still holds QoS 2 packet ids from an earlier connection: a PUBLISH under such an id is no
     * new message. The set is kept up to date.
     */
    static List<WirePacket> untilFence(WireClient client, String fence, Set<Integer> held) throws IOException {
        List<WirePacket> received = new ArrayList<>();
        for (WirePacket packet : allUntilFence(client, fence)) {
            if (packet.type() == WirePacket.PUBREL) {
                held.remove(packet.packetId());
            } else if ((packet.qos() < 2 || held.add(packet.packetId())) && !packet.retain()) {
                received.add(packet);
            }
        }
        return received;
    }

    /** Every PUBLISH and PUBREL before the fence arrives, re-sent ones too; everything is acknowledged. */
    static List<WirePacket> allUntilFence(WireClient client, String fence) throws IOException {
        List<WirePacket> packets = new ArrayList<>();
        while (true) {
            WirePacket packet = client.read();
            if (packet.type() == WirePacket.PUBREL) {
                client.ack(WirePacket.PUBCOMP, packet.packetId());
            } else if (packet.type() != WirePacket.PUBLISH) {
                throw new AssertionError("unexpected " + packet);
            } else if (packet.qos() > 0) {
                client.ack(packet.qos() == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, packet.packetId());
            }
            if (packet.type() == WirePacket.PUBLISH && packet.topic().equals(fence)) {
                return packets;
            }
            packets.add(packet);
        }
    }

    /**
     * What a new subscriber of a filter gets because it subscribes. The fence is a retained message too, of a second filter
     * in the same SUBSCRIBE: a live one could overtake.
     */
    static List<WirePacket> retained(SharedBroker broker, String filter) throws IOException {
        String fence = broker.uniqueName("fence/");
        try (WireClient late = broker.anyClient();
                WireClient publisher = broker.anyClient()) {
            publisher.publish(fence, "fence", 1, true);
            late.subscribe(2, filter, fence);
            List<WirePacket> packets = allUntilFence(late, fence);
            publisher.publish(fence, "", 1, true);
            return packets.stream()
                    .filter(packet -> packet.type() == WirePacket.PUBLISH)
                    .toList();
        }
    }

    /** A durable subscriber that is offline again; returns its fence topic. */
    static String offlineSubscriber(SharedBroker broker, String clientId, int qos, String filter) throws IOException {
        WireClient client = broker.connected(WireConnect.durable(clientId));
        String fence = subscribeWithFence(broker, client, qos, filter);
        client.disconnect();
        return fence;
    }

    /** Ends a session for good. */
    static void forget(SharedBroker broker, String clientId) throws IOException {
        broker.connected(WireConnect.clean(clientId)).disconnect();
    }

    /** A PUBLISH with text payload. */
    static byte[] publish(String topic, String text, int qos, int packetId, boolean dup) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return PacketBytes.publish(topic, payload, qos, false, packetId, dup);
    }
}

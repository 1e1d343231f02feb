// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.client;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.tools.client.ClientConnection;

/**
 * A client that notices whether it is still served: it pings, and publishes to itself at QoS 1, so that each PUBACK stands
 * for a message that was stored. Its event loop only.
 */
public final class Witness extends LoadClient {
    private static final int PACKET_ID = 1;
    private static final byte[] PAYLOAD = {'w'};

    private final TopicName topic;

    /**
     * A witness that is not connected.
     *
     * @param root of its topic; its number follows
     */
    public Witness(Crew crew, int number, String root) {
        super(crew, number);
        topic = TopicName.of(root + "/" + number);
    }

    /** Subscribes to its own topic; succeeds with the SUBACK. */
    public void listen(Outcome outcome) {
        subscribe(TopicFilter.parse(topic.toString()), QoS.AT_LEAST_ONCE, outcome);
    }

    /** Succeeds with the PINGRESP. */
    public void ping(Outcome outcome) {
        ask(PingReq.INSTANCE, outcome);
    }

    /** Succeeds with the PUBACK. */
    public void publish(Outcome outcome) {
        ask(new Publish(PACKET_ID, QoS.AT_LEAST_ONCE, false, false, topic, PAYLOAD, Properties.NONE), outcome);
    }

    @Override
    void onPacket(Packet packet, long nowNanos) {
        ClientConnection open = connection();
        if (packet instanceof Publish mine && open != null) {
            open.send(new PubAck(mine.packetId()));
            open.flush();
        } else if (packet instanceof PingResp || packet instanceof PubAck) {
            answered();
        }
    }
}

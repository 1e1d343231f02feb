// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.cost;

import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One end of a stream of messages on a thread of its own: publishes within a window, or receives and acknowledges. */
final class StreamClient implements AutoCloseable {
    private final WireClient client;
    private final int qos;

    StreamClient(WireClient client, int qos) {
        this.client = client;
        this.qos = qos;
    }

    /** Publishes {@code messages} with at most {@code window} unfinished ones, and returns when all are finished. */
    void publish(String topic, byte[] payload, int messages, int window) {
        try {
            int sent = 0;
            for (int finished = 0; finished < messages; ) {
                for (; sent < messages && sent - finished < window; sent++) {
                    client.send(PacketBytes.publish(topic, payload, qos, false, 1 + sent % 60_000, false));
                }
                WirePacket packet = client.read();
                if (packet.type() == WirePacket.PUBREC) {
                    client.ack(WirePacket.PUBREL, packet.packetId());
                } else {
                    finished++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Receives and acknowledges until {@code messages} have been received and acknowledged. */
    void receive(int messages) {
        try {
            for (int finished = 0; finished < messages; ) {
                WirePacket packet = client.read();
                switch (packet.type()) {
                    case WirePacket.PUBLISH -> {
                        client.ack(qos == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, packet.packetId());
                        finished += qos == 1 ? 1 : 0;
                    }
                    case WirePacket.PUBREL -> {
                        client.ack(WirePacket.PUBCOMP, packet.packetId());
                        finished++;
                    }
                    default -> throw new AssertionError("unexpected " + packet);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says DISCONNECT and waits until the broker has seen it. */
    void leave() throws IOException {
        client.disconnect();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}

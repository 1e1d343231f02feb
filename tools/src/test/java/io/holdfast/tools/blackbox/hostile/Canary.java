// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An ordinary client that stays connected through a class of hostile tests and is asked after each: a QoS 1 message to
 * itself must come back within the larger of 2 s and 20 times its idle median, and a newcomer must be let in.
 */
final class Canary implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private static final String TOPIC = "canary";
    private static final Duration PATIENCE_MIN = Duration.ofSeconds(2);
    private static final int IDLE_ROUNDS = 15;

    private final SharedBroker broker;
    private @Nullable WireClient client;
    private Duration patience = PATIENCE_MIN;

    Canary(SharedBroker broker) {
        this.broker = broker;
    }

    /** Comes back after a test that has restarted the broker. */
    void reconnect() throws IOException {
        client = broker.connected(WireConnect.clean("canary"));
        client.subscribe(1, TOPIC);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        client = broker.connected(WireConnect.clean("canary"));
        client.subscribe(1, TOPIC);
        long[] nanos = new long[IDLE_ROUNDS];
        for (int i = 0; i < IDLE_ROUNDS; i++) {
            nanos[i] = roundTripNanos(client);
        }
        Arrays.sort(nanos);
        Duration idle = Duration.ofNanos(20 * nanos[IDLE_ROUNDS / 2]);
        patience = idle.compareTo(PATIENCE_MIN) > 0 ? idle : PATIENCE_MIN;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (client == null) {
            throw new IllegalStateException("no canary");
        }
        if (!broker.process().alive()) {
            throw new AssertionError("the broker has died: " + broker.process().output());
        }
        Duration took = Duration.ofNanos(roundTripNanos(client));
        if (took.compareTo(patience) > 0) {
            throw new AssertionError("the canary waited " + took + ", more than " + patience);
        }
        try (WireClient newcomer = broker.anyClient()) {
            newcomer.packetsUntilPingResp();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (client != null) {
            client.close();
        }
    }

    private static long roundTripNanos(WireClient client) throws IOException {
        long start = System.nanoTime();
        int id = client.nextPacketId();
        client.send(PacketBytes.publish(TOPIC, new byte[] {'x'}, 1, false, id, false));
        // The PUBACK and the delivery may come in either order.
        boolean acked = false;
        boolean delivered = false;
        while (!acked || !delivered) {
            WirePacket packet = client.read();
            if (packet.type() == WirePacket.PUBACK) {
                acked = true;
            } else if (packet.type() == WirePacket.PUBLISH) {
                client.ack(WirePacket.PUBACK, packet.packetId());
                delivered = true;
            } else {
                throw new AssertionError("the canary got " + packet);
            }
        }
        return System.nanoTime() - start;
    }
}

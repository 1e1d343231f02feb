// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
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
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An ordinary client with a session that is kept, which stays connected through a class of hostile tests and is asked after
 * each: a QoS 1 and a QoS 2 message to itself must come back within the larger of 2 s and 20 times its idle median, and a
 * newcomer must be let in. A few times in a class the machine may stand still meanwhile; a broker that is held up is so
 * again. It speaks what its class speaks.
 */
final class Canary implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final String TOPIC = "canary";
    private static final Duration PATIENCE_MIN = Duration.ofSeconds(2);
    private static final int IDLE_ROUNDS = 15;

    /** How often it may wait longer without any fault of the broker. */
    private static final int LATE_MAX = 3;

    private final SharedBroker broker;
    private @Nullable WireClient client;
    private @Nullable Dialect dialect;
    private Duration patience = PATIENCE_MIN;
    private int late;

    Canary(SharedBroker broker) {
        this.broker = broker;
    }

    /** Asks a canary of its own at a broker that one test has for itself. */
    static void assertServed(BrokerProcess process) throws IOException {
        if (!process.alive()) {
            throw new AssertionError("the broker has died: " + process.output());
        }
        try (WireClient client = WireClient.connected(process.port(), WireConnect.durable(TOPIC))) {
            settle(client);
            client.subscribe(2, TOPIC);
            Duration took = roundTrip(client);
            for (int late = 0; late < LATE_MAX && took.compareTo(PATIENCE_MIN) > 0; late++) {
                took = roundTrip(client);
            }
            assertThat(took).as("the canary waited").isLessThanOrEqualTo(PATIENCE_MIN);
            client.disconnect();
        }
    }

    /** Comes back after a test that has restarted the broker. */
    void reconnect() throws IOException {
        client = broker.connected(WireConnect.durable(TOPIC));
        settle(client);
        client.subscribe(2, TOPIC);
        dialect = Dialect.current();
    }

    /** One round trip now, in the middle of whatever goes on, within the usual time but for a few in the class. */
    void sing() throws IOException {
        if (client == null) {
            throw new IllegalStateException("no canary");
        }
        Duration took = roundTrip(client);
        late += took.compareTo(patience) > 0 ? 1 : 0;
        assertThat(late)
                .as("times that the canary waited more than %s, now %s", patience, took)
                .isLessThanOrEqualTo(LATE_MAX);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        if (client != null && dialect == Dialect.current()) {
            return;
        }
        reconnect();
        Duration[] rounds = new Duration[IDLE_ROUNDS];
        for (int i = 0; i < IDLE_ROUNDS; i++) {
            rounds[i] = roundTrip(client);
        }
        Arrays.sort(rounds);
        Duration idle = rounds[IDLE_ROUNDS / 2].multipliedBy(20);
        patience = idle.compareTo(PATIENCE_MIN) > 0 ? idle : PATIENCE_MIN;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (!broker.process().alive()) {
            throw new AssertionError("the broker has died: " + broker.process().output());
        }
        sing();
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

    /** Completes what an earlier connection left open: an acknowledgement may have been lost with a killed broker. */
    private static void settle(WireClient client) throws IOException {
        for (WirePacket packet : client.packetsUntilPingResp()) {
            if (packet.type() == WirePacket.PUBREL) {
                client.ack(WirePacket.PUBCOMP, packet.packetId());
            } else {
                client.complete(packet);
            }
        }
    }

    /** The longer of the times that a QoS 1 and a QoS 2 message take. */
    private static Duration roundTrip(WireClient client) throws IOException {
        return Duration.ofNanos(Math.max(roundTripNanos(client, 1), roundTripNanos(client, 2)));
    }

    private static long roundTripNanos(WireClient client, int qos) throws IOException {
        long start = System.nanoTime();
        int id = client.nextPacketId();
        client.send(PacketBytes.publish(TOPIC, new byte[] {'x'}, qos, false, id, false));
        // What completes either direction may come in any order between the other's.
        boolean sent = false;
        boolean received = false;
        while (!sent || !received) {
            WirePacket packet = client.read();
            switch (packet.type()) {
                case WirePacket.PUBACK, WirePacket.PUBCOMP -> sent = true;
                case WirePacket.PUBREC -> client.ack(WirePacket.PUBREL, packet.packetId());
                case WirePacket.PUBLISH -> {
                    client.ack(qos == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, packet.packetId());
                    received = qos == 1;
                }
                case WirePacket.PUBREL -> {
                    client.ack(WirePacket.PUBCOMP, packet.packetId());
                    received = true;
                }
                default -> throw new AssertionError("the canary got " + packet);
            }
        }
        return System.nanoTime() - start;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.tools.blackbox.wire.FaultyWire;
import io.holdfast.tools.blackbox.wire.FaultyWire.Fault;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wire that breaks at any byte of a QoS 2 handshake. */
class FaultyWireIT {
    private static final String TOPIC = "w";
    private static final int ID = 7;

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}, from the client: {1}")
    @CsvSource({"CUT, true", "CUT, false", "RESET, true", "RESET, false"})
    @DisplayName("S15 T44 the wire breaks behind any byte of a QoS 2 handshake: the message comes exactly once")
    void publish_wireBreaksAtAnyByte_exactlyOnce(Fault fault, boolean fromClient) throws Exception {
        int bytes = fromClient
                ? WireConnect.durable("p").bytes().length + publish("m", false).length + 4
                : 3 * 4; // CONNACK, PUBREC, PUBCOMP
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), "connect-timeout=5m");
                WireClient subscriber = WireClient.connected(broker.port(), WireConnect.durable("s"))) {
            subscriber.subscribe(2, TOPIC);
            for (int good = 1; good <= bytes; good++) {
                String text = "m" + good;
                boolean received = false;
                boolean completed = false;
                try (FaultyWire wire = new FaultyWire(broker.port(), fault, fromClient, good);
                        WireClient client = WireClient.open(wire.port())) {
                    client.connect(WireConnect.durable("p"));
                    client.send(publish(text, false));
                    client.expectAck(WirePacket.PUBREC, ID);
                    received = true;
                    client.ack(WirePacket.PUBREL, ID);
                    client.expectAck(WirePacket.PUBCOMP, ID);
                    completed = true;
                } catch (IOException e) {
                    completed = false; // As it should be: the rest goes over a good wire.
                }
                if (!completed) {
                    goOn(broker.port(), text, received);
                }
                WirePacket message = subscriber.read(WirePacket.PUBLISH);
                assertThat(message.text()).isEqualTo(text);
                subscriber.complete(message);
                assertThat(subscriber.packetsUntilPingResp())
                        .as("behind byte %s", good)
                        .isEmpty();
            }
        }
    }

    private static byte[] publish(String text, boolean dup) {
        return PacketBytes.publish(TOPIC, text.getBytes(StandardCharsets.UTF_8), 2, false, ID, dup);
    }

    /** As the standard asks of a client: PUBLISH again with DUP, or PUBREL behind a PUBREC. */
    private static void goOn(int port, String text, boolean received) throws IOException {
        boolean known = received;
        for (int attempt = 1; ; attempt++) {
            try (WireClient client = WireClient.open(port)) {
                boolean present = client.connect(WireConnect.durable("p")).sessionPresent();
                if (!known) {
                    client.send(publish(text, present));
                    client.expectAck(WirePacket.PUBREC, ID);
                    known = true;
                }
                client.ack(WirePacket.PUBREL, ID);
                client.expectAck(WirePacket.PUBCOMP, ID);
                return;
            } catch (IOException e) {
                // What came over the broken wire may be read behind this CONNECT, and take the session over: once.
                if (attempt > 1) {
                    throw e;
                }
            }
        }
    }

    @Test
    @DisplayName("T02 a wire that stalls in a packet and then brings single bytes loses nothing")
    void publish_wireStallsOrTrickles_nothingLost() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), "connect-timeout=5m");
                WireClient subscriber = WireClient.connected(broker.port(), WireConnect.durable("s"));
                FaultyWire trickle = new FaultyWire(broker.port(), Fault.TRICKLE, true, 1);
                FaultyWire stall = new FaultyWire(broker.port(), Fault.STALL, true, 20);
                WireClient slow = WireClient.connected(trickle.port(), WireConnect.clean("slow"));
                WireClient stalled = WireClient.open(stall.port())) {
            subscriber.subscribe(1, TOPIC);
            slow.publish(TOPIC, "byte by byte", 2, false);
            WirePacket first = subscriber.read(WirePacket.PUBLISH);
            assertThat(first.text()).isEqualTo("byte by byte");
            subscriber.complete(first);

            stalled.send(PacketBytes.joined(
                    WireConnect.clean("stalled").bytes(),
                    PacketBytes.publish(TOPIC, "late".getBytes(StandardCharsets.UTF_8), 1, false, 1, false)));
            assertThat(subscriber.packetsUntilPingResp()).isEmpty();
            stall.resume();
            stalled.read(WirePacket.CONNACK);
            stalled.expectAck(WirePacket.PUBACK, 1);
            assertThat(subscriber.read(WirePacket.PUBLISH).text()).isEqualTo("late");
        }
    }
}

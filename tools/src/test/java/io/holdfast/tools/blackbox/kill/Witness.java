// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import io.holdfast.tools.blackbox.history.Event;
import io.holdfast.tools.blackbox.history.History;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.blackbox.history.Message;
import io.holdfast.tools.blackbox.history.Payload;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A client of the end of a campaign: reads what is retained, then stays to see wills that must not come. */
final class Witness implements AutoCloseable {
    private static final String NAME = "witness";
    private static final List<String> FILTERS = List.of("r/#", "will/#");
    private static final Duration QUIET = Duration.ofMillis(150);

    private final History history;
    private final WireClient client;
    private final Duration patience;

    /** A client that waits so long for a retained message that must come. */
    Witness(History history, int port, Duration patience) throws IOException {
        this.history = history;
        this.patience = patience;
        history.record(new Event.ConnectCalled(NAME, 1, true, Optional.empty()));
        this.client = WireClient.connected(port, WireConnect.clean(NAME));
        history.record(new Event.Connected(NAME, 1, false));
    }

    /** Subscribes, and reads until each topic that must have a retained message has come. */
    void readRetained() throws IOException {
        Set<String> missing = new HashSet<>(HistoryChecker.certainlyRetained(history.events()));
        for (String filter : FILTERS) {
            history.record(new Event.SubscribeCalled(NAME, 1, filter, 0));
            client.send(PacketBytes.subscribe(client.nextPacketId(), 0, filter));
        }
        int subacks = 0;
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            boolean complete = subacks == FILTERS.size() && missing.isEmpty();
            Optional<WirePacket> packet = client.poll(complete ? QUIET : patience);
            if (packet.isEmpty()) {
                break;
            }
            if (packet.get().type() == WirePacket.SUBACK) {
                history.record(new Event.Subscribed(NAME, 1, FILTERS.get(subacks++), 0));
            } else {
                missing.remove(received(packet.get()));
            }
        }
        FILTERS.forEach(filter -> history.record(new Event.RetainedRead(NAME, 1, filter)));
    }

    /** Reads what came while the others left. */
    void readRest() throws IOException {
        client.packetsUntilPingResp().forEach(this::received);
        for (Optional<WirePacket> packet = client.poll(QUIET); packet.isPresent(); packet = client.poll(QUIET)) {
            received(packet.get());
        }
    }

    private String received(WirePacket packet) {
        if (packet.type() != WirePacket.PUBLISH) {
            history.record(new Event.Surprise(NAME, 1, packet.toString()));
            return "";
        }
        Message message = new Message(packet.topic(), Payload.of(packet.payload()), packet.qos(), packet.retain());
        history.record(new Event.Received(NAME, 1, message, packet.packetId(), packet.dup()));
        return packet.topic();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}

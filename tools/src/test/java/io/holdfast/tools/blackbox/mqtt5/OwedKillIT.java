// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.mqtt5;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages that a durable subscription is still owed when the broker is killed (C13). */
@ParameterizedClass
@EnumSource(Dialect.class)
final class OwedKillIT {
    private static final int TRIES_MAX = 30;
    private static final Pattern QUEUED = Pattern.compile("recovered [0-9,]+ sessions, ([0-9,]+) queued");

    OwedKillIT(Dialect dialect) {
        dialect.speak();
    }

    private static void retain(BrokerProcess broker, int count) throws IOException {
        int window = 100;
        try (WireClient publisher = WireClient.connected(broker.port(), WireConnect.clean("publisher"))) {
            for (int from = 0; from < count; from += window) {
                byte[][] packets = new byte[window][];
                for (int i = 0; i < window; i++) {
                    packets[i] = PacketBytes.publish("owed/" + (from + i), new byte[20], 1, true, i + 1, false);
                }
                publisher.send(PacketBytes.joined(packets));
                for (int i = 0; i < window; i++) {
                    publisher.expectAck(WirePacket.PUBACK, i + 1);
                }
            }
        }
    }

    /** Messages in all queues at the last start, as the broker says. */
    private static int recovered(BrokerProcess broker) throws IOException {
        Matcher line = QUEUED.matcher(broker.wholeOutput());
        assertThat(line.find()).as(broker.output()).isTrue();
        return Integer.parseInt(line.group(1).replace(",", ""));
    }

    private static void restart(BrokerProcess broker) throws IOException {
        broker.kill();
        broker.restart();
    }

    /** The different topics that a resumed session receives, until there are as many as expected. */
    private static Set<String> resume(BrokerProcess broker, String id, int expected) throws IOException {
        Set<String> topics = new LinkedHashSet<>();
        try (WireClient client = WireClient.open(broker.port())) {
            assertThat(client.connect(WireConnect.durable(id)).sessionPresent()).isTrue();
            while (topics.size() < expected) {
                WirePacket packet = client.read(WirePacket.PUBLISH);
                topics.add(packet.topic());
                client.ack(WirePacket.PUBACK, packet.packetId());
            }
            assertThat(client.packetsUntilPingResp()).as("more than once").isEmpty();
        }
        return topics;
    }

    @ParameterizedTest(name = "messages read before the kill: {0}")
    @ValueSource(ints = {0, 150})
    @DisplayName(
            "[MQTT-3.3.1-6] [MQTT5-3.3.1-9] C13 retained messages owed to a durable subscription come after a SIGKILL between "
                    + "slices, every one")
    void kill_betweenSlices_everyRetainedMessageComes(int read) throws Exception {
        int count = 6_000;
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound())) {
            retain(broker, count);
            boolean between = false;
            for (int i = 0; i < TRIES_MAX && !between; i++) {
                String id = "subscriber" + i;
                try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable(id))) {
                    client.subscribe(1, "owed/#"); // SUBACK: from here on the client relies on it
                    for (int m = 0; m < read; m++) {
                        client.read(WirePacket.PUBLISH);
                    }
                    restart(broker);
                }
                int queued = recovered(broker);
                between = queued < count;
                assertThat(resume(broker, id, count)).hasSize(count);
                try (WireClient client = WireClient.connected(broker.port(), WireConnect.clean(id))) {
                    client.disconnect(); // The next try's queue is the only one.
                }
            }
            assertThat(between).as("killed between two slices").isTrue();
        }
    }

    @Test
    @DisplayName(
            "C13 what a durable subscription is owed never fills its queue beyond its limit, over SIGKILLs, and all of it "
                    + "comes")
    void kill_smallQueueLimit_boundedAndComplete() throws Exception {
        int count = 2_000;
        int limit = 250;
        int window = 10;
        try (BrokerProcess broker = BrokerProcess.start(
                HoldfastBroker.sound(), "session.queue-messages-max=" + limit, "session.receive-maximum=" + window)) {
            retain(broker, count);
            Set<String> topics = new LinkedHashSet<>();
            try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("subscriber"))) {
                client.subscribe(1, "owed/#");
            }
            int most = 0;
            for (int round = 0; round < 3; round++) {
                restart(broker);
                most = Math.max(most, recovered(broker));
                try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("subscriber"))) {
                    for (int i = 0; i < 300; i++) {
                        WirePacket packet = client.read(WirePacket.PUBLISH);
                        topics.add(packet.topic());
                        client.ack(WirePacket.PUBACK, packet.packetId());
                    }
                }
            }
            assertThat(most).as("queued").isPositive().isLessThanOrEqualTo(limit + window);
            try (WireClient client = WireClient.connected(broker.port(), WireConnect.durable("subscriber"))) {
                while (topics.size() < count) {
                    WirePacket packet = client.read(WirePacket.PUBLISH);
                    topics.add(packet.topic());
                    client.ack(WirePacket.PUBACK, packet.packetId());
                }
                assertThat(client.poll(Duration.ofMillis(300)).map(WirePacket::toString))
                        .isEmpty();
            }
            assertThat(topics).hasSize(count);
        }
    }
}

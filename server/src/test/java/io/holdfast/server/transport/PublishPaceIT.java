// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Connect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that publishes faster than it may is slowed down, not thrown out. */
class PublishPaceIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"session.publish-rate-max=20", "session.publish-bytes-per-second-max=2020"})
    @DisplayName("60 messages at 20 a second take two seconds, all are acknowledged, and others are not slowed down")
    void publish_tooFast_slowedDown(String limit) throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, limit, "store.durability=os");
                WireClient other = broker.connect("other", true);
                WireClient client = broker.connect("c", true)) {
            Packet[] burst = new Packet[60];
            for (int i = 0; i < burst.length; i++) {
                burst[i] = WireClient.publish("a", new byte[100], QoS.AT_LEAST_ONCE, i + 1);
            }
            // The best of several tries: a machine that does much else may keep the other one waiting now and then.
            boolean otherWasFirst = false;
            for (int tries = 0; tries < 5 && !otherWasFirst; tries++) {
                long began = System.nanoTime();
                client.send(burst);
                other.send(PingReq.INSTANCE);
                other.expect(PingResp.class);
                long otherMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                for (int i = 0; i < burst.length; i++) {
                    assertThat(client.expect(PubAck.class).packetId()).isEqualTo(i + 1);
                }
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                assertThat(millis).isGreaterThan(1_900);
                otherWasFirst = otherMillis < millis / 2;
            }
            assertThat(otherWasFirst).as("others are not slowed down").isTrue();
            assertThat(broker.broker().counters().sum(BrokerCounter.PUBLISHERS_PACED))
                    .isPositive();
        }
    }

    @Test
    @DisplayName("[MQTT-3.1.2-24] the keep alive of a client that is slowed down does not run: we are the silent side")
    void publish_tooFastForKeepAlive_staysConnected() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, "session.publish-rate-max=1", "store.durability=os");
                WireClient client = broker.open()) {
            Connect connect = new Connect(ProtocolVersion.MQTT_3_1_1, "c", true, 1, null, null, null, Properties.NONE);
            client.send( // At once: between the two a client on a busy machine could be silent for too long.
                    connect,
                    WireClient.publish("a", "1", QoS.AT_MOST_ONCE, 0),
                    WireClient.publish("a", "2", QoS.AT_MOST_ONCE, 0),
                    WireClient.publish("a", "3", QoS.AT_MOST_ONCE, 0),
                    WireClient.publish("a", "4", QoS.AT_MOST_ONCE, 0),
                    WireClient.publish("a", "5", QoS.AT_LEAST_ONCE, 1));
            client.expect(ConnAck.class);
            client.expect(PubAck.class);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.SharedBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Order within a stream in which some messages must wait for the disk and others need not. */
@ParameterizedClass
@EnumSource(Dialect.class)
final class StreamOrderIT {
    private static final int MESSAGES = 6_000;
    private static final int WINDOW = 12;
    // Enough for each of the broker's threads to own one.
    private static final int SUBSCRIBERS = 4;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker("connect-timeout=5m");

    StreamOrderIT(Dialect dialect) {
        dialect.speak();
    }

    @ParameterizedTest(name = "stream of QoS {0} to a clean session {1}")
    @CsvSource({"0, true", "0, false", "1, true", "1, false"})
    @DisplayName("[MQTT-4.6.0-5] [MQTT5-4.6.0-5] [MQTT5-4.6.0-6] S35 S36 retained and stored messages in "
            + "between, and of the stream itself, do not change the order of a stream [MQTT-4.6.0-6]")
    void publish_retainedInBetween_orderKept(int qos, boolean clean) throws Exception {
        long seed = Seeds.one();
        String name = "order" + qos + clean;
        Exchange.offlineSubscriber(BROKER, name + "offline", 1, name + "/#");
        List<WireClient> subscribers = new ArrayList<>();
        List<String> fences = new ArrayList<>();
        try (WireClient publisher = BROKER.anyClient()) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                String id = name + i;
                subscribers.add(BROKER.connected(clean ? WireConnect.clean(id) : WireConnect.durable(id)));
                fences.add(Exchange.subscribeWithFence(BROKER, subscribers.get(i), 1, name + "/stream"));
            }
            publishStream(publisher, name, qos, new SplittableRandom(seed));
            for (int i = 0; i < SUBSCRIBERS; i++) {
                publisher.publish(
                        fences.get(i), "", 1, false); // Another client's could overtake the end of the stream.
                int last = lastOfAscending(Exchange.untilFence(subscribers.get(i), fences.get(i)), seed);
                if (qos > 0) {
                    assertThat(last).as(Seeds.replay(seed)).isEqualTo(MESSAGES);
                }
                Exchange.forget(BROKER, name + i);
            }
        } finally {
            for (WireClient subscriber : subscribers) {
                subscriber.close();
            }
        }
        Exchange.forget(BROKER, name + "offline");
    }

    /** Keeps some messages under way all the time, as a busy publisher does; returns when all are acknowledged. */
    private static void publishStream(WireClient publisher, String name, int qos, SplittableRandom random)
            throws Exception {
        int underWay = 0;
        int helperId = 30_000;
        for (int i = 1; i <= MESSAGES; i++) {
            int dice = random.nextInt(8);
            if (dice < 2) {
                int id = ++helperId;
                publisher.send(PacketBytes.publish(name + "/other", new byte[] {'r'}, 1, dice == 0, id, false));
                underWay++;
            }
            byte[] number = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            publisher.send(PacketBytes.publish(name + "/stream", number, qos, dice == 2, i, false));
            underWay += qos;
            while (underWay > 0
                    && publisher
                            .poll(underWay >= WINDOW ? WireClient.PATIENCE : Duration.ZERO)
                            .isPresent()) {
                underWay--;
            }
        }
        while (underWay > 0) {
            publisher.read(WirePacket.PUBACK);
            underWay--;
        }
    }

    private static int lastOfAscending(List<WirePacket> packets, long seed) {
        int before = 0;
        for (WirePacket packet : packets) {
            int number = Integer.parseInt(packet.text());
            assertThat(number)
                    .as("message after %d, %s", before, Seeds.replay(seed))
                    .isGreaterThan(before);
            before = number;
        }
        return before;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.wire.Dialect;
import io.holdfast.tools.blackbox.wire.PacketBytes;
import io.holdfast.tools.blackbox.wire.WireClient;
import io.holdfast.tools.blackbox.wire.WireConnect;
import io.holdfast.tools.blackbox.wire.WirePacket;
import io.holdfast.tools.blackbox.wire.WireProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The check on what a real broker leaves: killed at any moment under load, running, and stopped. */
class StoreCheckBrokerIT {
    private static final int ROUNDS = 4;
    private static final int MILLIS_MAX = 1_200;
    /** Acknowledged messages before a kill: a broker without load proves nothing. */
    private static final int LOAD_MIN = 30;

    private static final Duration GLANCE = Duration.ofMillis(200);

    private final long seed = Seeds.one();
    private final AtomicInteger acknowledged = new AtomicInteger();

    @Test
    @DisplayName("T44 what a broker leaves that was killed under load is clean, and so is what it leaves when it stops")
    void check_killedBroker_clean() throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound())) {
            subscribe(broker.port());
            for (int round = 0; round < ROUNDS; round++) {
                List<Thread> load = load(broker.port(), round);
                boolean over = new CountDownLatch(1).await(random.nextInt(100, MILLIS_MAX), TimeUnit.MILLISECONDS);
                assertThat(over).isFalse(); // Nothing counts it down: the time is the condition.
                int enough = (round + 1) * LOAD_MIN;
                Awaitility.await().until(() -> acknowledged.get() > enough);
                requireClean(broker, "beside the broker");
                broker.kill();
                for (Thread thread : load) {
                    thread.join(TimeUnit.SECONDS.toMillis(30));
                }
                requireClean(broker, "killed in round " + round);
                broker.restart();
            }
            assertThat(broker.terminate()).isZero();
            requireClean(broker, "stopped");
        }
    }

    private void requireClean(BrokerProcess broker, String when) {
        DumpRun check = DumpRun.verb("check", broker.data(), "--deep");
        assertThat(check.out() + check.err())
                .as(when + ", " + Seeds.replay(seed))
                .isEqualTo("clean\n");
    }

    /** Durable subscribers of several kinds; most of them never come back. */
    private void subscribe(int port) throws IOException {
        for (int i = 0; i < 6; i++) {
            WireClient sleeper = WireClient.connected(port, WireConnect.durable("sleeper" + i));
            sleeper.subscribe(i % 3, "t/" + i % 2, "t/+");
            sleeper.disconnect();
        }
        for (int i = 0; i < 2; i++) {
            member(port, "member" + i).close();
        }
    }

    /** A member of a shared group; its session expires long after it has gone. */
    private static WireClient member(int port, String id) throws IOException {
        WireProperties hour = WireProperties.none().number(WireProperties.SESSION_EXPIRY, 3_600);
        WireClient member = WireClient.connected(
                port, WireConnect.plain(Dialect.MQTT_5, id, false).withProperties(hour, WireProperties.none()));
        member.send(PacketBytes.subscribe5(1, 2, WireProperties.none(), "$share/g/t/#"));
        Optional<WirePacket> packet = member.poll(GLANCE);
        while (packet.isPresent() && packet.get().type() != WirePacket.SUBACK) {
            packet = member.poll(GLANCE);
        }
        return member;
    }

    private List<Thread> load(int port, int round) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            threads.add(start("publisher" + i, () -> publish(port, number, round)));
        }
        threads.add(start("reader", () -> read(reader(port))));
        threads.add(start("member", () -> read(member(port, "member0"))));
        threads.add(start("passer-by", () -> comeAndGo(port)));
        return threads;
    }

    private static WireClient reader(int port) throws IOException {
        WireClient client =
                WireClient.connected(port, WireConnect.durable("reader").withWill("t/will", "gone", 1, true));
        client.send(PacketBytes.subscribe(1, 2, "t/#"));
        return client;
    }

    /** What a client does until the broker is killed. */
    private interface Life {
        void live() throws IOException;
    }

    private static Thread start(String name, Life life) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            life.live();
                        }
                    } catch (IOException | AssertionError e) {
                        // The broker was killed, which ends whatever the client was about.
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void publish(int port, int number, int round) throws IOException {
        try (WireClient client = WireClient.connected(port, WireConnect.durable("publisher" + number))) {
            for (int i = 0; i < 10_000; i++) {
                client.publish("t/" + i % 3, round + "-" + i, 1 + i % 2, i % 7 == 0);
                acknowledged.incrementAndGet();
            }
        }
    }

    /** Acknowledges most of what comes. */
    private static void read(WireClient client) throws IOException {
        try (client) {
            for (int i = 0; i < 10_000; i++) {
                Optional<WirePacket> packet = client.poll(GLANCE);
                if (packet.isPresent() && packet.get().type() == WirePacket.PUBLISH && i % 20 != 0) {
                    WirePacket publish = packet.get();
                    client.ack(publish.qos() == 1 ? WirePacket.PUBACK : WirePacket.PUBREC, publish.packetId());
                } else if (packet.isPresent() && packet.get().type() == WirePacket.PUBREL && i % 10 != 0) {
                    client.ack(WirePacket.PUBCOMP, packet.get().packetId());
                }
            }
        }
    }

    /** Sessions that begin and end. */
    private static void comeAndGo(int port) throws IOException {
        WireClient client =
                WireClient.connected(port, WireConnect.durable("passer-by").withWill("t/0", "bye", 2, false));
        client.send(PacketBytes.subscribe(5, 1, "t/0"));
        client.reset();
        WireClient.connected(port, WireConnect.clean("passer-by")).disconnect();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.admin.AdminEndpoint;
import io.holdfast.server.metrics.BrokerCounter;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.testkit.ForwardingStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real disk that fills up, small enough to do so at once. */
@RequiresTool("mount")
class DiskReserveIT {
    private static final long MIB = 1L << 20;
    private static final int PAYLOAD_BYTES = 64 << 10;

    @TempDir
    Path folder;

    private Path disk;
    private Path filler;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        filler = disk.resolve("filler");
        run("mount", "-t", "tmpfs", "-o", "size=300m,mode=0700", "tmpfs", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", disk.toString());
    }

    private static void run(String... line) throws Exception {
        assertThat(new ProcessBuilder(line).inheritIO().start().waitFor())
                .as("%s, which needs root", line[0])
                .isZero();
    }

    /** Something else takes the disk but for so much. */
    private void leave(long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
            file.seek(file.length());
            byte[] block = new byte[1 << 18];
            while (disk.toFile().getUsableSpace() > bytes + block.length) {
                file.write(block);
            }
        }
    }

    /** Something else takes the rest, to the last byte. */
    private void fill() throws IOException {
        try (OutputStream rest = Files.newOutputStream(disk.resolve("rest"))) {
            assertThatThrownBy(() -> {
                        while (true) {
                            rest.write(new byte[4_096]);
                        }
                    })
                    .hasMessageContaining("No space left");
        }
    }

    private static Publish message(int i) {
        byte[] payload = new byte[PAYLOAD_BYTES];
        new SplittableRandom(i).nextBytes(payload);
        return WireClient.publish("a/b", payload, QoS.AT_LEAST_ONCE, 1 + i % 60_000);
    }

    private static int readiness(RunningBroker broker) throws IOException {
        AdminEndpoint admin = broker.broker().admin();
        assertThat(admin).isNotNull();
        URI ready = URI.create("http://127.0.0.1:" + admin.address().getPort() + "/health/ready");
        HttpURLConnection asked = (HttpURLConnection) ready.toURL().openConnection();
        return asked.getResponseCode();
    }

    private static long count(RunningBroker broker, Enum<?> what) {
        return what instanceof ShardEvent event
                ? broker.broker().counters().sum(event)
                : broker.broker().counters().sum((BrokerCounter) what);
    }

    @Test
    @DisplayName(
            "T43 before the disk is full messages are not taken, stored ones are delivered, and it comes back by itself")
    void publish_diskNearlyFull_intakeStopsAndDeliveriesGoOn() throws Exception {
        try (RunningBroker broker = RunningBroker.start(
                        disk.resolve("data"), "store.disk-reserve-bytes=12MiB", "admin.enabled=true");
                WireClient canary = broker.connect("canary", true)) {
            canary.subscribe("c", QoS.AT_LEAST_ONCE);
            try (WireClient sleeper = broker.connect("sleeper", false)) {
                sleeper.subscribe("a/b", QoS.AT_LEAST_ONCE);
            }
            Awaitility.await().until(() -> readiness(broker) == 200);
            leave(20 * MIB);
            WireClient publisher = broker.connect("publisher", true);
            int taken = 0;
            for (; count(broker, ShardEvent.PUBLISH_DEFERRED) == 0; taken++) {
                publisher.send(message(taken));
                if (!comes(broker, publisher)) {
                    break;
                }
            }
            assertThat(taken).isBetween(10, 400);
            assertThat(disk.toFile().getUsableSpace()).as("left on the disk").isGreaterThan(8 * MIB);
            Awaitility.await().until(() -> readiness(broker) == 503);

            refuses5(broker);
            // What needs no disk goes on.
            canary.send(WireClient.publish("c", "alive", QoS.AT_LEAST_ONCE, 1));
            assertThat(canary.next()).isNotNull();
            Publish state =
                    new Publish(0, QoS.AT_MOST_ONCE, false, true, TopicName.of("c"), new byte[] {'s'}, Properties.NONE);
            canary.send(state);
            Packet came = canary.next(); // The rest of what "alive" brought comes before it.
            while (!(came instanceof Publish told && WireClient.text(told).equals("s"))) {
                assertThat(came).isNotNull();
                came = canary.next();
            }
            assertThat(count(broker, ShardEvent.RETAINED_REFUSED)).isEqualTo(1);
            // And so does what is stored.
            try (WireClient sleeper = broker.connect("sleeper", false)) {
                for (int i = 0; i < taken; i++) {
                    Publish publish = sleeper.expect(Publish.class);
                    assertThat(publish.payload()).isEqualTo(message(i).payload());
                    sleeper.send(new PubAck(publish.packetId()));
                }
            }
            Files.delete(filler);
            assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(1 + taken);
            publisher.close();
            Awaitility.await().until(() -> readiness(broker) == 200);
            assertThat(count(broker, BrokerCounter.INSTANCE_FAILURES)).isZero();
            try (WireClient sleeper = broker.connect("sleeper", false)) {
                assertThat(sleeper.expect(Publish.class).payload())
                        .isEqualTo(message(taken).payload());
            }
        }
    }

    /** Waits for the PUBACK, or until the publisher waits for the disk instead. */
    private static boolean comes(RunningBroker broker, WireClient publisher) throws IOException {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> publisher.available() > 0 || count(broker, ShardEvent.PUBLISH_DEFERRED) > 0);
        if (publisher.available() == 0) {
            return false;
        }
        publisher.expect(PubAck.class);
        return true;
    }

    private static void refuses5(RunningBroker broker) throws IOException {
        try (WireClient five = broker.open5()) {
            five.connect(WireClient.connect5("five", true, Properties.NONE));
            five.send(WireClient.bytes(ProtocolVersion.MQTT_5, message(7)));
            PubAck refusal = five.expect(PubAck.class);
            assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(refusal.properties().reasonString()).contains("disk");
        }
    }

    @Test
    @DisplayName("T43 when something else fills the disk the ballast makes room, and comes back behind the reserve")
    void look_fullDisk_ballastGivenBack() throws Exception {
        DiskReserve reserve = new DiskReserve(disk, 12 * MIB);
        reserve.look(0);
        assertThat(reserve.reserveBytes()).isEqualTo(12 * MIB);
        assertThat(reserve.isLow()).isFalse();
        assertThat(reserve.lacksBallast()).isTrue();
        reserve.keepBallast();
        assertThat(reserve.lacksBallast()).isFalse();
        assertThat(disk.resolve("ballast").toFile().length()).isEqualTo(6 * MIB);

        leave(0);
        assertThatThrownBy(() -> Files.write(disk.resolve("more"), new byte[1 << 20]))
                .hasMessageContaining("No space left");
        reserve.look(0);
        assertThat(reserve.isLow()).isTrue();
        assertThat(disk.toFile().getUsableSpace()).isGreaterThan(5 * MIB);
        reserve.look(0);
        assertThat(reserve.isLow())
                .as("what the ballast gave is not for messages")
                .isTrue();
        assertThat(reserve.lacksBallast()).isFalse();

        Files.delete(filler);
        reserve.look(0);
        assertThat(reserve.isLow()).isFalse();
        assertThat(reserve.lacksBallast()).isTrue();
    }

    @Test
    @DisplayName(
            "T43 what the store will write whatever happens is not free, and taking again needs more than refusing")
    void look_owedBytes_countedWithAGap() {
        DiskReserve reserve = new DiskReserve(disk, 12 * MIB);
        long usable = disk.toFile().getUsableSpace();
        reserve.look(usable - 13 * MIB);
        assertThat(reserve.isLow()).isFalse();
        assertThat(reserve.freeBytes()).isBetween(12 * MIB, 13 * MIB);
        reserve.look(usable - 11 * MIB);
        assertThat(reserve.isLow()).isTrue();
        reserve.look(usable - 18 * MIB);
        assertThat(reserve.isLow()).as("reserve, ballast and a tenth").isTrue();
        reserve.look(usable - 20 * MIB);
        assertThat(reserve.isLow()).isFalse();
    }

    @Test
    @DisplayName("T43 the disk is full before anybody could look: the ballast goes before the store is opened again")
    void reopen_fullDisk_ballastGivenBack() throws Exception {
        Path data = disk.resolve("data");
        RunningBroker.start(data).close();
        new DiskReserve(data, 12 * MIB).keepBallast();
        AtomicBoolean housekeeping = new AtomicBoolean();
        CountDownLatch never = new CountDownLatch(1);
        UnaryOperator<RowStore> stuck = rows -> new ForwardingStore(rows) {
            @Override
            public RowCursor cursor(Table table, byte[] from, byte[] to) {
                if (Thread.currentThread().getName().equals("holdfast-housekeeping") && !housekeeping.getAndSet(true)) {
                    try {
                        never.await(); // Who looks at the disk now and then is busy.
                    } catch (InterruptedException e) {
                        throw new StoreException("interrupted", e);
                    }
                }
                return super.cursor(table, from, to);
            }
        };
        try (RunningBroker broker = RunningBroker.start(data, stuck, "store.disk-reserve-bytes=12MiB")) {
            Awaitility.await().untilTrue(housekeeping);
            leave(0);
            fill();
            broker.broker().failInstance(new IllegalStateException("test"));
            Awaitility.await()
                    .until(() -> broker.broker().counters().sum(BrokerCounter.INSTANCE_FAILURES) > 0
                            && broker.broker().state() == BrokerState.RUNNING
                            && Files.notExists(data.resolve("ballast")));
            try (WireClient client = broker.connect("canary", true)) {
                client.subscribe("c", QoS.AT_MOST_ONCE);
            }
        }
    }

    @Test
    @DisplayName("T43 a twentieth of a small disk is reserve enough, and 0 turns it off")
    void reserve_smallDiskOrOff_bounded() {
        DiskReserve bounded = new DiskReserve(disk.resolve("not/yet/there"), 1L << 40);
        assertThat(bounded.reserveBytes()).isEqualTo(15 * MIB);
        DiskReserve off = new DiskReserve(disk, 0);
        off.look(0);
        assertThat(off.isLow()).isFalse();
        assertThat(off.lacksBallast()).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.LogLines;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.store.StoreReader;
import io.holdfast.storage.testkit.ForwardingStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start takes from a snapshot and what from rows, and rows that cannot be read. */
class RecoveryIT {
    @TempDir
    Path folder;

    private RunningBroker start() throws Exception {
        return RunningBroker.start(folder.resolve("data"));
    }

    private Path snapshot() {
        return folder.resolve("data/matcher.snapshot");
    }

    /** Sessions "one" on a/b and "two" on a/+, offline. */
    private void fill() throws Exception {
        try (RunningBroker broker = start()) {
            subscribe(broker, "one", "a/b");
            subscribe(broker, "two", "a/+");
        }
    }

    /** Returns when no retained messages are owed any more: a stop before that leaves no snapshot. */
    private static void subscribe(RunningBroker broker, String clientId, String filter) throws IOException {
        try (WireClient client = broker.connect(clientId, false)) {
            client.subscribe(filter, QoS.AT_LEAST_ONCE);
            barrier(client, 100);
            barrier(client, 101);
        }
    }

    /** Both sessions get a message that is published now. */
    private static void checkServed(RunningBroker broker, String text) throws IOException {
        publish(broker, text);
        for (String clientId : new String[] {"one", "two"}) {
            try (WireClient client = broker.open()) {
                assertThat(client.connect(clientId, false).sessionPresent()).isTrue();
                String came = "";
                while (!came.equals(text)) { // The log may still hold something for a session that was left alone.
                    Publish publish = client.expect(Publish.class);
                    came = WireClient.text(publish);
                    client.send(new PubAck(publish.packetId()));
                }
                barrier(client, 1);
            }
        }
    }

    /** Returns when the broker has done what the client sent before, and has it on disk. */
    private static void barrier(WireClient client, int packetId) throws IOException {
        client.send(new Unsubscribe(packetId, List.of(TopicFilter.parse("nothing")), Properties.NONE));
        client.expect(UnsubAck.class);
    }

    private static void publish(RunningBroker broker, String text) throws IOException {
        try (WireClient publisher = broker.connect("publisher", true)) {
            publisher.send(WireClient.publish("a/b", text, QoS.AT_LEAST_ONCE, 1));
            publisher.expect(PubAck.class);
        }
    }

    private static RecoveryReport report(RunningBroker broker) {
        RecoveryReport report = broker.broker().recovery();
        assertThat(report).isNotNull();
        return report;
    }

    @Test
    @DisplayName("after a clean stop the subscriptions come from the snapshot, as often as one likes")
    void start_afterCleanStop_usesSnapshot() throws Exception {
        fill();
        for (int i = 0; i < 3; i++) {
            try (RunningBroker broker = start()) {
                assertThat(report(broker).snapshot()).isTrue();
                assertThat(report(broker).subscriptions()).isEqualTo(2);
                assertThat(report(broker).sessions()).isEqualTo(2);
                assertThat(report(broker).queued()).isZero();
                checkServed(broker, "m" + i);
            }
        }
    }

    @Test
    @DisplayName("C27 the snapshot tells who is a member of a shared group: a move to it is not refused")
    void start_sharedGroup_membersFromSnapshot() throws Exception {
        try (RunningBroker broker = start()) {
            subscribe(broker, "one", "$share/g/a/#");
            subscribe(broker, "two", "a/b");
        }
        for (int i = 0; i < 2; i++) {
            try (RunningBroker broker = start()) {
                assertThat(report(broker).snapshot()).isTrue();
                checkServed(broker, "m" + i);
            }
        }
    }

    @Test
    @DisplayName("a damaged, missing or older snapshot is ignored and the rows are used")
    void start_snapshotUnfit_usesRows() throws Exception {
        fill();
        byte[] older = Files.readAllBytes(snapshot());
        byte[] damaged = older.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(snapshot(), damaged);
        try (RunningBroker broker = start()) {
            assertThat(report(broker).snapshot()).isFalse();
            assertThat(report(broker).subscriptions()).isEqualTo(2);
            checkServed(broker, "damaged");
            subscribe(broker, "three", "a/#");
        }
        Files.write(snapshot(), older);
        try (RunningBroker broker = start()) {
            assertThat(report(broker).snapshot()).isFalse();
            assertThat(report(broker).subscriptions()).isEqualTo(3);
            checkServed(broker, "older");
        }
        Files.delete(snapshot());
        try (RunningBroker broker = start()) {
            assertThat(report(broker).snapshot()).isFalse();
            checkServed(broker, "missing");
        }
    }

    @Test
    @DisplayName("a snapshot is not believed once anything was written after it, not even a subscription alone")
    void start_afterFailure_usesRows() throws Exception {
        fill();
        try (RunningBroker broker = start()) {
            subscribe(broker, "three", "a/#");
            broker.broker().failInstance(new IllegalStateException("as if a write had failed"));
            org.awaitility.Awaitility.await()
                    .until(() -> broker.broker().recovery() != null
                            && broker.broker().state() == BrokerState.RUNNING
                            && report(broker).subscriptions() == 3);
            assertThat(report(broker).snapshot()).isFalse();
            assertThat(report(broker).sessions()).isEqualTo(3);
            checkServed(broker, "three");
        }
    }

    @Test
    @DisplayName("T43 a store that cannot be opened again at first is tried until it can")
    void reopen_fails_triedAgain() throws Exception {
        fill();
        Path current = folder.resolve("data/rows/CURRENT");
        Path away = folder.resolve("away");
        try (LogLines lines = new LogLines(Broker.class.getName());
                RunningBroker broker = start()) {
            Files.move(current, away);
            broker.broker().failInstance(new IllegalStateException("as if a write had failed"));
            lines.await("cannot open the store again, trying every second: .*");
            Files.move(away, current);
            lines.await("serving again: .*");
            checkServed(broker, "again");
        }
    }

    /** A store in which the window row of one session is damaged while {@code damaged} says so. */
    private static UnaryOperator<RowStore> damagedWindow(AtomicBoolean damaged) {
        return rows -> new ForwardingStore(rows) {
            @Override
            public byte @Nullable [] get(Table table, byte[] key) {
                if (table == Table.INFLIGHT && damaged.get()) {
                    throw new DamagedRowException(table, key);
                }
                return super.get(table, key);
            }
        };
    }

    @Test
    @DisplayName("T41 a damaged session found after a crash does not keep the messages of all others on disk for ever")
    void recount_damagedSession_othersMessagesGo() throws Exception {
        fill();
        AtomicBoolean damaged = new AtomicBoolean(true);
        AtomicInteger lives = new AtomicInteger();
        UnaryOperator<RowStore> fromSecondLife = rows ->
                lives.incrementAndGet() == 1 ? rows : damagedWindow(damaged).apply(rows);
        LogLines log = new LogLines(BrokerInstance.class.getName());
        try (log;
                RunningBroker broker = RunningBroker.start(folder.resolve("data"), fromSecondLife)) {
            publish(broker, "before");
            broker.broker().failInstance(new IllegalStateException("as if a write had failed"));
            org.awaitility.Awaitility.await()
                    .until(() -> broker.broker().counters().sum(ShardEvent.ROW_DAMAGED) >= 2
                            && broker.broker().state() == BrokerState.RUNNING);
            damaged.set(false);
            pass(broker, 9_000);
            assertThat(broker.broker().state()).isEqualTo(BrokerState.RUNNING);
        }
        // A stop that a busy machine holds up leaves that to the next one, and says so.
        while (!log.beginning("some sessions' rows were not written in time").isEmpty()) {
            log.lines().clear();
            try (LogLines again = new LogLines(BrokerInstance.class.getName())) {
                start().close();
                log.lines().addAll(again.lines());
            }
        }
        // A stop deletes what nobody needs. Message 1 is older than the crash, and who knows who needs it; a whole
        // block
        // behind it is not.
        try (StoreReader rows = StoreReader.open(folder.resolve("data"), null)) {
            assertThat(rows.lastKey(Table.MESSAGE, Keys.number(0), Keys.number(4_096)))
                    .isNotNull();
            assertThat(rows.lastKey(Table.MESSAGE, Keys.number(4_096), Keys.number(8_192)))
                    .isNull();
            assertThat(rows.lastKey(Table.MESSAGE, Keys.number(8_192), Keys.end()))
                    .isNotNull();
        }
    }

    /** So many messages go through a session of its own, all at once and acknowledged. */
    private static void pass(RunningBroker broker, int count) throws IOException {
        try (WireClient subscriber = broker.connect("passer", false);
                WireClient publisher = broker.connect("publisher", true)) {
            subscriber.subscribe("pass", QoS.AT_LEAST_ONCE);
            for (int i = 0; i < count; i++) {
                publisher.send(WireClient.publish("pass", "m", QoS.AT_LEAST_ONCE, 1 + i % 1_000));
                if (i % 500 == 499) {
                    for (int j = 0; j < 500; j++) {
                        publisher.expect(PubAck.class);
                        subscriber.send(
                                new PubAck(subscriber.expect(Publish.class).packetId()));
                    }
                }
            }
            barrier(subscriber, 1);
        }
    }

    @Test
    @DisplayName("T41 a session whose rows are damaged is left alone: refused, not begun anew, and nobody else suffers")
    void connect_damagedSession_refused() throws Exception {
        fill();
        AtomicBoolean damaged = new AtomicBoolean(true);
        try (RunningBroker broker = RunningBroker.start(folder.resolve("data"), damagedWindow(damaged))) {
            publish(broker, "for nobody that can be read");
            try (WireClient client = broker.open()) {
                client.send(WireClient.connectPacket("one", false, null));
                ConnAck refusal = client.expect(ConnAck.class);
                assertThat(refusal.sessionPresent()).isFalse();
                assertThat(refusal.reasonCode()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
                assertThat(client.isClosedNext()).isTrue();
            }
            damaged.set(false);
            try (WireClient fresh = broker.connect("fresh", false)) {
                fresh.subscribe("a/b", QoS.AT_LEAST_ONCE);
                publish(broker, "again");
                assertThat(WireClient.text(fresh.expect(Publish.class))).isEqualTo("again");
            }
            org.awaitility.Awaitility.await()
                    .until(() -> broker.broker().counters().sum(ShardEvent.ROW_DAMAGED) == 2);
            assertThat(broker.broker().state()).isEqualTo(BrokerState.RUNNING);
        }
        try (RunningBroker broker = start()) {
            checkServed(broker, "mended");
        }
    }
}

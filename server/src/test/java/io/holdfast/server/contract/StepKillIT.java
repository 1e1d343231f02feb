// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.UnsubAck;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.admin.AdminClient;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.testkit.HeldStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a broker finds that was killed at a step of the protocol: before the sync, when nobody has an answer, and right behind
 * the answer. A copy of the folder is what the kill leaves, as what was not synced is in no file yet.
 */
class StepKillIT {
    @TempDir
    Path folder;

    RunningBroker broker;
    /** The client whose step it is. */
    WireClient client;

    private final AtomicReference<HeldStore> store = new AtomicReference<>();
    private final List<WireClient> clients = new ArrayList<>();
    private CompletableFuture<Integer> ordered = new CompletableFuture<>();

    @BeforeEach
    void start() throws Exception {
        broker = RunningBroker.start(
                folder.resolve("data"),
                rows -> {
                    store.set(new HeldStore(rows));
                    return store.get();
                },
                "admin.enabled=true");
        try (WireClient sub = broker.connect("sub", false)) {
            sub.subscribe("a/b", QoS.EXACTLY_ONCE);
        }
        client = open();
    }

    @AfterEach
    void stop() throws IOException {
        store.get().release();
        for (WireClient each : clients) {
            each.close();
        }
        broker.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("T44 killed before the sync of a step nothing of it has happened; killed behind its answer, all of it")
    void kill_aroundStep_nothingOrAll(KillStep step) throws Exception {
        step.preparation.on(this);
        settle();
        store().hold();
        step.step.on(this);
        store().awaitHeld();
        try (RunningBroker after = kill("before")) {
            assertThat(step.isThere.at(after)).as("before its sync").isFalse();
        }
        store().release();
        step.answer.on(this);
        try (RunningBroker after = kill("behind")) {
            assertThat(step.isThere.at(after)).as("behind its answer").isTrue();
        }
    }

    @Test
    @DisplayName(
            "T44 killed at each sync of a checkpoint sessions are what they were, handshakes in the middle included")
    void kill_inCheckpoint_sessionsAsTheyWere() throws Exception {
        client.connect("sub", false);
        for (String text : List.of("released", "completed", "sent")) {
            publish(broker, "a/b", text, QoS.EXACTLY_ONCE);
            client.expect(Publish.class);
        }
        for (int id : new int[] {1, 2}) {
            client.send(new PubRec(id));
            assertThat(client.expect(PubRel.class).packetId()).isEqualTo(id);
        }
        client.send(new PubComp(2));
        WireClient publisher = open();
        publisher.connect("pub", false);
        publisher.send(message(QoS.EXACTLY_ONCE, false, "inbound"));
        publisher.expect(PubRec.class);
        assertThat(WireClient.text(client.expect(Publish.class))).isEqualTo("inbound");
        settle();
        store().hold();
        // A clean stop is a checkpoint of everybody at once: the rows of all sessions, the end of the log behind them.
        CompletableFuture<Void> stop = CompletableFuture.runAsync(broker::close);
        int kills = 0;
        while (isSyncing(stop)) {
            try (RunningBroker after = kill("kill-" + ++kills)) {
                assertAsTheyWere(after);
            }
            store().pass();
        }
        stop.get(); // throws what went wrong
        assertThat(kills).as("syncs").isGreaterThanOrEqualTo(2);
        broker = RunningBroker.start(folder.resolve("data"));
        assertAsTheyWere(broker);
    }

    private boolean isSyncing(CompletableFuture<Void> stop) {
        boolean[] held = new boolean[1];
        await().until(() -> {
            held[0] = store().takeHeld();
            return held[0] || stop.isDone();
        });
        return held[0];
    }

    private static void assertAsTheyWere(RunningBroker after) throws IOException {
        try (WireClient sub = after.connect("sub", false)) {
            assertThat(sub.expect(PubRel.class).packetId()).isEqualTo(1);
            for (String text : List.of("sent", "inbound")) {
                Publish publish = sub.expect(Publish.class);
                assertThat(WireClient.text(publish)).isEqualTo(text);
                assertThat(publish.dup()).as(text + " again").isTrue();
            }
            sub.send(new PubComp(1));
        }
        try (WireClient publisher = after.connect("pub", false)) {
            publisher.send(message(QoS.EXACTLY_ONCE, true, "inbound"));
            publisher.expect(PubRec.class);
        }
        assertThat(received(after, "sub")).containsExactly("sent", "inbound");
    }

    // ---- what steps are made of

    HeldStore store() {
        return store.get();
    }

    /** A connection on which nothing was sent yet. */
    WireClient open() throws IOException {
        clients.add(broker.open());
        return clients.get(clients.size() - 1);
    }

    WireClient open5() throws IOException {
        clients.add(broker.open5());
        return clients.get(clients.size() - 1);
    }

    /** An operator orders something, and waits for the answer. */
    void order(String method, String path) throws IOException {
        AdminClient admin = new AdminClient(folder.resolve("data"));
        ordered = CompletableFuture.supplyAsync(() -> {
            try {
                return admin.send(method, path, "Bearer " + admin.token()).status();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    void ordered() throws Exception {
        assertThat(ordered.get(60, TimeUnit.SECONDS)).isEqualTo(200);
    }

    /** What was left to write lazily is written: everything before is on disk, and the next group is the step's. */
    void settle() throws IOException {
        publish(broker, "nobody", "x", QoS.AT_LEAST_ONCE);
        try (WireClient other = broker.connect("other", false)) {
            other.subscribe("settle", QoS.AT_LEAST_ONCE);
            // The look for retained messages makes a group of its own; these are behind it.
            for (int packetId = 2; packetId < 4; packetId++) {
                other.send(new Unsubscribe(packetId, List.of(TopicFilter.parse("nothing")), Properties.NONE));
                other.expect(UnsubAck.class);
            }
        }
    }

    /** As above, once the broker has what the client of the step has sent. */
    void settleStep() throws IOException {
        client.send(PingReq.INSTANCE);
        client.expect(PingResp.class);
        settle();
    }

    /** A broker on what the kill has left. */
    private RunningBroker kill(String name) throws Exception {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(
                        file,
                        copy.resolve(folder.resolve("data").relativize(file).toString()));
            }
        }
        return RunningBroker.start(copy);
    }

    static boolean isPresent(RunningBroker broker, String clientId) throws IOException {
        try (WireClient client = broker.open()) {
            return client.connect(clientId, false).sessionPresent();
        }
    }

    static Publish message(QoS qos, boolean dup, String text) {
        return new Publish(
                7, qos, dup, false, TopicName.of("a/b"), text.getBytes(StandardCharsets.UTF_8), Properties.NONE);
    }

    static void publish(RunningBroker broker, String topic, String text) throws IOException {
        publish(broker, topic, text, QoS.AT_LEAST_ONCE);
    }

    static void publish(RunningBroker broker, String topic, String text, QoS qos) throws IOException {
        try (WireClient publisher = broker.connect("probe", true)) {
            publisher.send(WireClient.publish(topic, text, qos, 1));
            assertThat(publisher.next()).isNotNull();
        }
    }

    /** Everything that waits for a session, and is acknowledged; a message of its own marks the end. */
    static List<String> received(RunningBroker broker, String clientId) throws IOException {
        List<String> texts = new ArrayList<>();
        try (WireClient subscriber = broker.connect(clientId, false)) {
            String end = "end-of-" + clientId;
            subscriber.send(new Subscribe(
                    1, List.of(new Subscribe.Request(TopicFilter.parse(end), QoS.AT_LEAST_ONCE)), Properties.NONE));
            for (Packet packet = subscriber.next(); packet != null; packet = subscriber.next()) {
                if (packet instanceof SubAck) {
                    publish(broker, end, "");
                } else if (packet instanceof PubRel released) {
                    subscriber.send(new PubComp(released.packetId()));
                } else if (packet instanceof Publish publish && publish.topic().equals(TopicName.of(end))) {
                    subscriber.send(new PubAck(publish.packetId()), PingReq.INSTANCE);
                } else if (packet instanceof PingResp) {
                    break; // The broker knows what was acknowledged.
                } else if (packet instanceof Publish publish) {
                    texts.add(WireClient.text(publish));
                    boolean atLeastOnce = publish.qos() == QoS.AT_LEAST_ONCE;
                    subscriber.send(atLeastOnce ? new PubAck(publish.packetId()) : new PubRec(publish.packetId()));
                }
            }
        }
        return texts;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.SubAck;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.RecoveryReport;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import io.holdfast.storage.testkit.HeldStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a broker finds that was killed at a step of the protocol: before the sync, when the client has no answer, and right
 * behind the answer. A copy of the folder is what the kill leaves, as what was not synced is in no file yet.
 */
class StepKillIT {
    /** A step: what goes before it, the packet, and what a start tells of it. */
    enum Step {
        CONNECT_NEW {
            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(WireClient.connectPacket("new", false, null));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                return isPresent(after, "new");
            }
        },
        CONNECT_CLEAN_ENDS_SESSION {
            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(WireClient.connectPacket("sub", true, null));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                return !isPresent(after, "sub");
            }
        },
        SUBSCRIBE {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("late", false);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(new Subscribe(
                        1,
                        List.of(new Subscribe.Request(TopicFilter.parse("late"), QoS.AT_LEAST_ONCE)),
                        Properties.NONE));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                publish(after, "late", "probe");
                return received(after, "late").equals(List.of("probe"));
            }
        },
        UNSUBSCRIBE {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("sub", false);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(new Unsubscribe(1, List.of(TopicFilter.parse("a/b")), Properties.NONE));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                publish(after, "a/b", "probe");
                return received(after, "sub").isEmpty();
            }
        },
        PUBLISH_QOS_1 {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("pub", false);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(message(QoS.AT_LEAST_ONCE, false, false, "m"));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                return received(after, "sub").equals(List.of("m"));
            }
        },
        PUBLISH_RETAINED {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("pub", false);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(new Publish(
                        7, QoS.AT_LEAST_ONCE, false, true, TopicName.of("kept"), new byte[] {1}, Properties.NONE));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                RecoveryReport found = after.broker().recovery();
                return found != null && found.retained() == 1;
            }
        },
        /** The publisher sends it again with DUP; that must not make two of it. */
        PUBLISH_QOS_2 {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("pub", false);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(message(QoS.EXACTLY_ONCE, false, false, "m"));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                List<String> before = received(after, "sub");
                try (WireClient publisher = after.connect("pub", false)) {
                    publisher.send(message(QoS.EXACTLY_ONCE, true, false, "m"));
                    publisher.expect(PubRec.class);
                    publisher.send(new PubRel(7));
                    assertThat(publisher.next()).isNotNull();
                }
                List<String> again = received(after, "sub");
                assertThat(before.size() + again.size()).as("copies in all").isEqualTo(1);
                return !before.isEmpty();
            }
        },
        /** Afterwards the identifier means another message. */
        PUBREL {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("pub", false);
                test.client.send(message(QoS.EXACTLY_ONCE, false, false, "m"));
                test.client.expect(PubRec.class);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(new PubRel(7));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                try (WireClient publisher = after.connect("pub", false)) {
                    publisher.send(message(QoS.EXACTLY_ONCE, false, false, "next"));
                    publisher.expect(PubRec.class);
                }
                return received(after, "sub").equals(List.of("m", "next"));
            }
        },
        /** Afterwards PUBREL is sent again, not PUBLISH. */
        PUBREC {
            @Override
            void prepare(StepKillIT test) throws IOException {
                test.client.connect("sub", false);
                publish(test.broker, "a/b", "m", QoS.EXACTLY_ONCE);
                test.client.expect(Publish.class);
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(new PubRec(1));
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                try (WireClient subscriber = after.connect("sub", false)) {
                    return subscriber.next() instanceof PubRel;
                }
            }
        },
        /** Before it counts, the will comes; afterwards it never does. */
        DISCONNECT {
            @Override
            void prepare(StepKillIT test) throws IOException {
                Will will = new Will(
                        TopicName.of("a/b"),
                        "will".getBytes(StandardCharsets.UTF_8),
                        QoS.AT_LEAST_ONCE,
                        false,
                        Properties.NONE);
                test.client.connect(WireClient.connectPacket("mortal", false, will));
            }

            @Override
            void send(StepKillIT test) throws IOException {
                test.client.send(Disconnect.NORMAL);
            }

            @Override
            boolean isThere(RunningBroker after) throws IOException {
                publish(after, "a/b", "end");
                return received(after, "sub").equals(List.of("end"));
            }
        };

        void prepare(StepKillIT test) throws IOException {
            // Most steps begin with nothing.
        }

        abstract void send(StepKillIT test) throws IOException;

        /** Whether a broker that starts afterwards knows of it. */
        abstract boolean isThere(RunningBroker after) throws IOException;
    }

    @TempDir
    Path folder;

    private final AtomicReference<HeldStore> store = new AtomicReference<>();
    private RunningBroker broker;
    private WireClient client;

    @BeforeEach
    void start() throws Exception {
        broker = RunningBroker.start(folder.resolve("data"), rows -> {
            store.set(new HeldStore(rows));
            return store.get();
        });
        try (WireClient sub = broker.connect("sub", false)) {
            sub.subscribe("a/b", QoS.EXACTLY_ONCE);
        }
        client = broker.open();
    }

    @AfterEach
    void stop() throws IOException {
        store.get().release();
        client.close();
        broker.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("T44 killed before the sync of a step nothing of it has happened; killed behind its answer, all of it")
    void kill_aroundStep_nothingOrAll(Step step) throws Exception {
        step.prepare(this);
        settle();
        store.get().hold();
        step.send(this);
        store.get().awaitHeld();
        assertThat(isThereAfterKill(step, "before")).as("before its sync").isFalse();
        store.get().release();
        Packet answer = client.next();
        assertThat(answer == null)
                .as("an answer, or the close after DISCONNECT")
                .isEqualTo(step == Step.DISCONNECT);
        assertThat(isThereAfterKill(step, "behind")).as("behind its answer").isTrue();
    }

    /** What the preparation left to write lazily is written: the next group is the step's. */
    private void settle() throws IOException {
        publish(broker, "nobody", "x", QoS.AT_LEAST_ONCE);
        try (WireClient other = broker.connect("other", false)) {
            other.subscribe("settle", QoS.AT_LEAST_ONCE);
        }
    }

    private boolean isThereAfterKill(Step step, String name) throws Exception {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(
                        file,
                        copy.resolve(folder.resolve("data").relativize(file).toString()));
            }
        }
        try (RunningBroker after = RunningBroker.start(copy)) {
            return step.isThere(after);
        }
    }

    private static boolean isPresent(RunningBroker broker, String clientId) throws IOException {
        try (WireClient client = broker.open()) {
            return client.connect(clientId, false).sessionPresent();
        }
    }

    private static Publish message(QoS qos, boolean dup, boolean retain, String text) {
        return new Publish(
                7, qos, dup, retain, TopicName.of("a/b"), text.getBytes(StandardCharsets.UTF_8), Properties.NONE);
    }

    private static void publish(RunningBroker broker, String topic, String text) throws IOException {
        publish(broker, topic, text, QoS.AT_LEAST_ONCE);
    }

    private static void publish(RunningBroker broker, String topic, String text, QoS qos) throws IOException {
        try (WireClient publisher = broker.connect("probe", true)) {
            publisher.send(WireClient.publish(topic, text, qos, 1));
            assertThat(publisher.next()).isNotNull();
        }
    }

    /** Everything that waits for a session, and is acknowledged; a message of its own marks the end. */
    private static List<String> received(RunningBroker broker, String clientId) throws IOException {
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
                    subscriber.send(new PubAck(publish.packetId()));
                    break;
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

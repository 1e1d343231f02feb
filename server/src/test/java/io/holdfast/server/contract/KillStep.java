// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.contract;

import static io.holdfast.server.contract.StepKillIT.isPresent;
import static io.holdfast.server.contract.StepKillIT.message;
import static io.holdfast.server.contract.StepKillIT.publish;
import static io.holdfast.server.contract.StepKillIT.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.protocol.packet.Disconnect;
import io.holdfast.protocol.packet.Properties;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.PubComp;
import io.holdfast.protocol.packet.PubRec;
import io.holdfast.protocol.packet.PubRel;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.protocol.packet.Subscribe;
import io.holdfast.protocol.packet.Unsubscribe;
import io.holdfast.protocol.packet.Will;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.RecoveryReport;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A step of the protocol: what goes before it, what makes it, what tells that it is done, and what a start tells of it. */
@SuppressWarnings("ImmutableEnumChecker") // its functions hold nothing
enum KillStep {
    CONNECT_NEW(
            test -> {},
            test -> test.client.send(WireClient.connectPacket("new", false, null)),
            after -> isPresent(after, "new")),
    CONNECT_CLEAN_ENDS_SESSION(
            test -> {},
            test -> test.client.send(WireClient.connectPacket("sub", true, null)),
            after -> !isPresent(after, "sub")),
    /** The old connection's will comes with the new one's CONNECT; the new one's will once the broker has died. */
    TAKE_OVER(
            test -> test.open().connect(WireClient.connectPacket("mortal", false, will("old"))),
            test -> test.client.send(WireClient.connectPacket("mortal", false, will("new"))),
            after -> all(received(after, "sub"), List.of("old", "new"), List.of("old"))),
    SUBSCRIBE(
            test -> test.client.connect("late", false),
            test -> test.client.send(new Subscribe(
                    1, List.of(new Subscribe.Request(TopicFilter.parse("late"), QoS.AT_LEAST_ONCE)), Properties.NONE)),
            after -> {
                publish(after, "late", "probe");
                return received(after, "late").equals(List.of("probe"));
            }),
    UNSUBSCRIBE(
            test -> test.client.connect("sub", false),
            test -> test.client.send(new Unsubscribe(1, List.of(TopicFilter.parse("a/b")), Properties.NONE)),
            after -> {
                publish(after, "a/b", "probe");
                return received(after, "sub").isEmpty();
            }),
    PUBLISH_QOS_1(
            test -> test.client.connect("pub", false),
            test -> test.client.send(message(QoS.AT_LEAST_ONCE, false, "m")),
            after -> received(after, "sub").equals(List.of("m"))),
    PUBLISH_RETAINED(
            test -> test.client.connect("pub", false),
            test -> test.client.send(new Publish(
                    7, QoS.AT_LEAST_ONCE, false, true, TopicName.of("kept"), new byte[] {1}, Properties.NONE)),
            after -> found(after).retained() == 1),
    /** The publisher sends it again with DUP; that must not make two of it. */
    PUBLISH_QOS_2(
            test -> test.client.connect("pub", false),
            test -> test.client.send(message(QoS.EXACTLY_ONCE, false, "m")),
            after -> {
                List<String> before = received(after, "sub");
                try (WireClient publisher = after.connect("pub", false)) {
                    publisher.send(message(QoS.EXACTLY_ONCE, true, "m"));
                    publisher.expect(PubRec.class);
                    publisher.send(new PubRel(7));
                    assertThat(publisher.next()).isNotNull();
                }
                List<String> again = received(after, "sub");
                assertThat(before.size() + again.size()).as("copies in all").isEqualTo(1);
                return !before.isEmpty();
            }),
    /** Afterwards the identifier means another message. */
    PUBREL(
            test -> {
                test.client.connect("pub", false);
                test.client.send(message(QoS.EXACTLY_ONCE, false, "m"));
                test.client.expect(PubRec.class);
            },
            test -> test.client.send(new PubRel(7)),
            after -> {
                try (WireClient publisher = after.connect("pub", false)) {
                    publisher.send(message(QoS.EXACTLY_ONCE, false, "next"));
                    publisher.expect(PubRec.class);
                }
                return received(after, "sub").equals(List.of("m", "next"));
            }),
    /** Afterwards the message does not come again. */
    PUBACK(
            test -> receiving(test, QoS.AT_LEAST_ONCE),
            test -> test.client.send(new PubAck(1)),
            StepKillIT::settleStep,
            after -> all(received(after, "sub"), List.of(), List.of("m"))),
    /** Afterwards PUBREL is sent again, not PUBLISH. */
    PUBREC(test -> receiving(test, QoS.EXACTLY_ONCE), test -> test.client.send(new PubRec(1)), after -> {
        try (WireClient subscriber = after.connect("sub", false)) {
            return subscriber.next() instanceof PubRel;
        }
    }),
    /** Afterwards nothing of the message is left. */
    PUBCOMP(
            test -> {
                receiving(test, QoS.EXACTLY_ONCE);
                test.client.send(new PubRec(1));
                test.client.expect(PubRel.class);
            },
            test -> test.client.send(new PubComp(1)),
            StepKillIT::settleStep,
            after -> {
                assertThat(received(after, "sub")).isEmpty();
                return found(after).queued() == 0;
            }),
    /**
     * A message expires while an older one fills the window, and is left out once that is acknowledged. Before that is on
     * disk nobody knows that it was never sent: then it comes, however old it is (C16).
     */
    MESSAGE_EXPIRY(
            test -> {
                Properties narrow = Properties.builder()
                        .receiveMaximum(1)
                        .sessionExpiryIntervalSeconds(3_600)
                        .build();
                test.client = test.open5();
                test.client.connect(WireClient.connect5("sub", false, narrow));
                publish(test.broker, "a/b", "m");
                assertThat(test.client.expect(Publish.class).packetId()).isEqualTo(1);
                try (WireClient publisher = test.broker.open5()) {
                    publisher.connect(WireClient.connect5("probe", true, Properties.NONE));
                    Properties oneSecond =
                            Properties.builder().messageExpiryIntervalSeconds(1).build();
                    byte[] text = "mortal".getBytes(StandardCharsets.UTF_8);
                    publisher.send(
                            new Publish(1, QoS.AT_LEAST_ONCE, false, false, TopicName.of("a/b"), text, oneSecond));
                    publisher.expect(PubAck.class);
                }
                await().pollDelay(Duration.ofMillis(1_200)).until(() -> true); // The time is the condition.
            },
            test -> test.client.send(new PubAck(1)),
            StepKillIT::settleStep,
            after -> all(received(after, "sub"), List.of(), List.of("m", "mortal"))),
    /** The will goes with the session, once, in whichever life that ends. */
    SESSION_EXPIRY(
            test -> {
                Properties oneSecond =
                        Properties.builder().sessionExpiryIntervalSeconds(1).build();
                test.client = test.open5();
                Properties late =
                        Properties.builder().willDelayIntervalSeconds(3_600).build();
                test.client.connect(WireClient.connect5("brief", false, oneSecond, will("will", late)));
            },
            test -> {
                test.client.send(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE));
                test.store().awaitHeld();
                test.store().pass(); // Its time runs from here.
            },
            test -> {
                awaitWill(test.broker);
                test.settle();
            },
            after -> {
                boolean gone = found(after).sessions() == 2; // "sub" and "other"
                if (!gone) {
                    awaitWill(after);
                }
                assertThat(received(after, "sub")).containsExactly("will");
                return gone;
            }),
    /** An operator gives up what waits: all of it or nothing. */
    PURGE(
            test -> {
                publish(test.broker, "a/b", "m1");
                publish(test.broker, "a/b", "m2");
            },
            test -> test.order("POST", "/api/v1/sessions/sub/purge"),
            StepKillIT::ordered,
            after -> all(received(after, "sub"), List.of(), List.of("m1", "m2"))),
    /** An operator ends a session with what it is owed. */
    SESSION_REMOVAL(
            test -> publish(test.broker, "a/b", "m"),
            test -> test.order("DELETE", "/api/v1/sessions/sub"),
            StepKillIT::ordered,
            after -> {
                boolean gone = !isPresent(after, "sub");
                assertThat(found(after).queued()).isEqualTo(gone ? 0 : 1);
                return gone;
            }),
    /** Before it counts, the will comes; afterwards it never does. */
    DISCONNECT(
            test -> test.client.connect(WireClient.connectPacket("mortal", false, will("will"))),
            test -> test.client.send(Disconnect.NORMAL),
            test -> assertThat(test.client.isClosedNext()).isTrue(),
            after -> {
                publish(after, "a/b", "end");
                return received(after, "sub").equals(List.of("end"));
            });

    /** Something that is done at the broker. */
    interface Act {
        void on(StepKillIT test) throws Exception;
    }

    /** Looks at a broker that has started afterwards. */
    interface Look {
        boolean at(RunningBroker after) throws Exception;
    }

    /** What goes before it. */
    final Act preparation;
    /** Makes it; a sync is under way for it then, or will be. */
    final Act step;
    /** Returns when the client, or whoever waits, was told. */
    final Act answer;
    /** Whether a broker that starts afterwards knows of it. */
    final Look isThere;

    KillStep(Act preparation, Act step, Look isThere) {
        this(
                preparation,
                step,
                test -> assertThat(test.client.next()).as("an answer").isNotNull(),
                isThere);
    }

    KillStep(Act preparation, Act step, Act answer, Look isThere) {
        this.preparation = preparation;
        this.step = step;
        this.answer = answer;
        this.isThere = isThere;
    }

    private static Will will(String text) {
        return will(text, Properties.NONE);
    }

    private static Will will(String text, Properties properties) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return new Will(TopicName.of("a/b"), payload, QoS.AT_LEAST_ONCE, false, properties);
    }

    /** Client "sub" has got a message with packet identifier 1. */
    private static void receiving(StepKillIT test, QoS qos) throws Exception {
        test.client.connect("sub", false);
        publish(test.broker, "a/b", "m", qos);
        assertThat(test.client.expect(Publish.class).packetId()).isEqualTo(1);
    }

    /** Whether a step has happened, of which there is all or nothing. */
    private static boolean all(List<String> seen, List<String> behindIt, List<String> before) {
        assertThat(seen).isIn(behindIt, before);
        return seen.equals(behindIt);
    }

    private static RecoveryReport found(RunningBroker after) {
        RecoveryReport found = after.broker().recovery();
        assertThat(found).isNotNull();
        return found;
    }

    private static void awaitWill(RunningBroker broker) {
        await().until(() -> broker.broker().counters().sum(ShardEvent.WILL_PUBLISHED) == 1);
    }
}

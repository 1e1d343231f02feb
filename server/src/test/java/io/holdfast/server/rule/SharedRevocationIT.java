// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.rule;

import static io.holdfast.server.testkit.Passwords.connect;
import static io.holdfast.server.testkit.Passwords.connected;
import static io.holdfast.server.testkit.WireClient.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.protocol.packet.PingReq;
import io.holdfast.protocol.packet.PingResp;
import io.holdfast.protocol.packet.ProtocolVersion;
import io.holdfast.protocol.packet.PubAck;
import io.holdfast.protocol.packet.Publish;
import io.holdfast.protocol.packet.QoS;
import io.holdfast.server.ConfigurationException;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.server.testkit.Passwords;
import io.holdfast.server.testkit.RunningBroker;
import io.holdfast.server.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules that change while members of a shared group wait for its messages. */
class SharedRevocationIT {
    private static final String SHARED = "$share/g/jobs/#";
    private static final String OPEN = "allow all all #";
    private static final String WITHOUT_ADA = "deny user ada subscribe jobs/#\nallow all all #";
    private static final int MESSAGES = 20;
    private static final int PAYLOAD_BYTES = 500_000;
    private static final int PUBLISHED_MAX = 200;
    private static final int UNSENT = 4;

    @TempDir
    private Path folder;

    private Path rules;
    private RunningBroker broker;
    private WireClient publisher;

    @BeforeEach
    void start() throws IOException, ConfigurationException {
        rules = Files.writeString(folder.resolve("rules"), OPEN);
        Path passwords = Passwords.write(folder.resolve("passwords"), "ada", "bob", "eve");
        broker = RunningBroker.start(
                folder.resolve("data"),
                "access.password-file=" + passwords,
                "access.rules-file=" + rules,
                "slow-receiver-timeout=10 m");
        publisher = connected(broker, "eve", "publisher");
    }

    @AfterEach
    void stop() throws IOException {
        publisher.close();
        broker.close();
    }

    private WireClient member(String user, ProtocolVersion version, boolean clean) throws IOException {
        WireClient client = new WireClient(broker.port(), version);
        client.connect(connect(version, user, clean, null, user, Passwords.of(user)));
        client.subscribe(SHARED, QoS.AT_LEAST_ONCE);
        return client;
    }

    /** All members have heard of the new rules, and their groups have heard of it from them, when this returns. */
    private void change(String text, WireClient... members) throws IOException {
        Files.writeString(rules, text);
        broker.broker().reloadAccess();
        for (WireClient member : members) {
            assertServed(member);
        }
    }

    private static void assertServed(WireClient member) throws IOException {
        member.send(PingReq.INSTANCE);
        member.expect(PingResp.class);
    }

    private void send(String word) throws IOException {
        for (int i = 1; i <= MESSAGES; i++) {
            publisher.send(publish("jobs/a", word + i, QoS.AT_LEAST_ONCE, i));
            publisher.expect(PubAck.class);
        }
    }

    private static List<String> sent(String word) {
        return IntStream.rangeClosed(1, MESSAGES).mapToObj(i -> word + i).toList();
    }

    private static String take(WireClient member) throws IOException {
        Publish message = member.expect(Publish.class);
        member.send(new PubAck(message.packetId()));
        return WireClient.text(message);
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    @DisplayName(
            "T32 rules change under a shared group: a member that may not have its messages any more is given none, the "
                    + "others get all of them, and it takes part again once it may")
    void member_rulesTaken_othersGetAll(ProtocolVersion version) throws IOException {
        boolean clean = version == ProtocolVersion.MQTT_3_1_1; // Both ways in which a group gives.
        try (WireClient ada = member("ada", version, clean);
                WireClient bob = member("bob", version, clean)) {
            send("both-");
            for (WireClient member : List.of(ada, bob)) {
                assertThat(take(member)).startsWith("both-");
                for (int i = 1; i < MESSAGES / 2; i++) {
                    take(member);
                }
            }
            change(WITHOUT_ADA, ada, bob);
            send("bobs-");
            for (String each : sent("bobs-")) {
                assertThat(take(bob)).isEqualTo(each);
            }
            assertServed(ada);
            assertThat(broker.broker().counters().sum(ShardEvent.DROPPED_DENIED))
                    .as("given to the one who may not have it")
                    .isZero();
            change(OPEN, ada, bob);
            send("again-");
            assertThat(take(ada)).startsWith("again-");
        }
    }

    @Test
    @DisplayName(
            "T32 what a member that does not read was given and not sent goes to the others when it may not have it any "
                    + "more; what was begun stays its own")
    void member_rulesTakenWhileNotReading_unsentGoesToOthers() throws IOException {
        try (WireClient ada = member("ada", ProtocolVersion.MQTT_5, false)) {
            int messages = publishUntilUnsent();
            Files.writeString(rules, WITHOUT_ADA);
            broker.broker().reloadAccess();
            try (WireClient bob = member("bob", ProtocolVersion.MQTT_5, false)) {
                bob.expect(Publish.class); // So ada has given back.
                ada.send(PingReq.INSTANCE);
                int begun = 0;
                Packet packet = ada.next();
                while (packet instanceof Publish message) {
                    begun++;
                    ada.send(new PubAck(message.packetId()));
                    packet = ada.next();
                }
                assertThat(packet).isInstanceOf(PingResp.class);
                for (int i = begun + 1; i < messages; i++) {
                    bob.expect(Publish.class);
                }
                assertServed(bob);
                assertThat(broker.broker().counters().sum(ShardEvent.DROPPED_DENIED))
                        .isZero();
            }
        }
    }

    private long unsent(int published) {
        return published - broker.broker().counters().sum(ShardEvent.SENT_QOS_1);
    }

    /** Fills the socket of the only member, whatever the system lets it hold, until some messages wait behind it. */
    private int publishUntilUnsent() throws IOException {
        byte[] payload = new byte[PAYLOAD_BYTES];
        for (int published = 1; published < PUBLISHED_MAX; published++) {
            publisher.send(publish("jobs/a", payload, QoS.AT_LEAST_ONCE, published));
            publisher.expect(PubAck.class);
            if (unsent(published) >= UNSENT) {
                broker.broker().pulse(Duration.ofMinutes(1)).join(); // No shard is only late with its work.
                if (unsent(published) >= UNSENT) {
                    return published;
                }
            }
        }
        throw new AssertionError("a socket took " + PUBLISHED_MAX + " messages that nobody reads");
    }
}

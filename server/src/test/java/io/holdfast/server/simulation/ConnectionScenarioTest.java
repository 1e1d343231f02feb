// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static io.holdfast.server.simulation.Scenario.A;
import static io.holdfast.server.simulation.Scenario.ALL;
import static io.holdfast.server.simulation.Scenario.B;
import static io.holdfast.server.simulation.Scenario.FILTER_A;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.packet.ConnAck;
import io.holdfast.protocol.packet.PacketType;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.schema.Table;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules about the order of what goes over connections (C20 to C26). */
class ConnectionScenarioTest {
    private final Scenario scenario = new Scenario();
    private final SimWorld world = scenario.world;

    private static List<PacketType> types(List<SimConnection.ToClient> arriving) {
        return arriving.stream()
                .map(SimConnection.ToClient::packet)
                .map(packet -> packet == null ? PacketType.DISCONNECT : packet.type())
                .toList();
    }

    @ParameterizedTest(name = "crash after {0} groups")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    @DisplayName("C20 PUBLISH, PUBREL, PUBLISH under one identifier, sent at once: two messages, never three")
    void publishEagerly_crashAnywhere_neverDoubled(int groups) {
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, FILTER_A, 2);
        SimClient publisher = scenario.online(1);
        publisher.publishEagerly(A);
        scenario.network();
        for (int i = 0; i < groups; i++) {
            scenario.commit();
            scenario.hear(publisher);
        }
        scenario.crash();
        scenario.finish();
        assertThat(scenario.received(subscriber)).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("C20 a PUBREL waits for the commit of its PUBLISH: no group holds both events of an identifier")
    void pubRel_beforeItsPublishIsCommitted_isHeld() {
        scenario.subscribe(scenario.online(0), FILTER_A, 2);
        SimClient publisher = scenario.online(1);
        publisher.publishEagerly(A);
        scenario.network();
        assertThat(scenario.broker().submitted.stream()
                        .mapToInt(HandOver::eventCount)
                        .sum())
                .as("the first PUBLISH's event only")
                .isEqualTo(1);
        scenario.finish();
    }

    @Test
    @DisplayName("C21 packets pipelined behind CONNECT wait; nothing leaves before the CONNACK")
    void packets_behindConnect_waitForConnAck() {
        SimClient client = scenario.client(1);
        client.connect(true, new Testament(A, 1, false), true);
        client.publish(A, 1, false, false);
        client.subscribe(ALL, 1);
        SimConnection connection = client.connection;
        scenario.network();
        assertThat(connection).isNotNull();
        assertThat(connection.toServer).as("not read yet").hasSize(2);
        assertThat(connection.toClient).as("the CONNECT is not on disk").isEmpty();
        scenario.commit();
        assertThat(connection.toClient.peek().packet()).isInstanceOf(ConnAck.class);
        scenario.finish();
    }

    @Test
    @DisplayName("C21 an acknowledgement that could go at once waits behind one whose commit is still to come")
    void replies_parkedOneFirst_keepOrder() {
        scenario.subscribe(scenario.online(0), FILTER_A, 1);
        SimClient publisher = scenario.online(1);
        scenario.publish(publisher, A, 1);
        scenario.publish(publisher, B, 1); // Nobody wants it.
        assertThat(scenario.arriving(publisher)).isEmpty();
        scenario.commit();
        assertThat(types(scenario.arriving(publisher))).containsExactly(PacketType.PUBACK, PacketType.PUBACK);
        scenario.finish();
    }

    @Test
    @DisplayName("C22 [MQTT-3.1.2-24] while we do not read, keep alive is not judged; then the deadline starts anew")
    void keepAlive_whileNotReading_isNotJudged() {
        SimClient client = scenario.client(1);
        client.keepAliveSeconds = 10;
        client.connect(false, null, false);
        scenario.network();
        tickAfter(60_000);
        assertThat(client.connection).as("its CONNECT waits for the disk").isNotNull();
        scenario.commit();
        scenario.hear(client);
        tickAfter(14_000);
        assertThat(scenario.arriving(client))
                .as("one and a half times 10 s are not over")
                .isEmpty();
        tickAfter(2_000);
        assertThat(types(scenario.arriving(client))).as("now they are").containsExactly(PacketType.DISCONNECT);
        scenario.finish();
    }

    @Test
    @DisplayName(
            "C22 [MQTT-3.1.2-24] silence is no fault while an answer waits for the disk; behind it the deadline starts anew")
    void keepAlive_answerWaitsForDisk_startsAnewBehindIt() {
        scenario.subscribe(scenario.online(0), FILTER_A, 1);
        scenario.client(1).keepAliveSeconds = 10;
        SimClient publisher = scenario.online(1);
        scenario.publish(publisher, A, 1);
        tickAfter(60_000);
        assertThat(scenario.arriving(publisher))
                .as("its PUBLISH waits for the disk")
                .isEmpty();
        scenario.commit();
        assertThat(types(scenario.arriving(publisher))).containsExactly(PacketType.PUBACK);
        scenario.hear(publisher);
        tickAfter(14_000);
        assertThat(scenario.arriving(publisher))
                .as("one and a half times 10 s are not over")
                .isEmpty();
        tickAfter(2_000);
        assertThat(types(scenario.arriving(publisher))).as("now they are").containsExactly(PacketType.DISCONNECT);
        scenario.finish();
    }

    private void tickAfter(long millis) {
        world.pass(millis);
        for (int i = 0; i < SimBroker.SHARDS; i++) {
            scenario.broker().shard(i).tick();
        }
    }

    @Test
    @DisplayName("C23 [MQTT-3.14.4-3] the connection closes when the DISCONNECT is on disk; then the will never fires")
    void disconnect_committed_willIsGone() {
        SimClient witness = scenario.online(0);
        scenario.subscribe(witness, FILTER_A, 1);
        SimClient leaver = scenario.onlineWithWill(1, A);
        leaver.leave();
        scenario.network();
        assertThat(scenario.broker().submitted)
                .singleElement()
                .satisfies(handOver -> assertThat(handOver.isUrgent()).isTrue());
        assertThat(scenario.arriving(leaver)).as("not on disk yet").isEmpty();
        scenario.commit();
        assertThat(types(scenario.arriving(leaver))).containsExactly(PacketType.DISCONNECT);
        scenario.hear(leaver);
        scenario.crash();
        scenario.finish();
        assertThat(scenario.received(witness)).isEmpty();
    }

    @Test
    @DisplayName("C23 a DISCONNECT that died with the broker did not happen: the will fires, once")
    void disconnect_lost_willFires() {
        SimClient witness = scenario.online(0);
        scenario.subscribe(witness, FILTER_A, 1);
        SimClient leaver = scenario.onlineWithWill(1, A);
        leaver.leave();
        scenario.network();
        scenario.build();
        scenario.crash();
        scenario.finish();
        assertThat(scenario.received(witness)).hasSize(1);
    }

    @Test
    @DisplayName("C24 a session with rows stays on the committer's path when resumed with expiry 0")
    void session_resumedWithExpiryZero_staysDurable() {
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 1);
        client.expirySeconds = 0;
        scenario.online(0);
        SimClient publisher = scenario.online(1);
        scenario.publish(publisher, A, 1);
        assertThat(scenario.arriving(client)).as("nothing overtakes the queue").isEmpty();
        scenario.commit();
        assertThat(types(scenario.arriving(client))).containsExactly(PacketType.PUBLISH);
        scenario.finish();
    }

    @Test
    @DisplayName("C24 at a start, sessions whose row says expiry 0 end with the connection that ended with the broker")
    void start_rowWithExpiryZero_endsTheSession() {
        SimClient client = scenario.client(0);
        scenario.online(0);
        client.expirySeconds = 0;
        scenario.online(0); // A take-over goes on with the session, which has rows.
        scenario.crash();
        scenario.settle();
        assertThat(world.session(client.id)).isEqualTo(-1);
        assertThat(scenario.rows(Table.SESSION)).isZero();
        scenario.finish();
    }

    @Test
    @DisplayName(
            "C25 [MQTT-3.1.4-2] the old connection is closed at the commit of the new CONNECT, its will goes with it")
    void takeOver_committed_closesTheOldOne() {
        SimClient witness = scenario.online(0);
        scenario.subscribe(witness, FILTER_A, 1);
        SimClient client = scenario.onlineWithWill(1, A);
        SimConnection old = client.connection;
        client.connect(false, new Testament(B, 1, false), false);
        scenario.network();
        assertThat(old).isNotNull();
        assertThat(old.isOpen()).as("the new CONNECT is not on disk").isTrue();
        assertThat(scenario.broker().submitted).hasSize(1);
        scenario.commit();
        assertThat(old.isOpen()).isFalse();
        scenario.settle();
        assertThat(scenario.received(witness)).hasSize(1);
        scenario.finish();
    }

    @Test
    @DisplayName("C25 from the new CONNECT's hand-over on, an end of the old connection writes nothing")
    void takeOver_oldOneEndsMeanwhile_writesNothing() {
        SimClient witness = scenario.online(0);
        scenario.subscribe(witness, ALL, 1);
        SimClient client = scenario.onlineWithWill(1, A);
        SimConnection old = client.connection;
        client.connect(false, new Testament(B, 1, false), false);
        scenario.network();
        int handOvers = scenario.broker().submitted.size();
        assertThat(old).isNotNull();
        scenario.broker().shard(old.shard).onClosed(old);
        assertThat(scenario.broker().submitted).hasSize(handOvers);
        scenario.settle();
        assertThat(scenario.received(witness)).as("the old will only").hasSize(1);
        scenario.crash();
        scenario.settle();
        assertThat(scenario.received(witness))
                .as("the mark of the new connection survived")
                .hasSize(1);
        scenario.settle();
        scenario.finish();
        assertThat(scenario.received(witness)).hasSize(2);
    }

    @Test
    @DisplayName(
            "C25 [MQTT-4.3.3-1] a PUBREC of the old connection, not on disk at the resume: its commit sends PUBREL")
    void resume_pubRecNotOnDisk_waitsForItsCommit() {
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, FILTER_A, 2);
        scenario.silence(subscriber);
        scenario.publish(scenario.online(1), A, 2);
        scenario.settle();
        SimConnection old = Objects.requireNonNull(subscriber.connection);
        scenario.acknowledge(subscriber);
        subscriber.connect(false, null, false);
        SimConnection resumed = Objects.requireNonNull(subscriber.connection);
        scenario.broker().read(resumed);
        scenario.broker().shard(resumed.shard).endOfBurst();
        scenario.broker().read(old); // PUBREC, behind the new CONNECT.
        scenario.broker().build(1);
        scenario.sync();
        scenario.network();
        assertThat(types(scenario.arriving(subscriber))).as("no PUBREL yet").containsExactly(PacketType.CONNACK);
        scenario.hear(subscriber);
        scenario.crash();
        scenario.finish();
        assertThat(scenario.received(subscriber)).hasSize(1);
    }

    @Test
    @DisplayName("[MQTT-3.1.2-6] a clean CONNECT is answered when the end of the session before is on disk")
    void connectClean_endUnderWay_waitsForIt() {
        SimClient client = scenario.online(0);
        client.expirySeconds = 0;
        scenario.online(0);
        world.cut(Objects.requireNonNull(client.connection));
        scenario.network(); // The session has ended, in memory.
        client.connect(true, null, false);
        scenario.network();
        assertThat(scenario.arriving(client)).isEmpty();
        scenario.commit();
        assertThat(types(scenario.arriving(client))).containsExactly(PacketType.CONNACK);
        scenario.finish();
    }

    @Test
    @DisplayName("C24 a session that a clean CONNECT ends sends nothing more, though its old connection reads again")
    void connectClean_oldConnectionWritable_nothingSent() {
        Scenario narrow = new Scenario(SimConfig.plain().withWritableMax(2));
        SimClient subscriber = narrow.online(0);
        narrow.subscribe(subscriber, FILTER_A, 1);
        SimClient publisher = narrow.online(1);
        for (int i = 0; i < 3; i++) {
            narrow.publish(publisher, A, 1);
            narrow.commit();
            narrow.network();
        }
        SimConnection old = Objects.requireNonNull(subscriber.connection);
        assertThat(narrow.arriving(subscriber)).as("the third waits for room").hasSize(2);
        subscriber.connect(true, null, false);
        narrow.network(); // The session has ended, in memory.
        old.toClient.remove();
        narrow.broker().shard(old.shard).onWritable(old);
        assertThat(old.toClient).hasSize(1);
        narrow.finish();
    }

    @Test
    @DisplayName("C26 [MQTT-4.6.0-1] a resume with a smaller Receive Maximum sends again in order, as quota frees")
    void resume_smallerReceiveMaximum_sendsInOrder() {
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, FILTER_A, 1);
        scenario.silence(subscriber);
        SimClient publisher = scenario.online(1);
        for (int i = 0; i < 3; i++) {
            scenario.publish(publisher, A, 1);
            scenario.settle();
        }
        assertThat(scenario.received(subscriber)).hasSize(3);
        subscriber.receiveMaximum = 1;
        scenario.online(0);
        assertThat(scenario.received(subscriber)).as("one at a time").hasSize(4);
        scenario.wake(subscriber);
        scenario.settle();
        List<Integer> all = scenario.received(subscriber);
        assertThat(all.subList(3, 6)).isEqualTo(all.subList(0, 3));
        assertThat(world.history.received.get(all.size() - 1).dup()).isTrue();
        scenario.finish();
    }

    @Test
    @DisplayName("C19 a message that is committed for a session which ended meanwhile is given back to the counters")
    void message_forEndedSession_isGivenBack() {
        SimClient subscriber = scenario.online(0);
        scenario.subscribe(subscriber, FILTER_A, 1);
        SimClient publisher = scenario.online(1);
        scenario.publish(publisher, A, 1);
        scenario.build();
        assertThat(scenario.rows(Table.MESSAGE)).isEqualTo(1);
        subscriber.connect(true, null, false);
        scenario.network(); // Ended in memory, with the message on its way.
        scenario.settle();
        scenario.turnHand();
        assertThat(scenario.rows(Table.MESSAGE)).isZero();
        scenario.finish();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static io.holdfast.server.simulation.Scenario.A;
import static io.holdfast.server.simulation.Scenario.ALL;
import static io.holdfast.server.simulation.Scenario.B;
import static io.holdfast.server.simulation.Scenario.FILTER_A;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.session.Limits.Overflow;
import io.holdfast.server.session.ShardProbe;
import io.holdfast.server.simulation.History.Received;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about rows, log and what a start makes of them (C01 to C10, C16, C17, C30, C32). */
class LogScenarioTest {
    private final Scenario scenario = new Scenario();

    private SimClient offlineSubscriber(Scenario in, int qos) {
        SimClient client = in.online(0);
        in.subscribe(client, ALL, qos);
        client.leave();
        in.settle();
        return client;
    }

    @Test
    @DisplayName("C01 PUBREC and the row that holds its message unsettled in one group: the PUBLISH is not sent again")
    void row_inTheGroupOfItsEvent_isReplayedOver() {
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 2);
        scenario.silence(client);
        scenario.publish(scenario.online(1), A, 2);
        scenario.settle();
        for (int i = 0; i < SimConfig.SEGMENTS; i++) {
            scenario.broker().moveHand();
            scenario.network(); // Rows say: sent, not released.
            scenario.acknowledge(client);
            scenario.network();
            scenario.build();
        }
        scenario.sync();
        scenario.crash();
        scenario.finish();
        assertThat(scenario.received(client)).hasSize(1);
    }

    @Test
    @DisplayName("C02 publishing a will and removing it is one hand-over: a crash at any batch leaves one of the two")
    void will_publishedAndRemoved_inOneBatch() {
        for (int kept = 0; kept < 3; kept++) {
            Scenario each = new Scenario();
            SimClient witness = each.online(0);
            each.subscribe(witness, FILTER_A, 2);
            SimClient client = each.onlineWithWill(1, A);
            each.world.cut(Objects.requireNonNull(client.connection));
            each.network();
            each.build();
            each.world.crash(Math.min(kept, each.world.memory.unsyncedBatches()));
            each.finish();
            assertThat(each.received(witness)).as("kept %d", kept).hasSize(1);
        }
    }

    @Test
    @DisplayName("C03 a connection that ended with the broker: its will is published and its session goes on")
    void start_connectedRowLeftOver_publishesTheWill() {
        SimClient witness = scenario.online(0);
        scenario.subscribe(witness, FILTER_A, 1);
        scenario.onlineWithWill(1, A);
        scenario.crash();
        scenario.settle();
        scenario.online(0);
        assertThat(scenario.received(witness)).hasSize(1);
        scenario.finish();
        assertThat(scenario.received(witness)).hasSize(1);
    }

    @Test
    @DisplayName("C05 a fragment without a window row, the floor past its messages, a crash: indexes go on behind it")
    void fragment_withoutWindowRow_saysNext() {
        SimClient subscriber = offlineSubscriber(scenario, 1);
        SimClient publisher = scenario.online(1);
        scenario.turnHand();
        int windows = scenario.rows(Table.INFLIGHT);
        for (int i = 0; i < 3; i++) {
            scenario.publish(publisher, A, 1);
        }
        scenario.settle();
        scenario.turnHand();
        assertThat(scenario.rows(Table.QUEUE)).isEqualTo(1);
        assertThat(scenario.rows(Table.INFLIGHT)).as("only appended").isEqualTo(windows);
        assertThat(scenario.rows(Table.LOG)).isEqualTo(1);
        scenario.crash();
        scenario.publish(scenario.online(1), A, 1);
        scenario.settle();
        scenario.finish();
        assertThat(scenario.received(subscriber)).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("C06 subscribed again with another QoS while a message is in flight, crash: it comes back as it was")
    void delivery_afterResubscribe_keepsItsQos() {
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 2);
        scenario.silence(client);
        scenario.publish(scenario.online(1), A, 2);
        scenario.settle();
        scenario.subscribe(client, FILTER_A, 1);
        scenario.crash();
        scenario.online(0);
        Received again = Objects.requireNonNull(scenario.last(client));
        assertThat(scenario.world.history.received).hasSize(1);
        assertThat(again.qos()).isEqualTo(2);
        scenario.finish();
    }

    @Test
    @DisplayName("C07 a group that a shard has not applied when the hand passes stays in the log")
    void hand_aheadOfAShard_keepsTheLog() {
        offlineSubscriber(scenario, 1);
        scenario.publish(scenario.online(1), A, 1);
        scenario.build();
        scenario.broker().sync();
        for (int i = 0; i <= SimConfig.SEGMENTS; i++) {
            scenario.broker().moveHand();
            scenario.network(); // Visits come before the group: it is not passed on yet.
        }
        scenario.broker().complete();
        scenario.settle();
        scenario.broker().deleteDead();
        scenario.sync();
        scenario.crash(); // Recovery is compared with the ledger.
        scenario.finish();
    }

    @Test
    @DisplayName("C09 an emptied log keeps its newest row, so positions go on after a crash")
    void log_everythingInRows_keepsNewestRow() {
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 1);
        scenario.publish(scenario.online(1), A, 1);
        scenario.settle();
        scenario.turnHand();
        long position = scenario.broker().committer.position();
        assertThat(position).isPositive();
        assertThat(scenario.rows(Table.LOG)).isEqualTo(1);
        scenario.crash();
        assertThat(scenario.broker().committer.position()).isEqualTo(position);
        scenario.finish();
    }

    @Test
    @DisplayName("C10 a client that connects while its fragment is handed over finds its whole queue")
    void connect_fragmentUnderWay_findsTheQueue() {
        SimClient subscriber = offlineSubscriber(scenario, 1);
        SimClient publisher = scenario.online(1);
        scenario.turnHand();
        for (int i = 0; i < 3; i++) {
            scenario.publish(publisher, A, 1);
        }
        scenario.settle();
        for (int i = 0; i < SimConfig.SEGMENTS && scenario.broker().moveHand(); i++) {
            scenario.network();
            subscriber.connect(false, null, false);
            scenario.settle();
        }
        scenario.finish();
        assertThat(scenario.received(subscriber)).hasSize(3);
    }

    @Test
    @DisplayName("C16 after a crash while connected, all within the span counts as sent: DUP 1, dropped by no limit")
    void crash_whileConnected_countsAsSent() {
        Scenario limited = new Scenario(SimConfig.plain().withLimits(1, Overflow.DROP_OLDEST, 2));
        SimClient client = limited.online(0);
        limited.subscribe(client, FILTER_A, 2);
        limited.silence(client);
        SimClient publisher = limited.online(1);
        limited.publish(publisher, A, 2);
        limited.publish(publisher, A, 2);
        limited.settle();
        List<Integer> sent = limited.received(client);
        assertThat(sent).hasSize(2);
        limited.crash();
        limited.online(1);
        for (int i = 0; i < 3; i++) {
            limited.publish(publisher, A, 1);
            limited.settle();
        }
        assertThat(sent).noneMatch(label -> limited.world.history.isExcused(limited.world.session(client.id), label));
        limited.finish();
    }

    @Test
    @DisplayName("C17 no packet identifier is used again while its settlement is not on disk")
    void send_settlementsNotOnDisk_stopsAtTheSpan() {
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 2);
        client.leave();
        scenario.settle();
        SimClient publisher = scenario.online(1);
        for (int i = 0; i < 12; i++) {
            scenario.publish(publisher, A, 1);
            scenario.settle();
        }
        client.connect(false, null, false);
        scenario.network();
        scenario.commit();
        int span = scenario.world.config.space().span();
        for (int i = 0; i < 12; i++) {
            scenario.hear(client);
            scenario.acknowledge(client);
            scenario.network();
        }
        assertThat(scenario.received(client)).hasSize(span);
        assertThat(scenario.broker().submitted)
                .as("the queue waits for identifiers, so the acknowledgements do not wait for a lazy sync")
                .anyMatch(HandOver::isUrgent);
        scenario.commit();
        scenario.hear(client);
        assertThat(scenario.received(client))
                .as("the commit set identifiers free")
                .hasSizeGreaterThan(span);
        scenario.finish();
    }

    @Test
    @DisplayName("C30 a fan-out is applied in slices: the next group waits for the last one, A counts whole groups")
    void fanOut_inSlices_countsWhole() {
        Scenario sliced = new Scenario(SimConfig.plain().withSliceRecipients(1));
        for (int i = 0; i < 3; i++) {
            sliced.subscribe(sliced.online(i), ALL, 1);
        }
        SimBroker broker = sliced.broker();
        long before = ShardProbe.applied(broker.shard(1));
        sliced.publish(sliced.client(1), A, 1);
        sliced.publish(sliced.client(1), B, 1);
        while (!broker.submitted.isEmpty()) {
            broker.build(1);
        }
        broker.sync();
        broker.complete();
        broker.runTask(1);
        broker.runTask(1);
        assertThat(ShardProbe.applied(broker.shard(1))).as("half of a group").isEqualTo(before);
        sliced.settle();
        assertThat(sliced.received(sliced.client(0))).hasSize(2);
        sliced.finish();
    }

    @Test
    @DisplayName("C32 session numbers are never used twice, whatever a crash loses")
    void numbers_afterCrashes_areNew() {
        Set<Long> numbers = new HashSet<>();
        for (int round = 0; round < 4; round++) {
            SimClient client = scenario.onlineClean(1);
            client.leave();
            scenario.settle();
            scenario.online(1);
            assertThat(numbers.add(scenario.world.session(client.id)))
                    .as("round %d", round)
                    .isTrue();
            scenario.online(2).connect(true, null, false);
            scenario.network();
            scenario.build();
            scenario.crash();
        }
        assertThat(numbers).allMatch(number -> SessionNumbers.sequence(number) > 0);
        scenario.finish();
    }

    @Test
    @DisplayName("acknowledgements alone ask for no sync, and a crash that loses them sends with DUP again")
    void acknowledgements_lost_areRepeated() {
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 1);
        scenario.silence(client);
        scenario.publish(scenario.online(1), A, 1);
        scenario.settle();
        scenario.acknowledge(client);
        scenario.network();
        assertThat(scenario.broker().submitted).noneMatch(HandOver::isUrgent);
        scenario.build();
        scenario.crash();
        scenario.online(0);
        assertThat(Objects.requireNonNull(scenario.last(client)).dup()).isTrue();
        scenario.finish();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static io.holdfast.server.simulation.Scenario.A;
import static io.holdfast.server.simulation.Scenario.FILTER_A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.protocol.packet.ReasonCode;
import io.holdfast.storage.log.LogReplay;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.ForwardingStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about defects, damage and clocks (C29, C33, C34). */
class MachineScenarioTest {
    @Test
    @DisplayName("K14 C29 a packet that breaks the protocol ends its connection and nothing else")
    void decode_fails_endsThatConnection() {
        Scenario scenario = new Scenario();
        SimClient witness = scenario.online(0);
        scenario.subscribe(witness, FILTER_A, 1);
        SimClient client = scenario.onlineWithWill(1, A);
        SimConnection connection = Objects.requireNonNull(client.connection);
        scenario.broker().shard(connection.shard).onProtocolError(connection, ReasonCode.MALFORMED_PACKET, null);
        scenario.settle();
        assertThat(client.state).isEqualTo(SimClient.State.OFF);
        assertThat(witness.state).isEqualTo(SimClient.State.ON);
        assertThat(scenario.received(witness)).as("its will").hasSize(1);
        scenario.finish();
    }

    @Test
    @DisplayName(
            "C29 a defect while a group is applied comes out of the shard, for the instance to fail; a start mends it")
    void apply_throws_failsTheInstance() {
        Scenario[] scenario = new Scenario[1];
        Faults unreadable = new Faults() {
            @Override
            RowStore store(MemoryStore memory) {
                return new ForwardingStore(memory) {
                    @Override
                    public byte @Nullable [] get(Table table, byte[] key) {
                        if (scenario[0] != null && table == Table.SESSION) {
                            throw new IllegalStateException("a defect");
                        }
                        return super.get(table, key);
                    }
                };
            }
        };
        Scenario broken = new Scenario(SimConfig.plain(), unreadable);
        SimClient subscriber = broken.online(0);
        broken.subscribe(subscriber, FILTER_A, 2);
        subscriber.leave();
        broken.settle();
        broken.turnHand(); // The session leaves memory: the next message has to load it.
        broken.publish(broken.online(1), A, 2);
        broken.build();
        scenario[0] = broken;
        broken.sync();
        assertThatThrownBy(broken::network)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a defect");
        scenario[0] = null;
        broken.crash();
        broken.finish();
        assertThat(broken.received(subscriber)).hasSize(1);
    }

    @Test
    @DisplayName("C33 a row that is damaged passes for nobody's: the replay reports it and leaves its session out")
    void replay_damagedRow_reportsIt() {
        Scenario scenario = new Scenario();
        SimClient client = scenario.online(0);
        scenario.subscribe(client, FILTER_A, 1);
        scenario.publish(scenario.online(1), A, 1);
        scenario.settle();
        scenario.turnHand();
        scenario.publish(scenario.client(1), A, 1);
        scenario.settle();
        long number = scenario.world.session(client.id);
        MemoryStore damaged = scenario.world.memory.copy();
        damaged.damage(Table.INFLIGHT, Keys.number(number));
        LogReplay replay = new LogReplay(damaged, scenario.world.config.space()).run();
        assertThat(replay.damaged()).hasSize(1);
        assertThat(replay.sessions().get(number)).isNull();
        scenario.finish();
    }

    @Test
    @DisplayName("C34 a clock that jumps back: groups' times do not, and nothing expires early or late")
    void clock_jumpsBack_changesNothing() {
        Scenario scenario = new Scenario();
        SimClient client = scenario.client(0);
        client.expirySeconds = 60;
        scenario.online(0);
        client.leave();
        scenario.settle();
        scenario.retain(scenario.online(1), A, 1);
        scenario.settle();
        long before = scenario.broker().committer.lastTimeMillis();
        scenario.world.pass(-1_000_000);
        scenario.online(1);
        assertThat(scenario.broker().committer.lastTimeMillis()).isGreaterThanOrEqualTo(before);
        scenario.crash();
        assertThat(scenario.broker().nowMillis())
                .as("the later of wall clock and the last group's time")
                .isGreaterThanOrEqualTo(before);
        scenario.world.expireDue();
        scenario.settle();
        assertThat(scenario.world.session(client.id)).as("not due").isPositive();
        scenario.world.pass(1_000_000 + 61_000);
        scenario.world.expireDue();
        scenario.settle();
        assertThat(scenario.world.session(client.id)).as("due").isEqualTo(-1);
        scenario.finish();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import static io.holdfast.server.simulation.Scenario.A;
import static io.holdfast.server.simulation.Scenario.FILTER_A;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.session.Limits.Overflow;
import io.holdfast.server.session.ShardProbe;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.schema.SessionNumbers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits that change while a broker runs. */
class LimitScenarioTest {
    private static final int QUEUED = 600;
    private static final int LEFT = 2;

    /** What a limit drops at a time. */
    private static final int AT_ONCE = 256;

    private static SimConfig config(int queueMessagesMax) {
        return SimConfig.plain().withLimits(queueMessagesMax, Overflow.DROP_OLDEST, 4);
    }

    @Test
    @DisplayName(
            "T23 a queue limit that was lowered drops what is too much some hundreds at a time, and others come between")
    void limit_lowered_dropsInSlices() {
        Scenario scenario = new Scenario(config(QUEUED + 1));
        SimClient away = scenario.online(0);
        scenario.subscribe(away, FILTER_A, 1);
        away.leave();
        scenario.settle();
        SimClient publisher = scenario.online(1);
        for (int i = 0; i < QUEUED; i++) {
            scenario.publish(publisher, A, 1);
            scenario.settle();
        }
        long number = scenario.world.session(away.id);
        int shard = SessionNumbers.shard(number, SimBroker.SHARDS);
        scenario.broker().shard(shard).use(config(LEFT).limits());
        scenario.publish(publisher, A, 1);
        scenario.build();
        scenario.sync();
        assertThat(queueLengths(scenario, shard, number))
                .endsWith(QUEUED + 1 - AT_ONCE, QUEUED + 1 - 2 * AT_ONCE, LEFT);
        scenario.settle();
        scenario.finish();
        assertThat(scenario.received(away)).hasSize(LEFT);
    }

    /** Runs the shard's tasks one by one; the lengths of the queue on the way, each once. */
    private static List<Integer> queueLengths(Scenario scenario, int shard, long number) {
        List<Integer> lengths = new ArrayList<>();
        while (!scenario.broker().tasks(shard).isEmpty()) {
            scenario.broker().runTask(shard);
            SessionState state = ShardProbe.state(scenario.broker().shard(shard), number);
            int length = state == null ? QUEUED : (int) state.unsettledCount();
            if (lengths.isEmpty() || lengths.get(lengths.size() - 1) != length) {
                lengths.add(length);
            }
        }
        return lengths;
    }
}

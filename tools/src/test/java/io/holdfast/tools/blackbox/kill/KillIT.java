// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Kills the real broker under four publishers and some twenty subscribers and lets the history checker judge what they
 * saw. 20 rounds in a normal build, 120 over six seeds with {@code -Dholdfast.faults=full}.
 */
final class KillIT {
    private static final System.Logger LOG = System.getLogger(KillIT.class.getName());
    private static final boolean FULL =
            System.getProperty("holdfast.faults", "quick").equals("full");
    private static final int CAMPAIGNS = FULL ? 6 : 2;
    private static final int ROUNDS = FULL ? 20 : 10;

    @Test
    @DisplayName("S16 S20 S26 S36 S37 T44 killed at any moment, the broker keeps every promise it has acknowledged")
    void kill_atAnyMoment_historyIsClean() throws Exception {
        long first = Seeds.one();
        // -Dseed replays the campaign it was printed for, and only that one.
        int campaigns = Long.getLong("seed") == null ? CAMPAIGNS : 1;
        SplittableRandom seeds = new SplittableRandom(first);
        for (int i = 0; i < campaigns; i++) {
            judge(i == 0 ? first : seeds.nextLong(), Campaign.Plan.quick(ROUNDS));
        }
        if (FULL) {
            judge(seeds.nextLong(), Campaign.Plan.thorough(6));
        }
    }

    private static void judge(long seed, Campaign.Plan plan) throws Exception {
        LOG.log(System.Logger.Level.INFO, plan + ", " + Seeds.replay(seed));
        Campaign.Outcome outcome = Campaign.run(BrokerCommand.underTest(), seed, plan);
        LOG.log(System.Logger.Level.INFO, outcome.toString());
        assertThat(outcome.violations())
                .withFailMessage(() -> Seeds.replay(seed) + ", " + outcome + "\n"
                        + HistoryChecker.report(outcome.violations()) + outcome.brokerOutput())
                .isEmpty();
        // A campaign in which nothing happened proves nothing.
        assertThat(outcome.owned()).isGreaterThan(plan.rounds());
        assertThat(outcome.received()).isGreaterThan(plan.rounds());
    }
}

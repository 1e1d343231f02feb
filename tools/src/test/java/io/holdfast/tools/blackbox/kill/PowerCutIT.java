// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.blackbox.history.Violation;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The load of the kill test with the power cut instead: what was not synced is gone, torn, zeroed or garbage. Five cuts in
 * a normal build, 50 and more with {@code -Dholdfast.faults=full}.
 */
@RequiresTool("gcc")
final class PowerCutIT {
    private static final System.Logger LOG = System.getLogger(PowerCutIT.class.getName());
    private static final boolean FULL =
            System.getProperty("holdfast.faults", "quick").equals("full");
    private static final int CAMPAIGNS = FULL ? 5 : 1;
    private static final int CUTS = FULL ? 10 : 5;
    private static final int CONTROL_CAMPAIGNS_MAX = 30;

    @Test
    @DisplayName("S16 T44 power cut at any moment, the broker keeps every promise it has acknowledged")
    void cut_atAnyMoment_historyIsClean() throws Exception {
        long first = Seeds.one();
        int campaigns = Long.getLong("seed") == null ? CAMPAIGNS : 1;
        SplittableRandom seeds = new SplittableRandom(first);
        for (int i = 0; i < campaigns; i++) {
            long seed = i == 0 ? first : seeds.nextLong();
            PowerCutBroker command = new PowerCutBroker(seed, "sync");
            Campaign.Outcome outcome = Campaign.run(command, seed, Campaign.Plan.quick(CUTS));
            LOG.log(System.Logger.Level.INFO, Seeds.replay(seed) + ", " + command + ": " + outcome);
            assertThat(outcome.violations())
                    .withFailMessage(() -> Seeds.replay(seed) + ", " + command + ", " + outcome + "\n"
                            + HistoryChecker.report(outcome.violations()) + outcome.brokerOutput())
                    .isEmpty();
            assertThat(command.cuts()).hasSizeGreaterThanOrEqualTo(CUTS);
            assertThat(outcome.owned()).isGreaterThan(CUTS);
        }
    }

    @Test
    @DisplayName("T44 control: without syncs (store.durability = os) a power cut loses what was acknowledged")
    void cut_withoutSyncs_losesMessages() throws Exception {
        long first = Seeds.one();
        SplittableRandom seeds = new SplittableRandom(first);
        for (int i = 0; i < CONTROL_CAMPAIGNS_MAX; i++) {
            long seed = i == 0 ? first : seeds.nextLong();
            PowerCutBroker command = new PowerCutBroker(seed, "os");
            Campaign.Outcome outcome = Campaign.run(command, seed, Campaign.Plan.control(2));
            LOG.log(System.Logger.Level.INFO, Seeds.replay(seed) + ", " + command + ": " + outcome);
            if (outcome.violations().stream().anyMatch(found -> found.kind() == Violation.Kind.LOST)) {
                return;
            }
        }
        throw new AssertionError("nothing was lost in " + CONTROL_CAMPAIGNS_MAX + " campaigns, " + Seeds.replay(first));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shared groups under kill after kill, each kind of group for itself. */
final class GroupKillIT {
    private static final System.Logger LOG = System.getLogger(GroupKillIT.class.getName());
    private static final int ROUNDS =
            System.getProperty("holdfast.faults", "quick").equals("full") ? 20 : 6;

    @ParameterizedTest
    @EnumSource(names = {"DURABLE_GROUP", "CLEAN_GROUP", "MIXED_GROUP"})
    @DisplayName("C27 C28 [MQTT5-4.8.2-3] [MQTT5-4.8.2-4] [MQTT5-4.8.2-5] a shared group killed again and again loses"
            + " nothing, and gives nothing twice that was sent at QoS 2")
    void kill_sharedGroup_nothingLostOrDoubled(Cast cast) throws Exception {
        long seed = Seeds.one();
        Campaign.Plan plan = Campaign.Plan.group(ROUNDS, cast);
        Campaign.Outcome outcome = Campaign.run(BrokerCommand.underTest(), seed, plan);
        LOG.log(System.Logger.Level.INFO, cast + ", " + Seeds.replay(seed) + ": " + outcome);
        assertThat(outcome.violations())
                .withFailMessage(() -> Seeds.replay(seed) + ", " + outcome + "\n"
                        + HistoryChecker.report(outcome.violations()) + outcome.brokerOutput())
                .isEmpty();
        // A campaign in which nothing happened proves nothing.
        assertThat(outcome.owned()).isGreaterThan(plan.rounds());
        assertThat(outcome.received()).isGreaterThan(plan.rounds());
    }
}

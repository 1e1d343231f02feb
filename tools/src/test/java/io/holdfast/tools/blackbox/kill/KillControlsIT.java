// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.blackbox.broker.BrokerCommand;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import io.holdfast.tools.blackbox.broker.MosquittoBroker;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import io.holdfast.tools.blackbox.history.Violation.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proof that the kill test can fail: brokers with one rule broken must be reported within a number of rounds. */
final class KillControlsIT {
    private static final System.Logger LOG = System.getLogger(KillControlsIT.class.getName());
    private static final int CAMPAIGNS_MAX = 30;
    private static final int ROUNDS = 3;

    @ParameterizedTest(name = "{0} shows as {1}")
    @CsvSource({
        "ack-before-sync, LOST",
        "inbound-ids, DOUBLED",
        "released-marks, DOUBLED",
        "group-moves, DOUBLED",
        "will-timers, WILL_LOST",
        "will-delays, WILL_WRONG",
        "message-expiry, SURPRISE"
    })
    @DisplayName("T44 control: a broker that breaks a rule is reported, for that rule, within 90 kills")
    void kill_brokenRule_isReported(String rule, Kind expected) throws Exception {
        assertThat(killsUntilReported(HoldfastBroker.broken(rule), expected))
                .as("kills until '%s' was reported", rule)
                .isPositive();
    }

    @Test
    @DisplayName("T44 control: a broker that saves nothing before its end is reported within 90 kills")
    void kill_brokerWithoutDurability_isReported() throws Exception {
        Assumptions.assumeTrue(MosquittoBroker.program().isPresent(), "SKIPPED for want of mosquitto");
        assertThat(killsUntilReported(new MosquittoBroker(), Kind.LOST)).isPositive();
    }

    /** The number of kills after which the checker reported a violation of the kind; 0 if it never did. */
    private static int killsUntilReported(BrokerCommand command, Kind expected) throws Exception {
        long first = Seeds.one();
        SplittableRandom seeds = new SplittableRandom(first);
        for (int i = 1; i <= CAMPAIGNS_MAX; i++) {
            long seed = i == 1 ? first : seeds.nextLong();
            Campaign.Outcome outcome = Campaign.run(command, seed, Campaign.Plan.control(ROUNDS));
            LOG.log(System.Logger.Level.INFO, command + " " + Seeds.replay(seed) + ": " + outcome);
            // What a clean session saw may have other reasons: the rules are about what is stored.
            if (outcome.violations().stream()
                    .anyMatch(found -> found.kind() == expected && !found.text().contains(Campaign.CLEAN))) {
                List<String> lines = Arrays.asList(
                        HistoryChecker.report(outcome.violations()).split("\n"));
                LOG.log(System.Logger.Level.INFO, String.join("\n", lines.subList(0, Math.min(12, lines.size()))));
                return i * ROUNDS;
            }
        }
        return 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.storage.testkit.FailIo.Fault;
import io.holdfast.tools.blackbox.history.HistoryChecker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The load of the kill test while one call of the disk fails, each of the first 300 in turn: the broker ends its life, begins
 * another in the same process, and is killed some time later. A sample of ten calls in a normal build, all of them with
 * {@code -Dholdfast.faults=full}.
 */
@RequiresTool("gcc")
final class FailingDiskIT {
    private static final System.Logger LOG = System.getLogger(FailingDiskIT.class.getName());
    private static final int CALLS = 300;
    private static final boolean FULL =
            System.getProperty("holdfast.faults", "quick").equals("full");
    private static final int SAMPLE = FULL ? CALLS : 5;
    private static final int PER_CAMPAIGN = FULL ? 20 : 5;
    private static final int CALLS_MAX = 10 * PER_CAMPAIGN;

    @ParameterizedTest
    @EnumSource(Fault.class)
    @DisplayName("S16 T43 T44 whichever call of the disk fails, the broker keeps every promise and comes back")
    void fail_anyCall_historyIsClean(Fault fault) throws Exception {
        long seed = Seeds.one();
        List<Integer> calls = FULL ? all(seed) : sample(seed);
        long failures = 0;
        // A round may end before its call comes, and so may all rounds of a short campaign.
        for (int from = 0; from < SAMPLE || failures == 0 && from < CALLS_MAX; from += PER_CAMPAIGN) {
            List<Integer> some = calls.subList(from % SAMPLE, from % SAMPLE + PER_CAMPAIGN);
            FailingDiskBroker command = new FailingDiskBroker(some, fault);
            Campaign.Outcome outcome = Campaign.run(command, seed + from, Campaign.Plan.quick(PER_CAMPAIGN));
            LOG.log(System.Logger.Level.INFO, fault + " " + some + ", " + Seeds.replay(seed) + ": " + outcome);
            assertThat(outcome.violations())
                    .withFailMessage(() -> fault + " " + some + ", " + Seeds.replay(seed) + ", " + outcome + "\n"
                            + HistoryChecker.report(outcome.violations()) + outcome.brokerOutput())
                    .isEmpty();
            assertThat(outcome.owned()).isGreaterThan(PER_CAMPAIGN);
            failures += command.hits();
        }
        assertThat(failures).as("calls that failed").isPositive();
    }

    private static List<Integer> all(long seed) {
        List<Integer> calls =
                new ArrayList<>(IntStream.rangeClosed(1, CALLS).boxed().toList());
        Collections.shuffle(calls, new Random(seed));
        return calls;
    }

    /** Early and late ones: a round on a busy machine may end before the late ones. */
    private static List<Integer> sample(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.rangeClosed(1, SAMPLE)
                .mapToObj(i -> random.nextInt(1, i * i * CALLS / (SAMPLE * SAMPLE) + 1))
                .toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GroupWaitTest {
    private static final long SYNC_NANOS = 240_000;

    private final GroupWait wait = new GroupWait();

    private void synced(int ops) {
        for (int i = 0; i < 100; i++) { // until the average is there
            wait.synced(SYNC_NANOS, ops);
        }
    }

    @Test
    void halves_thatTakeTurns_areWaitedForTogether() {
        synced(100);

        assertThat(wait.nanos(100, 100)).isBetween(SYNC_NANOS / 4 - 1_000, SYNC_NANOS / 4);
    }

    @Test
    void those_thatAreBack_areNotWaitedFor() {
        synced(200);

        assertThat(wait.nanos(50, 0)).isPositive();
        assertThat(wait.nanos(150, 0)).isZero();
    }

    @Test
    void client_alone_waitsForNobody() {
        synced(1);

        assertThat(wait.nanos(1, 0)).isZero();
    }

    @Test
    void twoClients_withOneMessageEach_areMerged() {
        synced(1);

        assertThat(wait.nanos(1, 1)).isPositive();
    }

    @Test
    void messages_atARateOfTheirOwn_areRarelyWaitedFor() {
        synced(100);
        int waits = 0;
        for (int group = 0; group < 1_000; group++) {
            if (wait.nanos(10, 10) > 0) {
                waits++;
                wait.waited(12);
            }
        }

        assertThat(waits).isEqualTo(GroupWait.CREDIT_MAX + (1_000 - GroupWait.CREDIT_MAX) / GroupWait.RARE);

        // Clients with a window are noticed again.
        waits = 0;
        for (int group = 0; group < 1_000; group++) {
            if (wait.nanos(100, 100) > 0) {
                waits++;
                wait.waited(190);
            }
        }
        assertThat(waits).isGreaterThan(900);
    }

    @Test
    void fastDisk_leavesNothingToWaitFor() {
        for (int i = 0; i < 100; i++) {
            wait.synced(4 * GroupWait.NANOS_MIN - 100, 100);
        }

        assertThat(wait.nanos(1, 1)).isZero();
    }

    @Test
    void slowDisk_isWaitedForNoLongerThanClientsTake() {
        for (int i = 0; i < 200; i++) {
            wait.synced(20_000_000, 100);
        }

        assertThat(wait.nanos(1, 1)).isEqualTo(GroupWait.NANOS_MAX);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EpochsTest {
    private final Epochs epochs = new Epochs();
    private final List<Integer> freed = new ArrayList<>();

    @Test
    @DisplayName("C15 nothing is freed in the change that unlinks it, even with no reader about")
    void reclaim_beforeAdvance_waits() {
        epochs.retire(freed::add, 1);
        epochs.reclaim();
        assertThat(freed).isEmpty();

        epochs.advance();
        epochs.reclaim();
        assertThat(freed).containsExactly(1);
    }

    @Test
    @DisplayName("C15 a pin holds back what was unlinked at its generation or later, nothing earlier")
    void reclaim_pinned_freesOlderOnly() {
        Epochs.Pin pin = epochs.newPin();
        epochs.retire(freed::add, 1);
        epochs.advance();
        pin.enter(epochs.generation());
        epochs.retire(freed::add, 2);
        epochs.advance();
        epochs.retire(freed::add, 3);
        epochs.advance();

        epochs.reclaim();
        assertThat(freed).containsExactly(1);
        pin.leave();
        epochs.reclaim();
        assertThat(freed).containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("a reader that stays makes the queue grow, in order; it drains without being asked when it is long")
    void advance_longQueue_drainsInOrder() {
        Epochs.Pin pin = epochs.newPin();
        pin.enter(epochs.generation());
        for (int i = 0; i < 1_000; i++) {
            epochs.retire(freed::add, i);
            epochs.advance();
        }
        assertThat(freed).isEmpty();
        assertThat(epochs.waitingCount()).isEqualTo(1_000);
        pin.leave();
        epochs.advance();

        assertThat(epochs.waitingCount()).isZero();
        assertThat(freed).hasSize(1_000).isSorted();
    }
}

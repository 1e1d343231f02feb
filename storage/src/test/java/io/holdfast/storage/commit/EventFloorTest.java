// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EventFloorTest {
    private final EventFloor floor = new EventFloor(2, EventFloor.SEGMENTS);

    private void turn(long bound) {
        for (int i = 0; i < EventFloor.SEGMENTS; i++) {
            int segment = floor.enter(bound);
            floor.done(segment, bound);
            floor.done(segment, bound);
        }
    }

    @Test
    @DisplayName("C07 the floor is the lowest bound: one segment left behind holds it")
    void floor_oneSegmentMissing_stays() {
        for (int i = 0; i < EventFloor.SEGMENTS - 1; i++) {
            int segment = floor.enter(100);
            assertThat(segment).isEqualTo(i);
            floor.done(segment, 100);
            floor.done(segment, 100);
        }
        assertThat(floor.floor()).isZero();
        int last = floor.enter(100);
        floor.done(last, 100);
        assertThat(floor.isVisiting()).isTrue();
        assertThat(floor.floor()).as("one shard has not answered").isZero();
        floor.done(last, 100);
        assertThat(floor.isVisiting()).isFalse();
        assertThat(floor.floor()).isEqualTo(100);
    }

    @Test
    @DisplayName("C07 a bound is what was applied when the hand came in, not when it left")
    void done_laterPosition_boundOfEntry() {
        turn(90);
        int segment = floor.enter(100);
        floor.done(segment, 100);
        floor.done(segment, 100);
        assertThat(floor.floor()).isEqualTo(90);
        assertThat(floor.enter(200)).isEqualTo(segment + 1);
    }

    @Test
    @DisplayName("nothing to do when every segment is as far as the shards have applied")
    void enter_nothingNew_none() {
        assertThat(floor.enter(0)).isEqualTo(-1);
        turn(50);
        assertThat(floor.enter(50)).isEqualTo(-1);
        assertThat(floor.isVisiting()).isFalse();
        assertThat(floor.enter(51)).isNotNegative();
    }

    @Test
    @DisplayName("answers of another visit, or one too many, count for nothing")
    void done_strangers_ignored() {
        int segment = floor.enter(10);
        floor.done(segment, 9);
        floor.done(segment + 1, 10);
        floor.done(segment, 10);
        assertThat(floor.isVisiting()).isTrue();
        floor.done(segment, 10);
        floor.done(segment, 10);
        assertThat(floor.isVisiting()).isFalse();
        int next = floor.enter(20);
        assertThat(next).isEqualTo(segment + 1);
        floor.done(next, 20);
        assertThat(floor.isVisiting()).isTrue();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandOverTest {
    private static final long SESSION = 257;

    private final HandOver handOver = new HandOver(3);

    @ParameterizedTest
    @EnumSource(EventKind.class)
    @DisplayName("C18 only events whose reply waits for the disk ask for a sync")
    void event_eachKind_urgentOnlyWhenAwaited(EventKind kind) {
        handOver.event(kind, SESSION, 1, 1);
        assertThat(handOver.isUrgent()).isEqualTo(kind == EventKind.RELEASED || kind == EventKind.INBOUND_RELEASED);
    }

    @Test
    @DisplayName("steps are urgent when somebody waits for them")
    void add_urgentOrNot_asSaid() {
        handOver.add(note(), 100);
        assertThat(handOver.isUrgent()).isFalse();
        handOver.addUrgent(note(), 0);
        assertThat(handOver.isUrgent()).isTrue();
        assertThat(handOver.ops()).hasSize(2);
        assertThat(handOver.bytes()).isGreaterThan(100);
        assertThat(handOver.shard()).isEqualTo(3);
    }

    @Test
    @DisplayName("events come back in order, the unlogged ones left out")
    void forEachEvent_many_inOrder() {
        assertThat(handOver.isEmpty()).isTrue();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            EventKind kind = EventKind.values()[i % EventKind.values().length];
            handOver.event(kind, SESSION + i, i, 1000 + i);
            expected.add(kind + " " + (SESSION + i) + " " + i);
            if (i % 7 == 0) {
                handOver.gone(SESSION, i);
            }
        }
        List<String> told = new ArrayList<>();
        handOver.forEachEvent((kind, number, index) -> told.add(kind + " " + number + " " + index));
        assertThat(told).isEqualTo(expected);
        assertThat(handOver.eventCount()).isEqualTo(58);
    }

    @Test
    @DisplayName("C08 a settle before the recount in one hand-over is not counted against it, one behind it is")
    void apply_settlesAroundCount_inOrder() {
        CommitFixture fixture = new CommitFixture();
        HandOver first = CommitFixture.handOver(
                new RowOps.Put(Table.SESSION, Keys.number(SESSION), new byte[0]),
                fixture.message("a", "1", SESSION),
                fixture.message("a", "2", SESSION),
                fixture.message("a", "3", SESSION));
        fixture.commit(first);
        fixture.crash(0);
        assertThat(fixture.start.sessionsToCount()).containsExactly(SESSION);

        handOver.event(EventKind.ACKNOWLEDGED, SESSION, 0, 1);
        handOver.add(new EndOp.Count(SESSION, new long[] {2, 3}), 0);
        handOver.event(EventKind.ACKNOWLEDGED, SESSION, 1, 2);
        fixture.commit(handOver);
        assertThat(fixture.committer.uncountedSessions()).isZero();
        assertThat(fixture.counters()).as("message 3 is still claimed").containsExactly("0=1");
    }

    @Test
    @DisplayName("C08 a settle before the end of an uncounted session gives nothing back that was never counted")
    void apply_settleThenEndUncounted_nothingGivenBack() {
        CommitFixture fixture = new CommitFixture();
        long other = SESSION + 256;
        for (long number : new long[] {SESSION, other}) {
            fixture.commit(new RowOps.Put(Table.SESSION, Keys.number(number), new byte[0]));
        }
        fixture.commit(fixture.message("a", "1", SESSION, other));
        fixture.crash(0);

        handOver.event(EventKind.ACKNOWLEDGED, SESSION, 0, 1);
        handOver.add(new EndOp(SESSION, null, new long[0], new long[0], List.of(), filter -> filter), 0);
        fixture.commit(handOver);
        fixture.commit(new EndOp.Count(other, new long[] {1}));
        assertThat(fixture.counters())
                .as("the other session still needs message 1")
                .containsExactly("0=1");
    }

    private static RowOps.Note note() {
        return new RowOps.Note() {
            @Override
            public void committed() {
                // Nobody waits.
            }
        };
    }
}

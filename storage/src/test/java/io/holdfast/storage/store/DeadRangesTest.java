// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DeadRanges.DeadRange;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeadRangesTest {
    private final DeadRanges dead = new DeadRanges();

    private void add(Table table, long from, long to) {
        dead.add(table, new DeadRange(Keys.number(from), Keys.number(to)));
    }

    private List<Long> bounds(Table table) {
        return dead.of(table).stream()
                .flatMap(range -> List.of(Keys.number(range.from()), Keys.number(range.to())).stream())
                .toList();
    }

    @Test
    @DisplayName("ranges that follow each other are one, others are kept apart")
    void add_following_one() {
        add(Table.MESSAGE, 10, 20);
        add(Table.MESSAGE, 20, 30);
        add(Table.MESSAGE, 50, 60);
        assertThat(bounds(Table.MESSAGE)).containsExactly(10L, 30L, 50L, 60L);
        assertThat(dead.tables()).containsExactly(Table.MESSAGE);
    }

    @Test
    @DisplayName("ranges that all begin at the beginning, as those of the log do, are one")
    void add_fromTheBeginning_one() {
        add(Table.LOG, 0, 100);
        add(Table.LOG, 0, 300);
        add(Table.LOG, 0, 200);
        assertThat(bounds(Table.LOG)).containsExactly(0L, 300L);
        dead.forget(Table.LOG);
        assertThat(bounds(Table.LOG)).isEmpty();
    }
}

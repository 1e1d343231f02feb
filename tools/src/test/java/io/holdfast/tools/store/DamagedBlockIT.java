// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.schema.Table;
import io.holdfast.tools.store.FlipStore.Flip;
import io.holdfast.tools.store.FlipTrial.Outcome;
import io.holdfast.tools.store.FlipTrial.Verdict;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A block of each table's file that does not fit its checksum, so that several rows are gone at once. */
class DamagedBlockIT {
    private static final int SESSIONS = 600;
    /** Within the first block of rows, as rows stand first in a table's file. */
    private static final long PLACE = 90;

    /** Without these nobody can say what the others mean. */
    private static final Set<Table> NEEDED_WHOLE = EnumSet.of(Table.META, Table.LOG);

    /** Whose rows belong to sessions that have to be named. */
    private static final Set<Table> OF_SESSIONS = EnumSet.of(Table.CLIENT, Table.SESSION, Table.INFLIGHT, Table.QUEUE);

    @TempDir
    static Path folder;

    private static FlipStore store;
    private static FlipTrial trial;

    @BeforeAll
    static void build() throws Exception {
        store = FlipStore.build(folder, SESSIONS);
        trial = new FlipTrial(store, folder.resolve("copy"));
    }

    @AfterAll
    static void end() {
        trial.close();
    }

    @ParameterizedTest
    @EnumSource(Table.class)
    @DisplayName("T41 a damaged block of any table: what it is about is told, and the broker serves everybody else")
    void start_damagedBlock_toldAndServed(Table table) throws Exception {
        FlipStore.Part oldest = store.parts().get("table " + table.familyName()).stream()
                .min(Comparator.comparing(FlipStore.Part::file))
                .orElseThrow();
        Outcome outcome = trial.run(new Flip(oldest, PLACE, 3));
        assertThat(outcome.verdict()).as(outcome.detail()).isNotIn(Verdict.SILENT, Verdict.HARMLESS);
        if (NEEDED_WHOLE.contains(table)) {
            assertThat(outcome.verdict()).as(outcome.detail()).isEqualTo(Verdict.REFUSED);
        } else {
            assertThat(outcome.verdict()).as(outcome.detail()).isNotEqualTo(Verdict.REFUSED);
        }
        if (OF_SESSIONS.contains(table)) {
            assertThat(outcome.detail()).contains("client \"client-");
        }
    }
}

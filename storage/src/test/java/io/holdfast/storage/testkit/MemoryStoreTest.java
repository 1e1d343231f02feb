// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
    private MemoryStore store = new MemoryStore();

    @Test
    @DisplayName("a crash keeps what was synced and a prefix of what was written since")
    void crash_withUnsyncedBatches_keepsAPrefix() {
        write(put(1, 10), put(2, 20));
        store.sync();
        write(put(2, 21), put(3, 30));
        write(delete(1));
        write(range(2, 4));
        assertThat(rows(store)).isEmpty();
        assertThat(store.unsyncedBatches()).isEqualTo(3);

        assertThat(rows(store.copy().crash(0))).isEmpty();
        store = store.crash(2);
        assertThat(rows(store)).containsExactly("2=21", "3=30");
        write(put(4, 40));
        store = store.crash(0);
        assertThat(rows(store)).containsExactly("2=21", "3=30");
    }

    @Test
    @DisplayName("a crash takes a batch back in the reverse order of its rows")
    void crash_batchTouchesOneKeyTwice_restoresTheFirstValue() {
        write(put(1, 10));
        store.sync();
        write(put(1, 11), delete(1), put(1, 12), range(0, 9), put(1, 13));
        assertThat(rows(store)).containsExactly("1=13");
        assertThat(rows(store.crash(0))).containsExactly("1=10");
    }

    @Test
    void crash_keepsMoreThanThereIs_throws() {
        write(put(1, 10));
        assertThatThrownBy(() -> store.crash(2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("T43 a failed write changes nothing and is final")
    void failNextWrite_thenEverythingFails() {
        write(put(1, 10));
        store.failNextWrite("disk on fire");
        assertThatThrownBy(() -> write(put(2, 20)))
                .isInstanceOf(StoreException.class)
                .hasMessage("disk on fire");
        assertThatThrownBy(() -> write(put(2, 20))).hasMessageContaining("failed before");
        assertThatThrownBy(store::sync).hasMessageContaining("failed before");
        assertThat(rows(store)).containsExactly("1=10");
        assertThat(rows(store.crash(0))).isEmpty();
    }

    @Test
    @DisplayName("T43 after a failed sync the rows may be on disk or not, and nothing more can be written")
    void failNextSync_thenEverythingFails() {
        write(put(1, 10));
        store.failNextSync("disk on fire");
        assertThatThrownBy(store::sync).hasMessage("disk on fire");
        assertThatThrownBy(() -> write(put(2, 20))).hasMessageContaining("failed before");
        MemoryStore reopened = store.crash(1);
        assertThat(rows(reopened)).containsExactly("1=10");
        reopened.sync();
    }

    @Test
    @DisplayName("a walk sees the rows as they were when it began")
    void cursor_rowsChangeMeanwhile_keepsItsView() {
        write(put(1, 10), put(2, 20), put(3, 30));
        try (RowCursor cursor = store.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            assertThat(cursor.next()).isTrue();
            write(range(0, 9), put(5, 50));
            assertThat(cursor.record()).containsExactly(10);
            assertThat(cursor.next()).isTrue();
            assertThat(Keys.number(cursor.key())).isEqualTo(2);
            assertThat(cursor.record()).containsExactly(20);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.next()).isFalse();
        }
        assertThat(rows(store)).containsExactly("5=50");
    }

    @Test
    @DisplayName("C33 damage to a row is found")
    void damage_thenRead_throws() {
        write(put(1, 10));
        store.damage(Table.LOG, Keys.number(1));
        assertThatThrownBy(() -> store.get(Table.LOG, Keys.number(1))).isInstanceOf(DamagedRowException.class);
    }

    @Test
    void close_thenRead_throws() {
        store.close();
        assertThatThrownBy(() -> store.get(Table.LOG, Keys.number(1))).isInstanceOf(StoreException.class);
    }

    private interface Row {
        void addTo(RowBatch batch);
    }

    private static Row put(long key, int value) {
        return batch -> batch.put(Table.LOG, Keys.number(key), new byte[] {(byte) value});
    }

    private static Row delete(long key) {
        return batch -> batch.delete(Table.LOG, Keys.number(key));
    }

    private static Row range(long from, long to) {
        return batch -> batch.deleteRange(Table.LOG, Keys.number(from), Keys.number(to));
    }

    private void write(Row... rows) {
        RowBatch batch = new RowBatch();
        for (Row row : rows) {
            row.addTo(batch);
        }
        store.write(batch);
    }

    private static List<String> rows(RowReader from) {
        List<String> rows = new ArrayList<>();
        try (RowCursor cursor = from.cursor(Table.LOG, Keys.number(0), Keys.end())) {
            while (cursor.next()) {
                rows.add(Keys.number(cursor.key()) + "=" + cursor.record()[0]);
            }
        }
        return rows;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rocksdb.WriteBatch;

class NativeBatchTest {
    @Test
    @DisplayName("a batch in native memory is exactly the first bytes of the array, and is freed by who closes it")
    void of_longerArray_firstBytesAndOwned() throws Exception {
        RowBatch rows = new RowBatch();
        rows.put(Table.MESSAGE, Keys.number(1), new byte[] {1, 2, 3});
        rows.delete(Table.LOG, Keys.number(2));
        byte[] first = Arrays.copyOf(rows.array(), rows.size());
        byte[] longer = Arrays.copyOf(first, first.length + 10);
        NativeLibrary.load(StoreOptions.defaults().libraryFolder());
        WriteBatch batch = NativeBatch.of(longer, first.length);
        try (batch) {
            assertThat(batch.data()).isEqualTo(first);
            assertThat(batch.count()).isEqualTo(2);
            assertThat(batch.isOwningHandle()).isTrue();
        }
        assertThat(batch.isOwningHandle()).isFalse();
    }
}

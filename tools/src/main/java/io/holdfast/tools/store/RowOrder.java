// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.tools.store.RowFeed.Row;
import io.holdfast.tools.store.Section.Column;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The order in which a dump prints its rows, by what tells them apart. */
final class RowOrder implements Comparator<Row> {
    @Override
    public int compare(Row one, Row other) {
        int order = one.section().compareTo(other.section());
        List<Column> columns = one.section().keyColumns();
        for (int i = 0; order == 0 && i < columns.size(); i++) {
            order = compareValues(value(one, columns.get(i)), value(other, columns.get(i)));
        }
        return order;
    }

    static @Nullable Object value(Row row, Column column) {
        return row.values().get(row.section().columns().indexOf(column));
    }

    /** Numbers by size, texts by their bytes, as keys are. */
    private static int compareValues(@Nullable Object one, @Nullable Object other) {
        if (one instanceof Long a && other instanceof Long b) {
            return Long.compareUnsigned(a, b);
        }
        return Arrays.compareUnsigned(bytes(one), bytes(other));
    }

    private static byte[] bytes(@Nullable Object text) {
        return Objects.toString(text, "").getBytes(StandardCharsets.UTF_8);
    }
}

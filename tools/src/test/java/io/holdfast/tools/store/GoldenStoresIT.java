// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static io.holdfast.tools.store.DumpRun.column;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.holdfast.storage.record.StoreMeta;
import io.holdfast.storage.schema.FormatVersion;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store of each format, made by a version that wrote it, with rows in table files, in a blob file and in the log. They
 * are never made anew: they stand for the stores that are out there.
 */
class GoldenStoresIT {
    private static final String CONTENT =
            "sessions,subscriptions,inflight,inbound,queued,retained,wills,timers,topics,log";
    private static final int UNKNOWN_FIELD = 1_999;

    @TempDir
    Path folder;

    private Path unpacked(FormatVersion version) throws IOException {
        String name = "format-" + version.number();
        return GoldenStore.unpack(name, folder.resolve(name));
    }

    private static String expected() throws IOException {
        try (InputStream golden = GoldenStoresIT.class.getResourceAsStream("golden/content.txt")) {
            return new String(Objects.requireNonNull(golden).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String dump(Path data) {
        DumpRun run = DumpRun.of(data, "--section", CONTENT);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return run.out();
    }

    @ParameterizedTest
    @EnumSource(FormatVersion.class)
    @DisplayName("a store of every format is read whole, is clean, and holds what it held")
    void read_everyFormat_whole(FormatVersion version) throws IOException {
        Path data = unpacked(version);
        assertThat(dump(data)).isEqualTo(expected());
        assertThat(column(DumpRun.rows(data, "store"), "format")).containsExactly(Integer.toString(version.number()));
        assertThat(column(DumpRun.rows(data, "queued", "--client", "alice"), "size"))
                .contains("5000");
        assertThat(DumpRun.verb("check", data, "--deep").out()).isEqualTo("clean\n");
    }

    @ParameterizedTest
    @EnumSource(FormatVersion.class)
    @DisplayName("a store of every format is opened for writing, becomes the newest, and goes on where it was")
    void open_everyFormat_goesOn(FormatVersion version) throws IOException {
        Path data = unpacked(version);
        SampleStore store = new SampleStore(data);
        assertThat(dump(data)).isEqualTo(expected());
        store.publish("home/new", "a", 1, SampleStore.ALICE, SampleStore.CAROL);
        store.publish("home/new", "b", 1, SampleStore.ALICE, SampleStore.CAROL);
        store.commit();
        store.close();
        assertThat(column(DumpRun.rows(data, "store"), "format"))
                .containsExactly(Integer.toString(FormatVersion.NEWEST.number()));
        assertThat(column(DumpRun.rows(data, "queued", "--client", "alice"), "payload"))
                .endsWith("z", "a", "b");
        assertThat(DumpRun.verb("check", data, "--deep").out()).isEqualTo("clean\n");
    }

    // ---- fields of a newer version

    @Test
    @DisplayName(
            "fields that a newer version added to records of this format are passed over, and kept where a row is kept")
    void read_unknownFields_ignoredAndKept() throws IOException {
        Path data = unpacked(FormatVersion.V1);
        addUnknownFields(data);
        assertThat(dump(data)).isEqualTo(expected());
        assertThat(DumpRun.verb("check", data, "--deep").out()).isEqualTo("clean\n");
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            byte[] row = Objects.requireNonNull(store.rows().get(Table.META, MetaRow.STORE.key()));
            StoreMeta meta = StoreMeta.parseFrom(row);
            assertThat(meta.getFormatVersion()).isEqualTo(FormatVersion.NEWEST.number());
            assertThat(meta.getUnknownFields().hasField(UNKNOWN_FIELD)).isTrue();
        }
    }

    private record Row(Table table, ByteString key, ByteString record) {}

    /** Adds a field to every record, as a newer version would. */
    private static void addUnknownFields(Path data) throws IOException {
        byte[] unknown = UnknownFieldSet.newBuilder()
                .addField(
                        UNKNOWN_FIELD,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("newer"))
                                .build())
                .build()
                .toByteArray();
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            List<Row> rows = new ArrayList<>();
            for (Table table : Table.values()) {
                try (RowCursor cursor = store.rows().cursor(table, Keys.text(new byte[0]), Keys.end())) {
                    while (cursor.next()) {
                        ByteString record = ByteString.copyFrom(cursor.record()).concat(ByteString.copyFrom(unknown));
                        rows.add(new Row(table, ByteString.copyFrom(cursor.key()), record));
                    }
                }
            }
            RowBatch batch = new RowBatch();
            for (Row row : rows) {
                batch.put(row.table, row.key.toByteArray(), row.record.toByteArray());
            }
            assertThat(rows).hasSizeGreaterThan(25);
            store.rows().write(batch);
            store.rows().sync();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list of table files without its end, which RocksDB takes for an older one. */
class FileListMarkTest {
    @TempDir
    Path folder;

    private Path data;
    private Path copy;

    /** Rows of three tables that went into table files at a start, as a killed broker leaves them. */
    @BeforeEach
    void fill() throws IOException {
        data = folder.resolve("data");
        copy = folder.resolve("copy");
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            RowBatch batch = new RowBatch();
            for (Table table : new Table[] {Table.CLIENT, Table.TOPIC, Table.WILL}) {
                batch.put(table, Keys.number(7), new byte[] {1});
            }
            store.rows().write(batch);
            store.rows().sync();
        }
        try (StoreFolder store = StoreFolder.open(data, StoreOptions.defaults())) {
            store.alive(1);
            FolderTree.copyFolder(data, copy, CopyListener.NONE);
            FolderTree.copyFolder(data.resolve("rows"), copy.resolve("rows"), CopyListener.NONE);
        }
    }

    private Path list() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(copy.resolve("rows"), "MANIFEST-*")) {
            return found.iterator().next();
        }
    }

    private void open() {
        StoreFolder.open(copy, StoreOptions.defaults()).close();
    }

    @Test
    @DisplayName("T41 a list of table files that ends anywhere before its end is refused, by broker and inspector")
    void open_listCut_refused() throws IOException {
        Path list = list();
        byte[] whole = Files.readAllBytes(list);
        for (int length = whole.length - 1; length >= 0; length -= 29) {
            Files.write(list, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::open)
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOfSatisfying(
                            StoreRefusedException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED))
                    .hasMessageContaining("has lost its end");
            assertThatThrownBy(() -> StoreReader.open(copy, null)).hasMessageContaining("has lost its end");
        }
        Files.write(list, whole);
        assertThatCode(this::open).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("T41 a list that an older one has replaced is refused")
    void open_listOlder_refused() throws IOException {
        Path list = list();
        Files.move(list, list.resolveSibling("MANIFEST-000001"));
        Files.writeString(copy.resolve("rows/CURRENT"), "MANIFEST-000001\n");
        assertThatThrownBy(this::open).hasMessageContaining("is an old one");
    }

    @Test
    @DisplayName("a list that grew after its length was noted, as at a kill, is no damage; nor is a mark that is torn")
    void open_markBehindOrTorn_opens() throws IOException {
        Path mark = copy.resolve(StoreFolder.FILE_LIST_FILE);
        byte[] noted = Files.readAllBytes(mark);
        try (StoreFolder store = StoreFolder.open(copy, StoreOptions.defaults())) {
            store.rows().flush();
        }
        Files.write(mark, noted);
        assertThatCode(this::open).doesNotThrowAnyException();
        try (FileChannel channel = FileChannel.open(mark, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x7f}), 30);
        }
        assertThatCode(this::open).doesNotThrowAnyException();
    }
}

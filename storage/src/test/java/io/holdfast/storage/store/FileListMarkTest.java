// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.FileListMark.Length;
import io.holdfast.storage.store.StoreRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
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
        byte[] noted = Files.readAllBytes(mark());
        try (StoreFolder store = StoreFolder.open(copy, StoreOptions.defaults())) {
            store.rows().flush();
        }
        Files.write(mark(), noted);
        assertThatCode(this::open).doesNotThrowAnyException();
        try (FileChannel channel = FileChannel.open(mark(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x7f}), 30);
        }
        assertThatCode(this::open).doesNotThrowAnyException();
    }

    private Path mark() {
        return copy.resolve(StoreFolder.FILE_LIST_FILE);
    }

    private byte[] storeId() throws IOException {
        return Arrays.copyOfRange(Files.readAllBytes(mark()), 8, 8 + Watermark.STORE_ID_BYTES);
    }

    private void note(byte[] storeId, Length length) throws IOException {
        try (FileListMark mark = FileListMark.open(mark(), storeId)) {
            mark.note(length);
        }
    }

    private Length noted() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(mark())).order(ByteOrder.LITTLE_ENDIAN);
        return new Length(bytes.getLong(24), bytes.getLong(32));
    }

    @Test
    @DisplayName("a list that is longer than was noted is no damage, one that is shorter by a byte is")
    void open_lengthNoted_least() throws IOException {
        Length length = Length.of(list().getFileName().toString(), Files.size(list()));
        note(storeId(), new Length(length.number(), length.bytes() + 1));
        assertThatThrownBy(this::open).hasMessageContaining("has lost its end");
        note(storeId(), new Length(length.number(), length.bytes() - 1));
        assertThatCode(this::open).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("a mark of another store, or of a version to come, counts for nothing")
    void open_markNotOurs_opens() throws IOException {
        Length unreached = new Length(1_000_000, 1);
        byte[] storeId = storeId();
        note(storeId, unreached);
        assertThatThrownBy(this::open).hasMessageContaining("is an old one");
        byte[] content = Files.readAllBytes(mark());
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(4, (short) 2);
        CRC32C crc = new CRC32C();
        crc.update(content, 0, content.length - 4);
        bytes.putInt(content.length - 4, (int) crc.getValue());
        Files.write(mark(), content);
        assertThatCode(this::open).doesNotThrowAnyException();
        storeId[0]++;
        note(storeId, unreached);
        assertThatCode(this::open).doesNotThrowAnyException();
    }

    private static void grow(StoreFolder store, long key) {
        RowBatch batch = new RowBatch();
        batch.put(Table.CLIENT, Keys.number(key), new byte[] {1});
        store.rows().write(batch);
        store.rows().flush();
    }

    @Test
    @DisplayName("T41 the length of the list is noted at a start, with each pulse and at a clean end")
    void note_startPulsesEnd_eachTime() throws IOException {
        Length before = noted();
        Length pulse = before;
        try (StoreFolder store = StoreFolder.open(copy, StoreOptions.defaults())) {
            assertThat(noted().number()).isGreaterThan(before.number());
            for (int i = 0; i < 2; i++) {
                Length last = noted();
                grow(store, i);
                store.alive(i);
                pulse = noted();
                assertThat(pulse.number()).isEqualTo(last.number());
                assertThat(pulse.bytes()).isGreaterThan(last.bytes());
            }
            grow(store, 9);
        }
        assertThat(noted().number()).isEqualTo(pulse.number());
        assertThat(noted().bytes()).isGreaterThan(pulse.bytes());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured while a broker works in it. */
class FolderTreeTest {
    private static final int ROUNDS = 200;
    private static final int FILES = 200;

    @TempDir
    Path folder;

    @Test
    @DisplayName("files that go while a folder is measured do not count, and nothing fails for their sake")
    void bytes_filesGoMeanwhile_othersCounted() throws Exception {
        Files.write(Files.createDirectories(folder.resolve("a/b")).resolve("stays"), new byte[1_000]);
        for (int round = 0; round < ROUNDS; round++) {
            List<Path> passing = new ArrayList<>();
            for (int i = 0; i < FILES; i++) {
                passing.add(Files.createFile(folder.resolve("a/" + i)));
            }
            CompletableFuture<Void> removal = CompletableFuture.runAsync(() ->
                    passing.forEach(file -> assertThat(file.toFile().delete()).isTrue()));
            assertThat(FolderTree.bytes(folder)).isEqualTo(1_000);
            removal.get();
        }
    }

    @Test
    @DisplayName("a folder that is not there has no size")
    void bytes_noFolder_refused() {
        assertThatThrownBy(() -> FolderTree.bytes(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreFolder;
import io.holdfast.storage.store.StoreOptions;
import io.holdfast.tools.blackbox.broker.BrokerProcess;
import io.holdfast.tools.blackbox.broker.HoldfastBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the operator sees of each data folder that cannot serve: one sentence and the exit code of its kind. */
@Timeout(180)
class RunRefusalIT {
    @TempDir
    Path folder;

    private boolean mounted;

    private Path data() {
        return folder.resolve("data");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(new ProcessBuilder("umount", "-l", data().toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
    }

    private void mount(String options) throws Exception {
        Files.createDirectories(data());
        String[] line = {"mount", "-t", "tmpfs", "-o", options, "tmpfs", data().toString()};
        assertThat(new ProcessBuilder(line).inheritIO().start().waitFor())
                .as("mount, which needs root")
                .isZero();
        mounted = true;
    }

    private void refused(int code, String sentence) {
        StringWriter err = new StringWriter();
        CommandLine run = new CommandLine(new RunVerb()).setErr(new PrintWriter(err));
        assertThat(run.execute("--data", data().toString(), "--port", "0"))
                .as(err.toString())
                .isEqualTo(code);
        String[] lines = err.toString().strip().split("\n", -1);
        assertThat(lines[0]).matches("holdfast: " + sentence);
        assertThat(lines.length).isLessThanOrEqualTo(lines[0].contains("rows before") ? 2 : 1);
    }

    private Path storeOf(int rows) {
        try (StoreFolder store = StoreFolder.open(data(), StoreOptions.defaults())) {
            put(store, rows);
        }
        return StoreFolder.logFiles(data());
    }

    private static void put(StoreFolder store, int rows) {
        for (int i = 1; i <= rows; i++) {
            RowBatch batch = new RowBatch();
            batch.put(Table.LOG, Keys.number(i), new byte[100]);
            store.rows().write(batch);
        }
        store.rows().sync();
    }

    /** The list of table files that counts; an older one may still lie beside it. */
    private static Path manifest(Path rows) throws IOException {
        return rows.resolve(Files.readString(rows.resolve("CURRENT")).strip());
    }

    @Test
    @DisplayName("T41 MANIFEST missing: exit code 4, and the sentence names it")
    void run_manifestMissing_damaged() throws Exception {
        Path manifest = manifest(storeOf(5));
        Files.delete(manifest);
        refused(
                RunVerb.EXIT_STORE_DAMAGED,
                "the store in .* cannot be opened: .*" + manifest.getFileName() + ".*backup");
    }

    @Test
    @DisplayName("T41 an older MANIFEST, which does not know the newest files: exit code 4, not a shorter store")
    void run_olderManifest_damaged() throws Exception {
        Path rows = StoreFolder.logFiles(data());
        byte[] older;
        Path manifest;
        try (StoreFolder store = StoreFolder.open(data(), StoreOptions.defaults())) {
            put(store, 5);
            manifest = manifest(rows);
            older = Files.readAllBytes(manifest);
            put(store, 10);
            store.rows().flush();
            assertThat(Files.size(manifest)).isGreaterThan(older.length);
        }
        Files.write(manifest, older);
        refused(
                RunVerb.EXIT_STORE_DAMAGED,
                "the list of table files .* has lost its end: it has [0-9]+ of [0-9]+ bytes; nothing was changed: .*");
    }

    @Test
    @DisplayName("T41 half of a MANIFEST: exit code 4, not a shorter store")
    void run_halfManifest_damaged() throws Exception {
        storeOf(5);
        Path manifest;
        try (StoreFolder store = StoreFolder.open(data(), StoreOptions.defaults())) {
            store.rows().flush();
            manifest = manifest(StoreFolder.logFiles(data()));
        }
        byte[] whole = Files.readAllBytes(manifest);
        Files.write(manifest, Arrays.copyOf(whole, whole.length / 2));
        refused(
                RunVerb.EXIT_STORE_DAMAGED,
                "the list of table files .* has lost its end: it has [0-9]+ of [0-9]+ bytes; nothing was changed: .*");
    }

    @Test
    @DisplayName("T41 a store of a newer format: exit code 3, and what to start instead")
    void run_newerFormat_refused() throws Exception {
        storeOf(1);
        Path marker = data().resolve("holdfast-store");
        Files.writeString(marker, Files.readString(marker).replaceAll("format=[0-9]+", "format=99"));
        refused(RunVerb.EXIT_STORE_REFUSED, "the store in .* has format 99, .*; start the newer broker that made it");
    }

    @Test
    @DisplayName("T42 a symbolic link in the folder's place: exit code 3, and where it points")
    void run_symbolicLink_refused() throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.createSymbolicLink(data(), real);
        refused(RunVerb.EXIT_STORE_REFUSED, "the data folder .* is a symbolic link; .*" + real.toRealPath());
    }

    @Test
    @DisplayName("T42 another broker has the folder: exit code 3, and its pid")
    void run_inUse_refusedWithPid() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(HoldfastBroker.sound(), "admin.enabled=false")) {
            Files.createSymbolicLink(folder.resolve("way"), broker.data().getParent());
            StringWriter err = new StringWriter();
            CommandLine run = new CommandLine(new RunVerb()).setErr(new PrintWriter(err));
            String way = folder.resolve("way").resolve("data").toString();
            assertThat(run.execute("--data", way, "--port", "0")).isEqualTo(RunVerb.EXIT_STORE_REFUSED);
            assertThat(err.toString())
                    .contains("is in use by another broker (pid " + broker.pid() + "); stop it first");
            assertThat(broker.alive()).isTrue();
        }
    }

    @Test
    @DisplayName("T42 a folder on a read-only disk: exit code 3, and what to do")
    @RequiresTool("mount")
    void run_readOnlyDisk_refused() throws Exception {
        mount("ro,size=1m,mode=0700");
        refused(
                RunVerb.EXIT_STORE_REFUSED,
                "user .* may not write to the data folder .*, or mount its file system for writing");
    }

    @Test
    @DisplayName("T42 T43 a folder on a full disk: exit code 3, and what to do; with space it starts as if nothing was")
    @RequiresTool("mount")
    void run_fullDisk_refused() throws Exception {
        mount("size=16m,mode=0700");
        storeOf(5);
        Path filler = data().resolve("filler");
        try (var out = Files.newOutputStream(filler)) {
            byte[] block = new byte[1 << 16];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
        refused(RunVerb.EXIT_STORE_REFUSED, "no space left .*; free some and start again");
        Files.delete(filler);
        try (StoreFolder store = StoreFolder.open(data(), StoreOptions.defaults())) {
            assertThat(store.rows().get(Table.LOG, Keys.number(5))).isNotNull();
        }
    }
}

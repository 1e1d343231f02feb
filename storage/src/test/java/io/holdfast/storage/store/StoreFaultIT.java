// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.RequiresTool;
import io.holdfast.storage.testkit.FailIo;
import io.holdfast.storage.testkit.FailIo.Fault;
import io.holdfast.storage.testkit.FailIo.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real store on a disk that fails: it never lies, stays failed, and comes back by being opened anew. */
@RequiresTool("gcc")
class StoreFaultIT {
    @TempDir
    private Path folder;

    private Path data;
    private FailIo disk;

    @BeforeEach
    void buildDisk() throws IOException {
        data = folder.toRealPath().resolve("data");
        disk = FailIo.build(folder, data);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    @DisplayName(
            "T43 after a failed sync everything fails, also when the disk works again, until the store is reopened")
    void sync_diskFails_staysFailedUntilReopened(Fault fault) throws IOException {
        try (StoreChild child = start()) {
            child.order("write 10");
            assertThat(child.order("sync")).isEqualTo("ok 10");
            disk.fail(Operation.SYNC, fault);
            assertThat(child.order("write 1")).isEqualTo("ok 11");
            assertThat(child.order("sync")).startsWith("failed cannot sync the store in " + data);
            disk.heal();
            assertThat(child.order("sync")).startsWith("failed the store has failed before and must be reopened");
            assertThat(child.order("write 1")).startsWith("failed the store has failed before");

            assertThat(child.order("reopen")).isEqualTo("open");
            assertThat(child.order("write 1")).startsWith("ok");
            assertThat(child.order("sync")).startsWith("ok");
        }
        List<Long> kept = StoreCrashIT.keys(data, StoreOptions.defaults());
        assertThat(kept).startsWith(LongStream.rangeClosed(1, 10).boxed().toArray(Long[]::new));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    @DisplayName("T43 a single failed write of the log is enough to stop the store")
    void sync_writeOfLogFailsOnce_staysFailedUntilReopened(Fault fault) throws IOException {
        try (StoreChild child = start()) {
            child.order("write 10");
            assertThat(child.order("sync")).isEqualTo("ok 10");
            disk.failOnce(Operation.WRITE, fault, 1);
            child.order("write 1");
            assertThat(child.order("sync")).startsWith("failed");
            assertThat(child.order("sync")).startsWith("failed the store has failed before");
            assertThat(child.order("reopen")).isEqualTo("open");
            assertThat(child.order("sync")).startsWith("ok");
        }
        List<Long> kept = StoreCrashIT.keys(data, StoreOptions.defaults());
        assertThat(kept).startsWith(LongStream.rangeClosed(1, 10).boxed().toArray(Long[]::new));
    }

    @Test
    @DisplayName("T43 a folder that cannot be opened now is refused, and opens when the disk works again")
    void open_diskFails_refusesAndOpensLater() throws IOException {
        try (StoreChild child = start()) {
            child.order("write 10");
            child.order("sync");
            disk.fail(Operation.ANY, Fault.ENOSPC);
            assertThat(child.order("reopen")).startsWith("failed");
            assertThat(child.order("reopen")).startsWith("failed");
            disk.heal();
            assertThat(child.order("reopen")).isEqualTo("open");
            assertThat(child.order("write 5")).isEqualTo("ok 15");
            assertThat(child.order("sync")).isEqualTo("ok 15");
        }
        assertThat(StoreCrashIT.keys(data, StoreOptions.defaults())).hasSize(15);
    }

    @Test
    @DisplayName("T43 a stalled sync only takes longer")
    void sync_diskStalls_returnsLater() throws IOException {
        try (StoreChild child = start()) {
            child.order("write 10");
            disk.stall(Operation.SYNC, 300);
            long before = System.nanoTime();
            assertThat(child.order("sync")).isEqualTo("ok 10");
            assertThat(System.nanoTime() - before).isGreaterThan(290_000_000L);
        }
    }

    private StoreChild start() throws IOException {
        StoreChild child = StoreChild.start(data, disk.environment());
        assertThat(child.answer()).isEqualTo("open");
        return child;
    }
}

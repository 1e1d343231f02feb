// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.RowBatch;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.testkit.MemoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** The same random operations on RocksDB and on its twin in memory: whatever can be read must agree. */
class StoreModelTest {
    private static final int STEPS = 300;
    private static final int KEYS = 24;
    private static final Table[] TABLES = {Table.MESSAGE, Table.LOG, Table.QUEUE, Table.TIMER};

    @TempDir
    private Path folder;

    @Seeded(runs = 8)
    @DisplayName("RocksDB and the store in memory agree on every read, also after a restart")
    void randomOperations_onBothStores_readAlike(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MemoryStore model = new MemoryStore();
        RocksStore store = RocksStore.open(folder.resolve("s" + seed), StoreOptions.defaults());
        try {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3, 4 -> {
                        RowBatch batch = randomBatch(random);
                        model.write(batch);
                        store.write(batch);
                    }
                    case 5, 6 -> {
                        model.sync();
                        store.sync();
                    }
                    case 7 -> {
                        Table table = TABLES[random.nextInt(TABLES.length)];
                        byte[] from = Keys.number(random.nextInt(KEYS));
                        RowBatch batch = new RowBatch();
                        batch.deleteRange(table, from, Keys.end());
                        model.write(batch);
                        store.write(batch);
                        if (random.nextBoolean()) {
                            store.flush();
                        }
                        model.sync();
                        store.sync();
                        store.reclaim(table, from, Keys.end());
                    }
                    case 8 -> {
                        model.sync();
                        store.sync();
                        store.close();
                        store = RocksStore.open(folder.resolve("s" + seed), StoreOptions.defaults());
                        model = model.crash(0);
                    }
                    default -> compare(random, model, store);
                }
            }
            compare(random, model, store);
        } finally {
            store.close();
        }
        assertThat(NativeHandles.leaks()).isEmpty();
    }

    private static RowBatch randomBatch(SplittableRandom random) {
        RowBatch batch = new RowBatch();
        for (int rows = random.nextInt(1, 6); rows > 0; rows--) {
            Table table = TABLES[random.nextInt(TABLES.length)];
            byte[] key = Keys.number(random.nextInt(KEYS));
            switch (random.nextInt(6)) {
                case 0 -> batch.delete(table, key);
                case 1 -> {
                    int first = random.nextInt(KEYS);
                    batch.deleteRange(table, Keys.number(first), Keys.number(random.nextInt(first, KEYS)));
                }
                default -> {
                    byte[] record = new byte[random.nextInt(10) == 0 ? 6000 : random.nextInt(40)];
                    random.nextBytes(record);
                    batch.put(table, key, record);
                }
            }
        }
        return batch;
    }

    private static void compare(SplittableRandom random, RowStore model, RowStore store) {
        for (Table table : TABLES) {
            byte[] from = Keys.number(random.nextInt(KEYS));
            byte[] to = random.nextBoolean() ? Keys.end() : Keys.number(random.nextInt(KEYS));
            assertThat(walk(store, table, from, to)).isEqualTo(walk(model, table, from, to));
            assertThat(store.lastKey(table, from, to)).isEqualTo(model.lastKey(table, from, to));
            byte[] key = Keys.number(random.nextInt(KEYS));
            assertThat(store.get(table, key)).isEqualTo(model.get(table, key));
        }
    }

    private static List<String> walk(RowStore store, Table table, byte[] from, byte[] to) {
        List<String> rows = new ArrayList<>();
        try (RowCursor cursor = store.cursor(table, from, to)) {
            while (cursor.next()) {
                rows.add(HexFormat.of().formatHex(cursor.key()) + "="
                        + HexFormat.of().formatHex(cursor.record()));
            }
        }
        return rows;
    }
}

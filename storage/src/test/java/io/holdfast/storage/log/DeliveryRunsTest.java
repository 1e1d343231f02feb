// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeliveryRunsTest {
    private final DeliveryRuns runs = new DeliveryRuns();

    @Seeded(runs = 100)
    void anyOrder_ofAppendsReadsAndRemovals_givesBackWhatAMapWould(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Long, Long> model = new TreeMap<>();
        long tail = random.nextInt(1_000);
        long head = tail;
        for (int step = 0; step < 3_000; step++) {
            int choice = random.nextInt(100);
            if (choice < 50) {
                tail += random.nextInt(20) == 0 ? random.nextInt(300) : 1; // a part of the tail is left on disk
                put(model, tail, step);
            } else if (choice < 65) {
                head = Math.min(tail, head + random.nextInt(3)); // read from disk, some of them settled
                put(model, head, step);
            } else if (!model.isEmpty()) {
                List<Long> present = new ArrayList<>(model.keySet());
                long index = choice < 90 ? present.get(0) : present.get(random.nextInt(present.size()));
                runs.remove(index);
                model.remove(index);
            }
            assertThat(runs.size()).isEqualTo(model.size());
            for (long probe = head - 3; probe < head + 3; probe++) {
                assertThat(runs.get(probe)).isEqualTo(model.getOrDefault(probe, Delivery.NONE));
            }
        }
        for (long index = 0; index <= tail + 1; index++) {
            assertThat(runs.get(index)).isEqualTo(model.getOrDefault(index, Delivery.NONE));
        }
    }

    private void put(Map<Long, Long> model, long index, long delivery) {
        if (!model.containsKey(index)) {
            runs.put(index, delivery);
            model.put(index, delivery);
        }
    }

    @Test
    void headReadFromDisk_meetsTheTailInMemory_withoutMixingThemUp() {
        runs.put(200, 7);
        for (long index = 100; index < 200; index++) {
            runs.put(index, index);
        }

        runs.put(201, 8);

        assertThat(runs.size()).isEqualTo(102);
        assertThat(runs.get(199)).isEqualTo(199);
        assertThat(runs.get(200)).isEqualTo(7);
        assertThat(runs.get(201)).isEqualTo(8);
    }

    @Test
    void removal_ofWhatIsNotThere_changesNothing() {
        runs.put(5, 1);

        runs.remove(4);
        runs.remove(6);

        assertThat(runs.size()).isEqualTo(1);
        assertThat(runs.get(5)).isEqualTo(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecipientListTest {
    @Seeded(runs = 20)
    @DisplayName("a list over many chunks answers as a sorted map does, and no version of it ever changes")
    void list_randomChanges_agreesWithMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Long, Long> model = new TreeMap<>();
        RecipientList list = RecipientList.of(0, 0);
        model.put(0L, 0L);
        int sessions = 10 + random.nextInt(4_000);
        for (int step = 0; step < 8_000; step++) {
            long session = random.nextLong(sessions) - 5;
            boolean growing = step < 4_000;
            if (random.nextInt(4) == 0 == growing && model.size() > 1 && model.containsKey(session)) {
                model.remove(session);
                list = list.without(session);
            } else if (growing) {
                model.put(session, (long) step);
                list = list.with(session, step);
            }
            assertThat(list.termsOf(session)).isEqualTo(model.getOrDefault(session, RecipientList.NONE));
        }
        RecipientList kept = list;
        list.with(Long.MAX_VALUE, 1);
        if (model.size() > 1) {
            list.without(model.firstKey());
        }
        assertThat(entries(kept)).isEqualTo(entries(model));
        assertThat(kept.hasOneEntry()).isEqualTo(model.size() == 1);
    }

    @Test
    @DisplayName("rising session numbers fill their chunks; what is removed leaves no trail of tiny chunks")
    void list_grownAndShrunk_fewChunks() {
        int sessions = 50 * RecipientList.CHUNK_ENTRIES;
        RecipientList list = RecipientList.of(0, 0);
        for (int i = 1; i < sessions; i++) {
            list = list.with(i, i);
        }
        assertThat(list.chunkCount()).isEqualTo(50);
        for (int i = 0; i < sessions; i++) {
            if (i % 100 != 0) {
                list = list.without(i);
            }
        }

        assertThat(list.chunkCount()).isLessThanOrEqualTo(5);
        assertThat(list.termsOf(100)).isEqualTo(100);
        assertThat(list.termsOf(101)).isEqualTo(RecipientList.NONE);
    }

    private static List<String> entries(RecipientList list) {
        Matches matches = new Matches();
        list.copyTo(matches);
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < matches.size(); i++) {
            entries.add(matches.sessionNumber(i) + " " + matches.identifier(i));
        }
        return entries;
    }

    private static List<String> entries(Map<Long, Long> model) {
        List<String> entries = new ArrayList<>();
        model.forEach((session, terms) -> entries.add(session + " " + terms));
        return entries;
    }
}

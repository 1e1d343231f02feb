// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.protocol.testkit.Seeds;
import io.holdfast.tools.store.FlipStore.Flip;
import io.holdfast.tools.store.FlipStore.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One bit of one file, at random places over all files of a store: whatever it changes is told by the check and by the
 * broker. Every kind of file once in a normal build, and some of the table files, at places of a fixed seed; 200 places of a
 * fresh one with {@code -Dholdfast.faults=full}.
 */
class BitFlipIT {
    private static final System.Logger LOG = System.getLogger(BitFlipIT.class.getName());
    private static final int SESSIONS = 10_000;
    private static final int FULL = 200;
    private static final long SAMPLE_SEED = 41;
    private static final boolean ALL =
            System.getProperty("holdfast.faults", "quick").equals("full");
    /** Tables that are met in a normal build; the others another time. */
    private static final int TABLES = 4;

    @TempDir
    Path folder;

    @Test
    @DisplayName("T41 a flipped bit anywhere in a store is harmless, or the check and the broker tell what it is about")
    void store_bitFlippedAnywhere_neverSilent() throws Exception {
        long seed = ALL ? Seeds.one() : Long.getLong("seed", SAMPLE_SEED);
        FlipStore store = FlipStore.build(folder, SESSIONS);
        List<String> silent = new ArrayList<>();
        Map<String, Map<String, Integer>> table = new TreeMap<>();
        try (FlipTrial trial = new FlipTrial(store, folder.resolve("copy"))) {
            for (Flip flip : flips(store, seed)) {
                FlipTrial.Outcome outcome = trial.run(flip);
                LOG.log(System.Logger.Level.INFO, flip + ": " + outcome);
                table.computeIfAbsent(flip.part().kind(), unused -> new TreeMap<>())
                        .merge(outcome.verdict().name(), 1, Integer::sum);
                if (outcome.verdict() == FlipTrial.Verdict.SILENT) {
                    silent.add(flip + ": " + outcome);
                }
            }
        }
        LOG.log(
                System.Logger.Level.INFO,
                table.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n", "outcomes:\n", "")));
        assertThat(silent).as(Seeds.replay(seed)).isEmpty();
    }

    private static List<Flip> flips(FlipStore store, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, List<Part>> parts = store.parts();
        assertThat(parts.keySet()).containsAll(FlipStore.kinds());
        assertThat(parts.get("table queue")).as("several files in each table").hasSizeGreaterThan(1);
        List<Flip> flips = new ArrayList<>();
        if (ALL) {
            List<String> kinds = new ArrayList<>(parts.keySet());
            kinds.addAll(List.of("log", "log", "log", "MANIFEST", "MANIFEST", "table queue", "table session"));
            for (int i = 0; i < FULL; i++) {
                flips.add(flip(parts.get(kinds.get(i % kinds.size())), random));
            }
            return flips;
        }
        List<String> tables = new ArrayList<>();
        for (String kind : FlipStore.kinds()) {
            if (kind.startsWith("table ")) {
                tables.add(kind);
            } else {
                flips.add(flip(parts.get(kind), random));
            }
        }
        Collections.shuffle(tables, new Random(seed));
        for (String kind : tables.subList(0, TABLES)) {
            flips.add(flip(parts.get(kind), random));
        }
        return flips;
    }

    private static Flip flip(List<Part> files, SplittableRandom random) {
        return Flip.random(files.get(random.nextInt(files.size())), random);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one lane showed: for each phase and metric one value a round. */
final class Figures {
    /** The middle of several rounds and how far they lie apart. */
    record Spread(double median, double least, double most, int rounds) {}

    private final Map<String, Map<Metric, List<Double>>> values = new TreeMap<>();
    private int unclean;
    private final List<String> notes = new ArrayList<>();

    void add(String phase, Metric metric, double value) {
        values.computeIfAbsent(phase, name -> new EnumMap<>(Metric.class))
                .computeIfAbsent(metric, name -> new ArrayList<>())
                .add(value);
    }

    /** A sentence that belongs under the table; each is kept once. */
    void note(String sentence) {
        if (!notes.contains(sentence)) {
            notes.add(sentence);
        }
    }

    /** A run that lost, doubled, reordered or corrupted something, or did not come to its end. */
    void unclean(String sentence) {
        unclean++;
        note(sentence);
    }

    boolean isClean() {
        return unclean == 0;
    }

    List<String> notes() {
        return notes;
    }

    Set<String> phases() {
        return values.keySet();
    }

    List<Double> values(String phase, Metric metric) {
        return values.getOrDefault(phase, Map.of()).getOrDefault(metric, List.of());
    }

    /** Null without a single value. */
    @Nullable
    Spread spread(String phase, Metric metric) {
        List<Double> sorted = values(phase, metric).stream().sorted().toList();
        if (sorted.isEmpty()) {
            return null;
        }
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
    }
}

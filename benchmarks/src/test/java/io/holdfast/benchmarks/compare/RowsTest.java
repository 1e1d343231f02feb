// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.holdfast.benchmarks.load.BenchVerb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class RowsTest {
    @TempDir
    Path folder;

    static List<Row> rows() {
        Path root = Path.of("");
        List<Contender> peers =
                List.of(new Mosquitto(), new Artemis(root.resolve("a")), new Moquette(root.resolve("m")));
        return new Rows(new Holdfast(root, Holdfast.SYNC), new Holdfast(root, Holdfast.OS), peers, root.resolve("f"), 2)
                .all();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("each lane's command is one that the load tool understands")
    void row_commands_parse(Row row) {
        assertThat(row.lanes()).hasSizeGreaterThanOrEqualTo(2);
        for (Lane lane : row.lanes()) {
            List<String> words = new ArrayList<>(Arrays.asList(lane.command().split(" ")));
            if (lane instanceof BenchLane.HalfRate) {
                words.set(words.indexOf("HALF"), "1000");
            }
            if (!lane.command().isEmpty()) {
                assertThat(words.remove(0)).isEqualTo("bench");
                words.addAll(List.of("--port", "1", "--pid", "1", "--json", "f", "--quiet"));
                assertThatCode(() -> new CommandLine(new BenchVerb()).parseArgs(words.toArray(String[]::new)))
                        .doesNotThrowAnyException();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("targets and tables speak of lanes that the row has")
    void row_goals_nameLanes(Row row) {
        List<String> labels = row.lanes().stream().map(Lane::label).toList();
        assertThat(labels).doesNotHaveDuplicates();
        assertThat(row.goals()).isNotEmpty().allSatisfy(goal -> {
            Stream.of(goal.of(), goal.against() == null ? goal.of() : goal.against())
                    .forEach(source -> {
                        assertThat(labels).contains(source.lane());
                        assertThat(row.phases()).contains(source.phase());
                    });
        });
    }

    @Test
    @DisplayName("names of rows are told apart")
    void rows_names_distinct() {
        assertThat(rows()).extracting(Row::name).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    }

    @Test
    @DisplayName("the disk alone has a p50, a p99 not below it, and leaves nothing behind")
    void disk_shortWhile_measured() throws Exception {
        DiskLane disk = new DiskLane(folder, Duration.ofMillis(100));
        Figures figures = new Figures();
        disk.measure(new Bench(folder), null, figures);
        double p50 = figures.spread(DiskLane.PHASE, Metric.P50).median();
        assertThat(p50).isPositive();
        assertThat(figures.spread(DiskLane.PHASE, Metric.P99).median()).isGreaterThanOrEqualTo(p50);
        assertThat(folder).isEmptyDirectory();
    }
}

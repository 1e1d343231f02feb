// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.result.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    private static final Row ROW = RowsTest.rows().get(0);

    @TempDir
    Path folder;

    @Test
    @DisplayName("medians with their spread, the ratio to the first lane, the targets and what went wrong are told")
    void markdown_twoLanes_tables() {
        Figures theirs = FiguresTest.figures(10.0, 12.0, 11.0);
        theirs.unclean("A run was\nnot clean | 3 lost");
        String text = ComparisonMarkdown.of(comparison(
                Map.of("holdfast", FiguresTest.figures(4.0, 3.3, 4.4), "mosquitto", theirs, "artemis", new Figures())));
        assertThat(text)
                .contains("| holdfast | 4.00 (3.30-4.40) | - | - | - | - | - | - | - |  |")
                .contains("| mosquitto | 11.0 (10.0-12.0) | - | - | - | - | - | - | - | 0.36 x |")
                .contains("| CPU of holdfast / mosquitto, publish | <= 0.40 x | <= 0.25 x | 0.36 x | met |")
                .contains("| CPU of holdfast / artemis, publish | <= 0.20 x | <= 0.20 x | - | not measured |")
                .contains("- mosquitto: A run was not clean / 3 lost")
                .contains("Left out: moquette: no Maven.")
                .contains("everything the acknowledgement promises, synced to the device")
                .contains("- `bench qos --qos 1 --pairs 10")
                .doesNotContain("| artemis | -");
    }

    @Test
    @DisplayName("the JSON holds every round and can be read by whoever reads the load tool's")
    void json_rounds_all() throws IOException {
        Path file = folder.resolve("c.json");
        Files.writeString(file, ComparisonJson.of(comparison(Map.of("holdfast", FiguresTest.figures(4.0, 3.3, 4.4)))));
        Object tree = JsonTree.read(file);
        Object row = JsonTree.listAt(tree, "rows").get(0);
        Object lane = JsonTree.listAt(row, "lanes").get(0);
        assertThat(JsonTree.at(lane, List.of("label"))).isEqualTo("holdfast");
        assertThat(JsonTree.at(lane, List.of("phases", "publish", "cpuMicrosPerUnit")))
                .isEqualTo(List.of(4.0, 3.3, 4.4));
        assertThat(JsonTree.at(JsonTree.listAt(row, "targets").get(0), List.of("verdict")))
                .isEqualTo("not measured");
        assertThat(JsonTree.at(tree, List.of("machine", "commit"))).isEqualTo("0123456789ab");
        assertThat(JsonTree.at(tree, List.of("machine", "nothing", "there"))).isNull();
    }

    private static Comparison comparison(Map<String, Figures> lanes) {
        Machine machine = new Machine("Linux", "An Example", 2, 8L << 30, "17", "0123456789ab");
        return new Comparison(
                Instant.EPOCH,
                machine,
                List.of(new Holdfast(Path.of(""), Holdfast.SYNC)),
                List.of("moquette: no Maven"),
                3,
                12,
                8,
                Map.of(ROW, lanes));
    }
}

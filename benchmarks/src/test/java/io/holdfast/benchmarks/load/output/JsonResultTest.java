// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.result.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class JsonResultTest {
    @Test
    @DisplayName("field names and units are a promise: the whole text is as it was, byte for byte")
    void text_ordinary_golden() throws IOException {
        Target target = new Target("127.0.0.1", 1883, "holdfast", "0.1.0", "sync");
        String text = JsonResult.text(Runs.run(Map.of("payloadBytes", "64"), target, List.of("a note"), 2));
        assertThat(text).isEqualTo(golden());
    }

    @Test
    @DisplayName("--json and --report leave whole files, and the table goes to the output")
    void outputs_files_whole(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("r.json");
        Path report = folder.resolve("r.html");
        Outputs outputs = new Outputs();
        new CommandLine(CommandSpec.forAnnotatedObject(outputs))
                .parseArgs("--json", json.toString(), "--report", report.toString());
        StringWriter out = new StringWriter();
        outputs.write(Runs.ordinary(), new PrintWriter(out));
        assertThat(json).hasContent(JsonResult.text(Runs.ordinary()));
        assertThat(Files.readString(json)).endsWith("}\n");
        assertThat(Files.readString(report)).startsWith("<!doctype html>").endsWith("</html>\n");
        assertThat(out.toString()).isEqualTo(ResultTable.of(Runs.ordinary()));
    }

    @Test
    @DisplayName("strings are escaped")
    void text_hostile_escaped() throws IOException {
        Target target = new Target("h\"\n", 1, "b", "v", Target.UNKNOWN);
        assertThat(JsonResult.text(Runs.run(Map.of("\"", "\\"), target, List.of(), 1)))
                .contains("\"host\" : \"h\\\"\\n\"", "\"\\\"\" : \"\\\\\"");
    }

    private static String golden() throws IOException {
        try (InputStream in = JsonResultTest.class.getResourceAsStream("result.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

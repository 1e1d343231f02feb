// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.benchmarks.load.result.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JsonResultTest {
    @Test
    @DisplayName("field names and units are a promise: the whole text is as it was, byte for byte")
    void text_ordinary_golden() throws IOException {
        Target target = new Target("127.0.0.1", 1883, "holdfast", "0.1.0", "sync");
        String text = JsonResult.text(Runs.run(Map.of("payloadBytes", "64"), target, List.of("a note"), 2));
        assertThat(text).isEqualTo(golden());
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

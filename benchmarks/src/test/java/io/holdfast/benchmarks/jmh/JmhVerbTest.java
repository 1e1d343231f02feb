// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class JmhVerbTest {
    private static final String[] ONE_MOMENT = {
        "PacketCodec.*encode",
        "-p",
        "packet=PUBACK",
        "-p",
        "version=MQTT_5",
        "-v",
        "SILENT",
        "-f",
        "0",
        "-wi",
        "0",
        "-i",
        "1",
        "-r",
        "10ms"
    };

    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int execute(String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        return new CommandLine(new JmhVerb()).setErr(new PrintWriter(err)).execute(arguments.toArray(String[]::new));
    }

    private static String[] with(String... more) {
        List<String> all = new ArrayList<>(List.of(ONE_MOMENT));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    @DisplayName("results stand beside machine, commit, jdk and date, with allocation and processor time")
    void run_always_wrapsResults() throws IOException {
        Path file = folder.resolve("new/r.json");
        assertThat(execute(with("-rff", file.toString(), "--quick")))
                .as(err.toString())
                .isZero();
        assertThat(topLevelNames(file)).containsExactly("machine", "commit", "jdk", "date", "results");
        assertThat(file)
                .content()
                .contains("\"cores\"", "PacketCodecBenchmark.encode", "gc.alloc.rate.norm", "cpu.norm");
    }

    private static List<String> topLevelNames(Path file) throws IOException {
        List<String> names = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            int depth = 0;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 1 && token == JsonToken.FIELD_NAME) {
                    names.add(json.currentName());
                }
            }
        }
        return names;
    }

    @Test
    @DisplayName("another format of JMH's is written as it is")
    void run_otherFormat_writtenByJmh() {
        Path file = folder.resolve("r.csv");
        assertThat(execute(with("-rf", "csv", "-rff", file.toString()))).isZero();
        assertThat(file).content().startsWith("\"Benchmark\"");
    }

    @Test
    @DisplayName("a name that matches nothing fails, and leaves no file")
    void run_nothingMatches_fails() {
        Path file = folder.resolve("r.json");
        assertThat(execute("no.such.benchmark", "-rff", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no benchmark matches");
        assertThat(file).doesNotExist();
    }

    @Test
    @DisplayName("wrong options are usage errors")
    void run_wrongOption_usage() {
        assertThat(execute("-wi", "many")).isEqualTo(2);
        assertThat(err.toString()).contains("wi");
    }

    @Test
    @DisplayName("a run from a checkout is named after date and commit, in the folder of results")
    void choose_checkout_datedAndNamed() throws IOException {
        Path file = ResultFile.choose(null, Instant.parse("2026-11-24T12:01:09Z"));
        assertThat(file.getParent().endsWith("benchmarks/results")).isTrue();
        assertThat(file.getFileName().toString())
                .matches("jmh-2026-11-24-120109-(unknown|[0-9a-f]{7,}(-dirty)?)\\.json");
        assertThat(ResultFile.choose("x.json", Instant.now())).isEqualTo(Path.of("x.json"));
    }

    @Test
    @DisplayName("a folder is a checkout when it holds this module")
    void checkout_elsewhere_null() throws IOException {
        assertThat(ResultFile.checkout(folder)).isNull();
        Files.createDirectories(folder.resolve("benchmarks"));
        Files.createFile(folder.resolve("benchmarks/pom.xml"));
        assertThat(ResultFile.checkout(folder.resolve("target/launch/lib/benchmarks.jar")))
                .isEqualTo(folder);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.holdfast.tools.upkeep.StoreVerb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** One run of a verb of {@code holdfast store} within this JVM. */
public record DumpRun(int exitCode, String out, String err) {
    public static DumpRun of(Path data, String... options) {
        return verb("dump", data, options);
    }

    public static DumpRun verb(String name, Path data, String... options) {
        List<String> arguments = new ArrayList<>(List.of(name, "--data", data.toString()));
        arguments.addAll(List.of(options));
        return of(arguments);
    }

    /** Any command line behind {@code holdfast store}. */
    public static DumpRun of(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new StoreVerb())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(new String[0]));
        return new DumpRun(exitCode, out.toString(), err.toString());
    }

    /** The rows of sections, from the lines for programs; arrays and objects are left out. */
    public static List<Map<String, String>> rows(Path data, String sections, String... options) {
        List<String> all = new ArrayList<>(List.of("-o", "jsonl", "--section", sections));
        all.addAll(List.of(options));
        return parse(of(data, all.toArray(new String[0])).out);
    }

    public static List<Map<String, String>> parse(String lines) {
        return lines.lines().map(DumpRun::parseLine).toList();
    }

    private static Map<String, String> parseLine(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken().isStructStart()) {
                    json.skipChildren();
                } else {
                    fields.put(name, json.getText());
                }
            }
            assertThat(json.nextToken()).isNull();
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
        return fields;
    }

    public static List<String> column(List<Map<String, String>> rows, String name) {
        return rows.stream().map(row -> String.valueOf(row.get(name))).toList();
    }
}

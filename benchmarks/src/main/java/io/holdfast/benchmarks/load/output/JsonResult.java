// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.load.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.benchmarks.load.result.Machine;
import io.holdfast.benchmarks.load.result.PhaseResult;
import io.holdfast.benchmarks.load.result.ProcessCost;
import io.holdfast.benchmarks.load.result.RunResult;
import io.holdfast.benchmarks.load.result.Sample;
import io.holdfast.benchmarks.load.result.Target;
import io.holdfast.benchmarks.load.result.Verdict;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A result as JSON. Field names are a promise: they carry their unit, and none changes its meaning. What is not known is
 * {@code null}, never left out.
 */
final class JsonResult {
    private static final double[] PERCENTILES = {50, 90, 95, 99, 99.9, 99.99};

    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonResult() {}

    static void write(RunResult result, Path file) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            write(result, out);
        }
    }

    static String text(RunResult result) throws IOException {
        StringWriter out = new StringWriter();
        write(result, out);
        return out.toString();
    }

    private static void write(RunResult result, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("scenario", result.scenario());
            json.writeStringField("started", result.started().toString());
            json.writeObjectFieldStart("settings");
            for (Map.Entry<String, String> setting : result.settings().entrySet()) {
                json.writeStringField(setting.getKey(), setting.getValue());
            }
            json.writeEndObject();
            target(json, result.target());
            machine(json, result.machine());
            json.writeArrayFieldStart("phases");
            for (PhaseResult phase : result.phases()) {
                phase(json, phase);
            }
            json.writeEndArray();
            verdict(json, result.verdict());
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void target(JsonGenerator json, Target target) throws IOException {
        json.writeObjectFieldStart("target");
        json.writeStringField("host", target.host());
        json.writeNumberField("port", target.port());
        json.writeStringField("broker", target.broker());
        json.writeStringField("version", target.version());
        json.writeStringField("durability", target.durability());
        json.writeEndObject();
    }

    private static void machine(JsonGenerator json, Machine machine) throws IOException {
        json.writeObjectFieldStart("machine");
        json.writeStringField("os", machine.os());
        json.writeStringField("cpu", machine.cpu());
        json.writeNumberField("cores", machine.cores());
        json.writeNumberField("memoryBytes", machine.memoryBytes());
        json.writeStringField("jdk", machine.jdk());
        json.writeStringField("commit", machine.commit());
        json.writeEndObject();
    }

    private static void phase(JsonGenerator json, PhaseResult phase) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", phase.name());
        json.writeStringField("unit", phase.unit());
        json.writeNumberField("count", phase.count());
        json.writeNumberField("elapsedSeconds", phase.elapsed().toNanos() / 1e9);
        json.writeNumberField("perSecond", phase.perSecond());
        latency(json, phase);
        cost(json, phase.cost());
        json.writeArrayFieldStart("timeline");
        for (Sample sample : phase.timeline()) {
            sample(json, sample);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void latency(JsonGenerator json, PhaseResult phase) throws IOException {
        Histogram histogram = phase.latencyNanos();
        if (histogram.getTotalCount() == 0) {
            json.writeNullField("latency");
            return;
        }
        json.writeObjectFieldStart("latency");
        json.writeStringField("of", phase.latencyOf());
        json.writeNumberField("count", histogram.getTotalCount());
        json.writeNumberField("meanMicros", histogram.getMean() / 1_000);
        for (double percentile : PERCENTILES) {
            String digits = Amounts.percentile(percentile).replace(".", "");
            json.writeNumberField("p" + digits + "Micros", phase.latencyMicros(percentile));
        }
        json.writeNumberField("maxMicros", phase.latencyMicros(100));
        json.writeEndObject();
    }

    private static void cost(JsonGenerator json, @Nullable ProcessCost cost) throws IOException {
        if (cost == null) {
            json.writeNullField("cost");
            return;
        }
        json.writeObjectFieldStart("cost");
        json.writeNumberField("cpuMicros", cost.cpuMicros());
        json.writeNumberField("cpuMicrosPerUnit", cost.cpuMicrosPerUnit());
        json.writeNumberField("rssBytes", cost.rssBytes());
        json.writeNumberField("rssPeakBytes", cost.rssPeakBytes());
        number(json, "bytesWritten", cost.bytesWritten());
        number(json, "bytesWrittenPerUnit", cost.bytesWrittenPerUnit());
        number(json, "syncs", cost.syncs());
        number(json, "syncsPerUnit", cost.syncsPerUnit());
        number(json, "syncP99Micros", cost.syncP99Micros());
        json.writeEndObject();
    }

    private static void sample(JsonGenerator json, Sample sample) throws IOException {
        json.writeStartObject();
        json.writeNumberField("seconds", sample.seconds());
        json.writeNumberField("count", sample.count());
        json.writeNumberField("perSecond", sample.perSecond());
        json.writeNumberField("p50Micros", sample.p50Micros());
        json.writeNumberField("p99Micros", sample.p99Micros());
        json.writeNumberField("p999Micros", sample.p999Micros());
        number(json, "cpuMicros", sample.cpuMicros());
        number(json, "rssBytes", sample.rssBytes());
        json.writeEndObject();
    }

    private static void verdict(JsonGenerator json, Verdict verdict) throws IOException {
        json.writeObjectFieldStart("verdict");
        json.writeBooleanField("clean", verdict.clean());
        json.writeNumberField("lost", verdict.lost());
        json.writeNumberField("doubled", verdict.doubled());
        json.writeNumberField("reordered", verdict.reordered());
        json.writeNumberField("corrupted", verdict.corrupted());
        json.writeArrayFieldStart("notes");
        for (String note : verdict.notes()) {
            json.writeString(note);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, String name, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }

    private static void number(JsonGenerator json, String name, @Nullable Double value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }
}

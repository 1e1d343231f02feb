// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmarks.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.holdfast.benchmarks.load.result.Machine;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;

/** A comparison as JSON, with the value of every round. */
final class ComparisonJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ComparisonJson() {}

    static String of(Comparison comparison) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("started", comparison.started().toString());
            json.writeNumberField("rounds", comparison.rounds());
            json.writeNumberField("warmupSeconds", comparison.warmupSeconds());
            json.writeNumberField("measureSeconds", comparison.measureSeconds());
            machine(json, comparison.machine());
            json.writeArrayFieldStart("brokers");
            for (Contender contender : comparison.contenders()) {
                json.writeStartObject();
                json.writeStringField("name", contender.name());
                json.writeStringField("version", contender.version());
                json.writeStringField("onDiskWhenAcknowledged", contender.onDisk());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("rows");
            for (Map.Entry<Row, Map<String, Figures>> row : comparison.rows().entrySet()) {
                row(json, row.getKey(), row.getValue());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.append('\n').toString();
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

    private static void row(JsonGenerator json, Row row, Map<String, Figures> lanes) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", row.name());
        json.writeStringField("what", row.what());
        json.writeArrayFieldStart("lanes");
        for (Lane lane : row.lanes()) {
            json.writeStartObject();
            json.writeStringField("label", lane.label());
            json.writeStringField("command", lane.command());
            Figures figures = lanes.getOrDefault(lane.label(), new Figures());
            json.writeObjectFieldStart("phases");
            for (String phase : figures.phases()) {
                phase(json, phase, figures);
            }
            json.writeEndObject();
            json.writeArrayFieldStart("notes");
            for (String note : figures.notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("targets");
        for (Goal goal : row.goals()) {
            goal(json, goal, lanes);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void phase(JsonGenerator json, String phase, Figures figures) throws IOException {
        json.writeObjectFieldStart(phase);
        for (Metric metric : Metric.values()) {
            json.writeArrayFieldStart(metric.field());
            for (double value : figures.values(phase, metric)) {
                json.writeNumber(value);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void goal(JsonGenerator json, Goal goal, Map<String, Figures> lanes) throws IOException {
        json.writeStartObject();
        json.writeStringField("what", goal.what());
        json.writeStringField("kind", goal.kind().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("target", goal.bound());
        json.writeNumberField("moonshot", goal.moonshot());
        Double reached = goal.reached(lanes);
        if (reached == null) {
            json.writeNullField("reached");
        } else {
            json.writeNumberField("reached", reached);
        }
        json.writeStringField("verdict", goal.verdict(lanes));
        json.writeEndObject();
    }
}

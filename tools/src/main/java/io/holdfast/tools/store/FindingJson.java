// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.holdfast.storage.check.Finding;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/** Findings for programs: an object each, in lines or in one array; every object says what it means and what to do. */
final class FindingJson extends FindingOutput {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Writer out;
    private final JsonGenerator json;
    private final boolean array;

    FindingJson(Writer out, long limit, boolean array) throws IOException {
        super(limit);
        this.out = out;
        this.array = array;
        json = JSON.createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        if (array) {
            json.writeStartArray();
        } else {
            json.setRootValueSeparator(new SerializedString("\n"));
        }
    }

    @Override
    void print(Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        json.writeStringField("check", finding.check().title());
        json.writeStringField(
                "table", finding.table() == null ? null : finding.table().familyName());
        byte[] key = finding.key();
        json.writeStringField("key", key == null ? null : ScreenText.hex(key, 0, key.length));
        if (finding.session() == 0) {
            json.writeNullField("session");
        } else {
            json.writeNumberField("session", finding.session());
        }
        json.writeStringField("what", finding.what());
        json.writeStringField("meaning", finding.check().meaning());
        json.writeStringField("advice", finding.check().advice());
        json.writeEndObject();
    }

    @Override
    void close() throws IOException {
        if (array) {
            json.writeEndArray();
        }
        json.flush();
        if (array || !counts().isEmpty()) {
            out.write('\n');
        }
        out.flush();
    }
}

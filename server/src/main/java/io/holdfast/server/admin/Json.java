// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as trees of {@code Map}, {@code List}, {@code String}, {@code Long}, {@code Boolean} and null: what endpoint and
 * command line exchange is small. Characters beyond ASCII are escaped, so a text of a client is always one harmless line.
 */
public final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    /** A new object for {@link #text}, with its fields in the order they are put. */
    static Map<String, @Nullable Object> object() {
        return new LinkedHashMap<>();
    }

    /** The tree in one line. */
    public static String text(@Nullable Object tree) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            write(json, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(JsonGenerator json, @Nullable Object tree) throws IOException {
        if (tree instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (tree instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                write(json, element);
            }
            json.writeEndArray();
        } else if (tree == null) {
            json.writeNull();
        } else if (tree instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (tree instanceof Number number) {
            write(json, number);
        } else {
            json.writeString(String.valueOf(tree));
        }
    }

    private static void write(JsonGenerator json, Number number) throws IOException {
        if (number instanceof BigDecimal fraction) {
            json.writeNumber(fraction);
        } else if (number instanceof BigInteger large) {
            json.writeNumber(large);
        } else {
            json.writeNumber(number.longValue());
        }
    }

    /**
     * Reads one value, and nothing behind it. Numbers that are no {@code Long} become a {@code BigInteger} or a
     * {@code BigDecimal}.
     *
     * @throws IOException when the text is not JSON
     */
    public static @Nullable Object parse(String text) throws IOException {
        try (JsonParser json = FACTORY.createParser(text)) {
            Object tree = read(json, json.nextToken());
            if (json.nextToken() != null) {
                throw new IOException("there is more than one value");
            }
            return tree;
        }
    }

    private static @Nullable Object read(JsonParser json, @Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new IOException("the text ends where a value was expected");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = object();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    map.put(json.currentName(), read(json, json.nextToken()));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
                    list.add(read(json, t));
                }
                yield list;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT ->
                json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? json.getBigIntegerValue()
                        : (Object) json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IOException("unexpected " + token);
        };
    }
}

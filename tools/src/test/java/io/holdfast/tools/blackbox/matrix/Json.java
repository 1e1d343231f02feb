// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.blackbox.matrix;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lines of JSON as plain maps and lists, in which the programs outside this process talk. */
final class Json {
    /** An object in which a name may come several times: read as a list of {@code name=value}. */
    private static final String PAIRS = "user-properties";

    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** One line. Values are texts, numbers, booleans, lists and maps. */
    static String line(Map<String, ?> object) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            write(generator, object);
        }
        return out.toString();
    }

    private static void write(JsonGenerator out, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName(entry.getKey().toString());
                write(out, entry.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object element : list) {
                write(out, element);
            }
            out.writeEndArray();
        } else if (value instanceof Boolean truth) {
            out.writeBoolean(truth);
        } else if (value instanceof Number number) {
            out.writeNumber(number.longValue());
        } else {
            out.writeString(value.toString());
        }
    }

    /** Reads an object. Numbers become {@code Long}; what is null is left out. */
    static Map<String, Object> read(String line) throws IOException {
        try (JsonParser parser = FACTORY.createParser(line)) {
            parser.nextToken();
            return object(parser);
        }
    }

    private static Map<String, Object> object(JsonParser in) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            JsonToken token = in.nextToken();
            if (name.equals(PAIRS) && token == JsonToken.START_OBJECT) {
                object.put(name, pairs(in));
            } else if (token != JsonToken.VALUE_NULL) {
                object.put(name, value(in, token));
            }
        }
        return object;
    }

    private static List<Object> pairs(JsonParser in) throws IOException {
        List<Object> pairs = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            pairs.add(name + "=" + in.getText());
        }
        return pairs;
    }

    private static Object value(JsonParser in, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
                    list.add(value(in, next));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> in.getText();
        };
    }

    // ---- fields that may be missing

    static String text(Map<?, ?> object, String name) {
        Object value = object.get(name);
        return value == null ? "" : value.toString();
    }

    static int number(Map<?, ?> object, String name) {
        return object.get(name) instanceof Long number ? number.intValue() : 0;
    }

    static boolean truth(Map<?, ?> object, String name) {
        return object.get(name) instanceof Boolean truth && truth;
    }

    static Map<?, ?> inner(Map<?, ?> object, String name) {
        return object.get(name) instanceof Map<?, ?> map ? map : Map.of();
    }

    /** A list, also when it was written as the one value in it. */
    static List<?> list(Map<?, ?> object, String name) {
        Object value = object.get(name);
        return value == null ? List.of() : value instanceof List<?> list ? list : List.of(value);
    }
}

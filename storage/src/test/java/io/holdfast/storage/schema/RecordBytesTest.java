// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.holdfast.storage.record.Records;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Holds every record's bytes still. Each is made with every field set to a value derived from its number alone, so a
 * renumbered, retyped or removed field changes the bytes, and a new one asks for a new line in {@code golden-records.txt}.
 */
class RecordBytesTest {
    @Test
    @DisplayName("every record is written as it always was")
    void record_withEveryFieldSet_hasGoldenBytes() throws IOException {
        Map<String, String> actual = new TreeMap<>();
        for (Descriptor type : Records.getDescriptor().getMessageTypes()) {
            actual.put(type.getName(), HexFormat.of().formatHex(filled(type).toByteArray()));
        }
        assertThat(lines(actual)).isEqualTo(lines(golden()));
    }

    @Test
    @DisplayName("golden bytes of every table's record are read with no unknown field and written back the same")
    void table_goldenBytes_parsesThem() throws IOException {
        Map<String, String> golden = golden();
        for (Table table : Table.values()) {
            for (byte[] key : table == Table.META ? metaKeys() : new byte[][] {Keys.number(1)}) {
                Message empty = table.parse(key, new byte[0]);
                byte[] bytes = HexFormat.of()
                        .parseHex(golden.get(empty.getDescriptorForType().getName()));
                Message record = table.parse(key, bytes);
                assertThat(record.getUnknownFields().asMap()).as(table.name()).isEmpty();
                assertThat(record.toByteArray()).as(table.name()).isEqualTo(bytes);
            }
        }
    }

    private static byte[][] metaKeys() {
        MetaRow[] rows = MetaRow.values();
        byte[][] keys = new byte[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            keys[i] = rows[i].key();
        }
        return keys;
    }

    private static Message filled(Descriptor type) {
        DynamicMessage.Builder record = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            Object value = value(field);
            if (field.isRepeated()) {
                record.addRepeatedField(field, value);
                record.addRepeatedField(field, value);
            } else {
                record.setField(field, value);
            }
        }
        return record.build();
    }

    private static Object value(FieldDescriptor field) {
        int number = field.getNumber();
        return switch (field.getJavaType()) {
            case INT -> 1000 + number;
            case LONG -> -(1L << 40) - number;
            case BOOLEAN -> true;
            case STRING -> "text" + number;
            case BYTE_STRING -> ByteString.copyFromUtf8("bytes" + number);
            case MESSAGE -> filled(field.getMessageType());
            case ENUM, FLOAT, DOUBLE -> throw new IllegalStateException("no record has such a field: " + field);
        };
    }

    private static Map<String, String> golden() throws IOException {
        Map<String, String> golden = new TreeMap<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                RecordBytesTest.class.getResourceAsStream("golden-records.txt"), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.startsWith("#")) {
                    int space = line.indexOf(' ');
                    golden.put(line.substring(0, space), line.substring(space + 1));
                }
            }
        }
        return golden;
    }

    private static String lines(Map<String, String> records) {
        return records.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining("\n"));
    }
}

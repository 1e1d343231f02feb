// SPDX-License-Identifier: Apache-2.0
package io.holdfast.storage.check;

import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.MetaRow;
import io.holdfast.storage.schema.Table;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a key of each table looks like. */
final class KeyShapes {
    private static final int PARTITION_BYTES = 2;
    private static final int NUMBER_BYTES = 8;
    private static final int TEXT_BYTES_MAX = 65_535;

    private KeyShapes() {}

    /** What is wrong with a key, null when nothing is. */
    static @Nullable String flaw(Table table, byte[] key) {
        if (key.length < PARTITION_BYTES || key[0] != 0 || key[1] != 0) {
            return "it is of another partition than 0, the only one";
        }
        return switch (table) {
            case META -> isMeta(key) ? null : "no row of this table has this name";
            case MESSAGE, LOG, SESSION, INFLIGHT, WILL -> numbers(key, 1);
            case QUEUE -> numbers(key, 2);
            case SUBSCRIPTION ->
                key.length <= PARTITION_BYTES + NUMBER_BYTES
                        ? "it is too short"
                        : text(key, PARTITION_BYTES + NUMBER_BYTES);
            case CLIENT, RETAINED, TOPIC -> text(key, PARTITION_BYTES);
            case TIMER -> timer(key);
        };
    }

    private static boolean isMeta(byte[] key) {
        return Arrays.stream(MetaRow.values()).anyMatch(row -> Arrays.equals(row.key(), key));
    }

    private static @Nullable String numbers(byte[] key, int count) {
        int wanted = PARTITION_BYTES + count * NUMBER_BYTES;
        if (key.length != wanted) {
            return "it has " + key.length + " bytes instead of " + wanted;
        }
        return Keys.number(key) > 0 ? null : "its number is not above 0";
    }

    private static @Nullable String text(byte[] key, int from) {
        int length = key.length - from;
        if (length == 0 || length > TEXT_BYTES_MAX) {
            return "its text has " + length + " bytes instead of 1 to " + TEXT_BYTES_MAX;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key, from, length));
            return null;
        } catch (CharacterCodingException e) {
            return "its text is not UTF-8"; // What exactly is wrong with it helps nobody.
        }
    }

    private static @Nullable String timer(byte[] key) {
        int wanted = PARTITION_BYTES + 2 * NUMBER_BYTES + 1;
        if (key.length != wanted) {
            return "it has " + key.length + " bytes instead of " + wanted;
        }
        int kind = key[key.length - 1];
        if (kind < 0 || kind >= Keys.TimerKind.values().length) {
            return "its kind is " + kind + ", of 0 to 2";
        }
        boolean connected = kind == Keys.TimerKind.CONNECTED.code();
        return connected == (Keys.timerDueMillis(key) == 0)
                ? null
                : "a connected mark is due at 0, and nothing else is";
    }
}

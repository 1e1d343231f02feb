// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.admin;

import io.holdfast.server.admin.Json;
import org.jspecify.annotations.Nullable;

/** Values as a terminal may show them: a text of a client cannot move the cursor or fake a line. */
final class Cells {
    private Cells() {}

    static String of(@Nullable Object value) {
        if (value == null) {
            return "-";
        }
        String json = Json.text(value); // Escapes all that is not plain ASCII.
        boolean plain = value instanceof String && json.length() > 2 && json.indexOf('\\') < 0;
        return plain ? json.substring(1, json.length() - 1) : json;
    }

    static String padded(String cell, int width) {
        return cell.length() >= width ? cell + " " : cell + " ".repeat(width - cell.length());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.storage.log.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How payloads are told: not at all unless somebody asks. */
final class PayloadForm {
    private PayloadForm() {}

    static String of(AdminRequest request) {
        return request.word("payload", "none", "text", "json", "hex");
    }

    /** Adds a message's payload. What shall be told as JSON and is none is told as text, and {@code json} says which. */
    static void put(Map<String, @Nullable Object> tree, Message message, String form) {
        switch (form) {
            case "text" -> tree.put("payload", text(message));
            case "json" -> {
                String text = text(message);
                try {
                    tree.put("payload", Json.parse(text));
                    tree.put("json", true);
                } catch (IOException e) {
                    tree.put("payload", text);
                    tree.put("json", false);
                }
            }
            case "hex" -> {
                int end = message.payloadOffset() + message.payloadBytes();
                tree.put("payloadHex", HexFormat.of().formatHex(message.payloadArray(), message.payloadOffset(), end));
            }
            default -> {
                // none
            }
        }
    }

    private static String text(Message message) {
        return new String(
                message.payloadArray(), message.payloadOffset(), message.payloadBytes(), StandardCharsets.UTF_8);
    }
}

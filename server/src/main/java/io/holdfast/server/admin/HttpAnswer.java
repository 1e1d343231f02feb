// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request is answered with, not yet on its way. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HttpAnswer(int status, String contentType, byte[] body) {
    private static final String JSON = "application/json";

    static HttpAnswer json(int status, Map<String, ?> tree) {
        return new HttpAnswer(status, JSON, (Json.text(tree) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A refusal, or a failure, in one sentence. */
    static HttpAnswer error(int status, @Nullable String sentence) {
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("error", sentence);
        return json(status, tree);
    }
}

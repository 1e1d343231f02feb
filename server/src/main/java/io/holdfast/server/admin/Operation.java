// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that operators can ask for.
 *
 * @param path its parts, where one in braces stands for any: {@code /api/v1/sessions/{client}}
 */
record Operation(String method, List<String> path, Action action) {
    /** Does it; on the thread of questions, never on a shard's. */
    interface Action {
        /**
         * Does it.
         *
         * @return the tree of the answer
         * @throws AdminException when it cannot be done
         */
        Map<String, @Nullable Object> run(Asked asked);
    }

    static Operation of(String method, String path, Action action) {
        return new Operation(method, List.of(path.substring(1).split("/", -1)), action);
    }

    boolean fits(AdminRequest request) {
        return request.method().equals(method) && fitsPath(request.path());
    }

    boolean fitsPath(List<String> parts) {
        if (parts.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (!path.get(i).startsWith("{") && !path.get(i).equals(parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Method and path, as the interface's description has them. */
    String name() {
        return method + " /" + String.join("/", path);
    }
}

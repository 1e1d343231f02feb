// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through an operation.
 *
 * @param peer who sent it; all who do have the token
 */
record Asked(AdminLife life, AdminRequest request, String peer) {
    /** Where a path names a client or a topic. */
    private static final int TARGET = 3;

    String target() {
        return request.path().size() > TARGET ? request.path().get(TARGET) : "";
    }

    /** Makes a change to what the path names, and notes in the audit log what came of it. */
    Map<String, @Nullable Object> audited(String what, Supplier<Map<String, @Nullable Object>> change) {
        return audited(what, target(), change);
    }

    /** As above, about something that is not in the path. */
    Map<String, @Nullable Object> audited(String what, String about, Supplier<Map<String, @Nullable Object>> change) {
        try {
            Map<String, @Nullable Object> answer = change.get();
            AuditLog.note(peer, what, about, "done" + told(answer, "messages") + told(answer, "bytes"));
            return answer;
        } catch (AdminException e) {
            AuditLog.note(peer, what, about, "not done: " + e.getMessage());
            throw e;
        }
    }

    private static String told(Map<String, @Nullable Object> answer, String field) {
        return answer.get(field) == null ? "" : ", " + field + " " + answer.get(field);
    }
}

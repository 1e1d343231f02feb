// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.SessionOrders;
import io.holdfast.storage.store.DamagedRowException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what a request wants and does it; changes are noted in the audit log, whatever comes of them. */
final class Operations {
    private static final String API = "api";
    private static final String V1 = "v1";
    private static final String SESSIONS = "sessions";

    private final SessionOperations sessions;
    private final QueuePages queues;
    private final CheckpointOperation checkpoint;
    private final AdminRequest request;
    private final String peer;

    Operations(AdminLife life, AdminRequest request, String peer) {
        sessions = new SessionOperations(life);
        queues = new QueuePages(life);
        checkpoint = new CheckpointOperation(life);
        this.request = request;
        this.peer = peer;
    }

    /**
     * Does it.
     *
     * @return the tree of the answer
     * @throws AdminException when it cannot be done
     */
    Map<String, @Nullable Object> run() {
        try {
            return request.method().equals("GET") ? question() : change();
        } catch (DamagedRowException e) {
            throw new AdminException(AdminException.INTERNAL, String.valueOf(e.getMessage()));
        }
    }

    private Map<String, @Nullable Object> question() {
        if (request.matches("GET", API, V1, SESSIONS)) {
            return sessions.list(request);
        }
        if (request.matches("GET", API, V1, SESSIONS, "*")) {
            return sessions.show(target(), request);
        }
        if (request.matches("GET", API, V1, SESSIONS, "*", "queue")) {
            return queues.page(target(), request);
        }
        throw unknown();
    }

    private Map<String, @Nullable Object> change() {
        if (request.matches("POST", API, V1, SESSIONS, "*", "purge")) {
            return order("session purge", SessionOrders::purge);
        }
        if (request.matches("DELETE", API, V1, SESSIONS, "*", "queue")) {
            return dropMessages();
        }
        if (request.matches("POST", API, V1, SESSIONS, "*", "disconnect")) {
            return order("session disconnect", SessionOrders::disconnect);
        }
        if (request.matches("POST", API, V1, SESSIONS, "*", "expire")) {
            return order("session expire", SessionOrders::expire);
        }
        if (request.matches("DELETE", API, V1, SESSIONS, "*")) {
            return order("session drop", SessionOrders::drop);
        }
        if (request.matches("POST", API, V1, "checkpoint")) {
            return checkpoint();
        }
        throw unknown();
    }

    private Map<String, @Nullable Object> checkpoint() {
        String to = String.valueOf(request.text("to"));
        try {
            Map<String, @Nullable Object> answer = checkpoint.run(request);
            AuditLog.note(peer, "store checkpoint", to, "done, bytes " + answer.get("bytes"));
            return answer;
        } catch (AdminException e) {
            AuditLog.note(peer, "store checkpoint", to, "not done: " + e.getMessage());
            throw e;
        }
    }

    private String target() {
        return request.path().get(3);
    }

    private Map<String, @Nullable Object> dropMessages() {
        request.allow("from", "to");
        long from = request.number("from", -1, 0, Long.MAX_VALUE - 1);
        if (from < 0) {
            throw AdminRequest.bad("from is missing: the index of the first message to give up");
        }
        long to = request.number("to", from, from, Long.MAX_VALUE - 1);
        return audited(
                "session queue --drop " + from + "-" + to,
                () -> sessions.order(
                        target(), (orders, client, answer) -> orders.dropMessages(client, from, to, answer)));
    }

    private Map<String, @Nullable Object> order(String what, SessionOperations.Order order) {
        request.allow();
        return audited(what, () -> sessions.order(target(), order));
    }

    /** A change. */
    private interface Change {
        Map<String, @Nullable Object> run();
    }

    private Map<String, @Nullable Object> audited(String what, Change change) {
        try {
            Map<String, @Nullable Object> answer = change.run();
            AuditLog.note(peer, what, target(), "done, messages " + answer.get("messages"));
            return answer;
        } catch (AdminException e) {
            AuditLog.note(peer, what, target(), "not done: " + e.getMessage());
            throw e;
        }
    }

    private static AdminException unknown() {
        return new AdminException(
                AdminException.NOT_FOUND, "there is no such operation; docs/operations-live.md lists them");
    }
}

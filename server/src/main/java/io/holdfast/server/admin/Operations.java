// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.SessionOrders;
import io.holdfast.storage.store.DamagedRowException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that operators can ask for, each with its method and path; changes are noted in the audit log. */
final class Operations {
    private static final String SESSIONS = "/api/v1/sessions";
    private static final String SESSION = SESSIONS + "/{client}";

    private static final String RETAINED = "/api/v1/retained";

    static final List<Operation> ALL = List.of(
            Operation.of("GET", SESSIONS, asked -> sessions(asked).list(asked.request())),
            Operation.of("GET", SESSION, asked -> sessions(asked).show(asked.target(), asked.request())),
            Operation.of("DELETE", SESSION, order("session drop", SessionOrders::drop)),
            Operation.of("POST", SESSION + "/purge", order("session purge", SessionOrders::purge)),
            Operation.of("POST", SESSION + "/disconnect", order("session disconnect", SessionOrders::disconnect)),
            Operation.of("POST", SESSION + "/expire", order("session expire", SessionOrders::expire)),
            Operation.of(
                    "GET",
                    SESSION + "/queue",
                    asked -> new QueuePages(asked.life()).page(asked.target(), asked.request())),
            Operation.of("DELETE", SESSION + "/queue", Operations::dropMessages),
            Operation.of("POST", SESSION + "/export", Operations::export),
            Operation.of("POST", SESSIONS + "/import", Operations::take),
            Operation.of("POST", "/api/v1/checkpoint", Operations::checkpoint),
            Operation.of("GET", RETAINED, asked -> new RetainedPages(asked.life()).list(asked.request())),
            Operation.of(
                    "GET",
                    RETAINED + "/{topic}",
                    asked -> new RetainedPages(asked.life()).show(asked.target(), asked.request())),
            Operation.of(
                    "DELETE",
                    RETAINED + "/{topic}",
                    asked -> asked.audited(
                            "retained clear",
                            () -> new RetainedPages(asked.life()).clear(asked.target(), asked.request()))),
            Operation.of("GET", "/api/v1/slow", asked -> SlowConsumers.list(asked.life(), asked.request())),
            Operation.of("GET", "/api/v1/topics", asked -> FilterCensus.run(asked.life(), asked.request())));

    private Operations() {}

    /**
     * Does what a request wants.
     *
     * @return the tree of the answer
     * @throws AdminException when it cannot be done
     */
    static Map<String, @Nullable Object> run(Asked asked) {
        for (Operation operation : ALL) {
            if (operation.fits(asked.request())) {
                try {
                    return operation.action().run(asked);
                } catch (DamagedRowException e) {
                    throw new AdminException(AdminException.INTERNAL, String.valueOf(e.getMessage()));
                }
            }
        }
        throw new AdminException(
                AdminException.NOT_FOUND, "there is no such operation; docs/operations-live.md lists them");
    }

    private static SessionOperations sessions(Asked asked) {
        return new SessionOperations(asked.life());
    }

    private static Operation.Action order(String what, SessionOperations.Order order) {
        return asked -> {
            asked.request().allow();
            return asked.audited(what, () -> sessions(asked).order(asked.target(), order));
        };
    }

    private static Map<String, @Nullable Object> dropMessages(Asked asked) {
        AdminRequest request = asked.request().allow("from", "to");
        long from = request.number("from", -1, 0, Long.MAX_VALUE - 1);
        if (from < 0) {
            throw AdminRequest.bad("from is missing: the index of the first message to give up");
        }
        long to = request.number("to", from, from, Long.MAX_VALUE - 1);
        return asked.audited(
                "session queue --drop " + from + "-" + to,
                () -> sessions(asked)
                        .order(
                                asked.target(),
                                (orders, client, answer) -> orders.dropMessages(client, from, to, answer)));
    }

    private static Map<String, @Nullable Object> checkpoint(Asked asked) {
        String to = String.valueOf(asked.request().text("to"));
        return asked.audited("store checkpoint", to, () -> new CheckpointOperation(asked.life()).run(asked.request()));
    }

    private static Map<String, @Nullable Object> export(Asked asked) {
        return asked.audited(
                "session export", () -> new SessionExportOperation(asked.life()).run(asked.target(), asked.request()));
    }

    private static Map<String, @Nullable Object> take(Asked asked) {
        String from = String.valueOf(asked.request().text("from"));
        return asked.audited(
                "session import", from, () -> new SessionImportOperation(asked.life()).run(asked.request()));
    }
}

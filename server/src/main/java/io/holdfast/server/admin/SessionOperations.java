// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.server.access.Glob;
import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.server.session.Answer;
import io.holdfast.server.session.SessionFigures;
import io.holdfast.server.session.SessionInspection;
import io.holdfast.server.session.SessionOrders;
import io.holdfast.server.session.SessionView;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.record.SubscriptionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be asked of sessions, and ordered. */
final class SessionOperations {
    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 1_000;

    private final AdminLife life;
    private final Shards shards;

    SessionOperations(AdminLife life) {
        this.life = life;
        shards = new Shards(life);
    }

    Map<String, @Nullable Object> list(AdminRequest request) {
        request.allow("client", "state", "sort", "limit", "after");
        String client = request.text("client");
        return SessionList.run(
                life,
                new SessionList.Wish(
                        client == null ? null : new Glob(client),
                        request.word("state", "any", "connected", "disconnected"),
                        request.word("sort", "number", "depth", "bytes", "age"),
                        (int) request.number("limit", LIMIT, 1, LIMIT_MAX),
                        request.number("after", 0, 0, Long.MAX_VALUE - 1)));
    }

    // ---- one session

    Map<String, @Nullable Object> show(String client, AdminRequest request) {
        request.allow("subscriptions");
        int most = (int) request.number("subscriptions", LIMIT_MAX, 0, 10_000);
        SessionView view =
                shards.ofClient(client, (shard, answer) -> new SessionInspection(shard).view(client, answer));
        long number = view.figures().number();
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("client", client);
        tree.put("session", number);
        tree.put("stored", view.figures().stored());
        tree.put("connected", view.figures().peer() != null);
        tree.put("peer", view.figures().peer());
        tree.put("protocol", view.figures().protocolLevel());
        tree.put("createdMillis", view.figures().createdMillis());
        tree.put("connectedMillis", view.figures().connectedMillis());
        tree.put("connections", view.generation());
        long expirySeconds = view.figures().expirySeconds();
        tree.put("expirySeconds", expirySeconds == SessionFigures.NEVER_EXPIRES ? null : expirySeconds);
        tree.put("expiresMillis", view.expiryDueMillis());
        tree.put("receiveMaximum", view.receiveMaximum());
        tree.put("messages", view.figures().messages());
        tree.put("bytes", view.figures().bytes());
        tree.put("queued", view.figures().messages() - view.sent());
        tree.put("sent", view.sent());
        tree.put("released", view.released());
        tree.put("firstIndex", view.acknowledged());
        tree.put("firstUnsent", view.firstUnsent());
        tree.put("nextIndex", view.next());
        tree.put("inbound", Arrays.stream(view.inbound()).boxed().toList());
        tree.put("will", will(number, view.willDueMillis()));
        List<Object> subscriptions = new ArrayList<>();
        boolean all =
                view.filters() == null ? rows(number, most, subscriptions) : inMemory(view.filters(), subscriptions);
        tree.put("subscriptions", subscriptions);
        tree.put("allSubscriptions", all);
        return tree;
    }

    private static boolean inMemory(List<String> filters, List<Object> to) {
        for (String filter : filters) {
            Map<String, @Nullable Object> tree = Json.object();
            tree.put("filter", filter);
            to.add(tree);
        }
        return true;
    }

    private boolean rows(long number, int most, List<Object> to) {
        try (RowCursor rows = life.store().cursor(Table.SUBSCRIPTION, Keys.number(number), Keys.number(number + 1))) {
            while (rows.next()) {
                if (to.size() >= most) {
                    return false;
                }
                to.add(subscription(rows));
            }
        }
        return true;
    }

    private static Map<String, @Nullable Object> subscription(RowCursor rows) {
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("filter", new String(Keys.subscriptionFilter(rows.key()), StandardCharsets.UTF_8));
        try {
            SubscriptionRecord row = SubscriptionRecord.parseFrom(rows.record());
            tree.put("qos", SubscriptionOptions.qos(row.getOptions()));
            tree.put("noLocal", SubscriptionOptions.isNoLocal(row.getOptions()));
            tree.put("retainAsPublished", SubscriptionOptions.isRetainAsPublished(row.getOptions()));
            tree.put("identifier", row.getIdentifier() == 0 ? null : row.getIdentifier());
            tree.put("shared", row.getGroup() != 0);
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            tree.put("damaged", true);
        }
        return tree;
    }

    private @Nullable Object will(long number, long dueMillis) {
        byte[] row = life.store().get(Table.WILL, Keys.number(number));
        if (row == null) {
            return null;
        }
        Map<String, @Nullable Object> tree = Json.object();
        Message message = Message.within(row, 1);
        tree.put("topic", message.topic());
        tree.put("qos", message.qos());
        tree.put("retain", message.retain());
        tree.put("payloadBytes", message.payloadBytes());
        tree.put("dueMillis", dueMillis);
        return tree;
    }

    // ---- orders

    /** Carries an order out and says how many messages went with it. */
    Map<String, @Nullable Object> order(String client, Order order) {
        long messages =
                shards.ofClient(client, (shard, answer) -> order.give(new SessionOrders(shard), client, answer));
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("done", true);
        tree.put("client", client);
        tree.put("messages", messages);
        return tree;
    }

    /** An order to a client's shard. */
    interface Order {
        void give(SessionOrders orders, String client, Answer<Long> answer);
    }
}

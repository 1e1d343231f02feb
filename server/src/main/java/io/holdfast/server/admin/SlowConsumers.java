// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.SessionInspection;
import io.holdfast.server.session.SlowConsumer;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Connected clients that are behind, the worst first; the shards name them, ages are read here. */
final class SlowConsumers {
    private static final int LIMIT = 20;
    private static final int LIMIT_MAX = 1_000;

    private SlowConsumers() {}

    static Map<String, @Nullable Object> list(AdminLife life, AdminRequest request) {
        request.allow("limit", "by");
        int limit = (int) request.number("limit", LIMIT, 1, LIMIT_MAX);
        Comparator<SlowConsumer> order = request.word("by", "bytes", "unacknowledged")
                        .equals("bytes")
                ? Comparator.comparingLong(SlowConsumer::waitingBytes).thenComparingLong(SlowConsumer::unacknowledged)
                : Comparator.comparingLong(SlowConsumer::unacknowledged);
        Shards shards = new Shards(life);
        List<SlowConsumer> all = new ArrayList<>();
        for (int i = 0; i < life.shards(); i++) {
            List<SlowConsumer> worst =
                    shards.of(i, (shard, answer) -> new SessionInspection(shard).slowest(LIMIT_MAX, answer));
            all.addAll(worst);
        }
        all.sort(order.reversed());
        List<Object> clients = new ArrayList<>();
        for (SlowConsumer slow : all.subList(0, Math.min(limit, all.size()))) {
            Map<String, @Nullable Object> tree = Json.object();
            tree.put("client", slow.clientId());
            tree.put("waitingBytes", slow.waitingBytes());
            tree.put("unacknowledged", slow.unacknowledged());
            tree.put("messages", slow.messages());
            tree.put("oldestSeconds", ageSeconds(life, slow.oldest()));
            tree.put("peer", slow.peer());
            clients.add(tree);
        }
        Map<String, @Nullable Object> answer = Json.object();
        answer.put("clients", clients);
        return answer;
    }

    /** How long ago the oldest message that a client has not acknowledged was published; null when nobody knows. */
    private static @Nullable Long ageSeconds(AdminLife life, long delivery) {
        byte[] row = delivery == Delivery.NONE
                ? null
                : life.store().get(Table.MESSAGE, Keys.number(Delivery.messageId(delivery)));
        return row == null
                ? null
                : Math.max(0, life.nowMillis() - Message.parse(row).publishedMillis()) / 1_000;
    }
}

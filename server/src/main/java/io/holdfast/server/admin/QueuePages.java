// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.server.session.QueueSlice;
import io.holdfast.server.session.SessionInspection;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A queue, page by page: the shard names the messages of one page, their rows are read here. */
final class QueuePages {
    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 500;
    private static final long PAYLOAD_BYTES_MAX = 4L << 20;

    private final AdminLife life;
    private final Shards shards;

    QueuePages(AdminLife life) {
        this.life = life;
        shards = new Shards(life);
    }

    Map<String, @Nullable Object> page(String client, AdminRequest request) {
        request.allow("from", "limit", "payload");
        long from = request.number("from", 0, 0, Long.MAX_VALUE - 1);
        int limit = (int) request.number("limit", LIMIT, 1, LIMIT_MAX);
        String form = PayloadForm.of(request);
        QueueSlice slice = shards.ofClient(
                client, (shard, answer) -> new SessionInspection(shard).queue(client, from, limit, answer));
        List<Object> messages = new ArrayList<>();
        Long next = slice.next() < 0 ? null : slice.next();
        long bytes = 0;
        for (QueueSlice.Entry entry : slice.entries()) {
            if (bytes > PAYLOAD_BYTES_MAX) {
                next = entry.index();
                break;
            }
            Message message = entry.message() == null ? stored(entry) : entry.message();
            bytes += message == null || form.equals("none") ? 0 : message.payloadBytes();
            messages.add(tree(entry, message, form));
        }
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("messages", messages);
        tree.put("next", next);
        return tree;
    }

    private @Nullable Message stored(QueueSlice.Entry entry) {
        if (entry.delivery() == Delivery.NONE) {
            return null;
        }
        byte[] record = life.store().get(Table.MESSAGE, Keys.number(Delivery.messageId(entry.delivery())));
        return record == null ? null : Message.parse(record);
    }

    private Map<String, @Nullable Object> tree(QueueSlice.Entry entry, @Nullable Message message, String form) {
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("index", entry.index());
        tree.put("state", entry.state().name().toLowerCase(Locale.ROOT));
        if (entry.delivery() != Delivery.NONE) {
            tree.put("id", Delivery.messageId(entry.delivery()));
            tree.put("qos", Delivery.qos(entry.delivery()));
            tree.put("retain", (entry.delivery() & Delivery.RETAIN) != 0);
        }
        if (message == null) {
            return tree; // Done with between the two looks, or damaged.
        }
        long now = life.nowMillis();
        tree.put("topic", message.topic());
        tree.put("bytes", message.payloadBytes());
        tree.put("ageSeconds", Math.max(0, now - message.publishedMillis()) / 1_000);
        tree.put("expiresSeconds", message.expires() ? message.remainingSeconds(now) : null);
        PayloadForm.put(tree, message, form);
        return tree;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.protocol.topic.InvalidTopicException;
import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.session.RetainedOrders;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Retained messages, page by page in the order of their topics' bytes, one by one, and cleared. */
final class RetainedPages {
    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 1_000;
    /** Rows looked at for one page: a filter may fit few of many. */
    private static final int LOOKS_MAX = 100_000;

    private static final long PAYLOAD_BYTES_MAX = 4L << 20;
    private static final int MESSAGE_FIELD = 2;

    private final AdminLife life;

    RetainedPages(AdminLife life) {
        this.life = life;
    }

    // ---- looking

    Map<String, @Nullable Object> list(AdminRequest request) {
        request.allow("filter", "limit", "after", "payload");
        String filter = request.text("filter");
        TopicFilter wanted = filter == null ? null : filter(filter);
        int limit = (int) request.number("limit", LIMIT, 1, LIMIT_MAX);
        String form = PayloadForm.of(request);
        String after = request.text("after");
        List<Object> messages = new ArrayList<>();
        byte[] next = null;
        long damaged = 0;
        long bytes = 0;
        try (RowCursor rows =
                life.store().cursor(Table.RETAINED, after == null ? Keys.number(0) : behind(after), Keys.end())) {
            for (int looks = 0; next == null && rows.next(); looks++) {
                byte[] topic = Keys.textBytes(rows.key());
                if (wanted == null || wanted.matches(TopicName.of(topic))) {
                    try {
                        Message message = Message.within(rows.record(), MESSAGE_FIELD);
                        bytes += form.equals("none") ? 0 : message.payloadBytes();
                        messages.add(tree(message, form));
                    } catch (DamagedRowException e) {
                        damaged++;
                    }
                }
                boolean full = messages.size() == limit || bytes > PAYLOAD_BYTES_MAX || looks == LOOKS_MAX;
                next = full ? topic : null;
            }
        }
        Map<String, @Nullable Object> answer = Json.object();
        answer.put("messages", messages);
        answer.put("next", next == null ? null : new String(next, StandardCharsets.UTF_8));
        answer.put("damaged", damaged);
        return answer;
    }

    private static TopicFilter filter(String text) {
        try {
            return TopicFilter.parse(text);
        } catch (InvalidTopicException e) {
            throw AdminRequest.bad("filter is no topic filter: " + e.getMessage());
        }
    }

    /** The lowest key that is higher than a topic's. */
    private static byte[] behind(String topic) {
        return Keys.text((topic + '\0').getBytes(StandardCharsets.UTF_8));
    }

    Map<String, @Nullable Object> show(String topic, AdminRequest request) {
        request.allow("payload");
        return tree(stored(name(topic)), PayloadForm.of(request));
    }

    private Message stored(TopicName topic) {
        byte[] row = life.store().get(Table.RETAINED, Keys.text(topic.utf8()));
        if (row == null) {
            throw new AdminException(AdminException.NOT_FOUND, "this topic has no retained message");
        }
        return Message.within(row, MESSAGE_FIELD);
    }

    private static TopicName name(String topic) {
        try {
            return TopicName.of(topic);
        } catch (InvalidTopicException e) {
            throw AdminRequest.bad("this is no topic name: " + e.getMessage());
        }
    }

    private Map<String, @Nullable Object> tree(Message message, String form) {
        long now = life.nowMillis();
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("topic", message.topic());
        tree.put("qos", message.qos());
        tree.put("bytes", message.payloadBytes());
        tree.put("ageSeconds", Math.max(0, now - message.publishedMillis()) / 1_000);
        tree.put("expiresSeconds", message.expires() ? message.remainingSeconds(now) : null);
        PayloadForm.put(tree, message, form);
        return tree;
    }

    // ---- clearing

    /** Publishes what removes it, and answers when that is on disk. */
    Map<String, @Nullable Object> clear(String topic, AdminRequest request) {
        request.allow();
        TopicName name = name(topic);
        Message message = stored(name);
        long receivers = new Shards(life).of(0, (shard, answer) -> new RetainedOrders(shard).clear(name, answer));
        Map<String, @Nullable Object> answer = Json.object();
        answer.put("done", true);
        answer.put("topic", message.topic());
        answer.put("bytes", message.payloadBytes());
        answer.put("receivers", receivers);
        return answer;
    }
}

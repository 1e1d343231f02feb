// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.storage.log.Message;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one operator wants to see of routing, and what was not fetched yet. Shards offer and never wait: what comes faster
 * than the rate, or is not fetched in time, is only counted.
 */
final class Tail {
    static final int RATE = 100;
    static final int RATE_MAX = 10_000;
    private static final int WAITING_MAX = 1_000;
    private static final int NAME_CHARS_MAX = 1_000;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TopicFilter filter;
    private final int perSecond;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong sinceNanos = new AtomicLong(System.nanoTime());
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong leftOut = new AtomicLong();

    Tail(TopicFilter filter, int perSecond) {
        this.filter = filter;
        this.perSecond = perSecond;
    }

    /** Offers what happened to a message. A shard's thread. */
    void offer(String event, Message message, String client, @Nullable Integer receivers, long nowMillis) {
        byte[] topic = Arrays.copyOfRange(
                message.topicArray(), message.topicOffset(), message.topicOffset() + message.topicBytes());
        if (!filter.matches(TopicName.of(topic))) {
            return;
        }
        if (!isInTime()) {
            leftOut.incrementAndGet();
            return;
        }
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("atMillis", nowMillis);
        tree.put("event", event);
        tree.put("topic", cut(message.topic()));
        tree.put("client", cut(client));
        tree.put("qos", message.qos());
        tree.put("retain", message.retain());
        tree.put("bytes", message.payloadBytes());
        if (receivers != null) {
            tree.put("receivers", receivers);
        }
        if (!waiting.offer(Json.text(tree))) {
            leftOut.incrementAndGet();
        }
    }

    private static String cut(String name) {
        return name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX) + "...";
    }

    private boolean isInTime() {
        long now = System.nanoTime();
        long since = sinceNanos.get();
        if (now - since >= SECOND_NANOS && sinceNanos.compareAndSet(since, now)) {
            taken.set(0);
        }
        return taken.incrementAndGet() <= perSecond;
    }

    /** What came since the last call, a line for each; empty when nothing did. One thread. */
    String fetch() {
        StringBuilder lines = new StringBuilder();
        for (String line = waiting.poll(); line != null; line = waiting.poll()) {
            lines.append(line).append('\n');
        }
        long missed = leftOut.getAndSet(0);
        if (missed > 0) {
            lines.append(Json.text(Map.of("event", "left out", "events", missed)))
                    .append('\n');
        }
        return lines.toString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import io.holdfast.server.session.ShardEvent;
import io.holdfast.storage.log.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The {@code $SYS/broker/} topics: names as in Mosquitto where they mean the same, and {@code store/...} for what only a
 * broker with a store has. Values behave like retained messages at QoS 0, but are never stored: a new subscription gets
 * them at once with RETAIN 1, afterwards updates follow in intervals. Any thread.
 */
public final class SysTopics {
    private static final String ROOT = "$SYS/broker/";

    /** A topic and how to get its value. */
    private record Entry(TopicName topic, Supplier<String> value) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private final Gauges gauges;
    private final AtomicLong connectedMost = new AtomicLong();

    /**
     * The topics of one life of the broker.
     *
     * @param durability as in the configuration
     */
    public SysTopics(String version, String durability, Counters counters, Gauges gauges) {
        this.gauges = gauges;
        text("version", () -> "holdfast " + version);
        text("uptime", () -> TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos) + " seconds");
        number("clients/connected", gauges::connected);
        number("clients/maximum", () -> connectedMost.accumulateAndGet(gauges.connected(), Math::max));
        number("clients/total", gauges::sessions);
        number("clients/disconnected", () -> Math.max(0, gauges.sessions() - gauges.connected()));
        number("bytes/received", () -> counters.sum(BrokerCounter.BYTES_RECEIVED));
        number("bytes/sent", () -> counters.sum(BrokerCounter.BYTES_SENT));
        number("messages/received", () -> counters.sum(BrokerCounter.PACKETS_RECEIVED));
        number("messages/sent", () -> counters.sum(BrokerCounter.PACKETS_SENT));
        number("publish/messages/received", counters::received);
        number("publish/messages/sent", counters::sent);
        number("publish/messages/dropped", () -> dropped(counters));
        number("subscriptions/count", gauges::subscriptions);
        number("retained messages/count", gauges::retained);
        number("heap/current", () -> MemoryFigures.now().heap());
        number("heap/maximum", () -> MemoryFigures.now().heapMax());
        loads(counters);
        store(durability, counters, gauges);
    }

    private void loads(Counters counters) {
        load("messages/received", () -> counters.sum(BrokerCounter.PACKETS_RECEIVED));
        load("messages/sent", () -> counters.sum(BrokerCounter.PACKETS_SENT));
        load("publish/received", counters::received);
        load("publish/sent", counters::sent);
        load("publish/dropped", () -> dropped(counters));
        load("bytes/received", () -> counters.sum(BrokerCounter.BYTES_RECEIVED));
        load("bytes/sent", () -> counters.sum(BrokerCounter.BYTES_SENT));
        load("sockets", () -> counters.sum(BrokerCounter.CONNECTIONS_ACCEPTED));
        load("connections", () -> counters.sum(ShardEvent.CONNECTED));
        load("store/syncs", () -> counters.sum(BrokerCounter.COMMIT_SYNCS));
    }

    private void store(String durability, Counters counters, Gauges gauges) {
        text("store/durability", () -> durability);
        number("store/queued", gauges::queued);
        number("store/groups", () -> counters.sum(BrokerCounter.COMMIT_GROUPS));
        number("store/syncs", () -> counters.sum(BrokerCounter.COMMIT_SYNCS));
        number("store/sync-microseconds", () -> counters.sum(BrokerCounter.COMMIT_SYNC_NANOS) / 1_000);
        text("store/sync-times", () -> counters.syncTimes().text());
        number("store/disk-free-bytes", gauges::diskFreeBytes);
        number("store/disk-low", () -> gauges.isDiskLow() ? 1 : 0);
        number("store/sync-stalls", () -> counters.sum(BrokerCounter.COMMIT_STALLS));
        number("store/waiting-bytes", gauges::commitQueueBytes);
        number("store/recovery-milliseconds", () -> Math.round(gauges.recoverySeconds() * 1_000));
        number("store/bytes-written", () -> counters.sum(BrokerCounter.STORE_BYTES_WRITTEN));
    }

    private static long dropped(Counters counters) {
        return counters.sum(ShardEvent.DROPPED_QUEUE_FULL)
                + counters.sum(ShardEvent.DROPPED_REFUSED)
                + counters.sum(ShardEvent.DROPPED_EXPIRED)
                + counters.sum(ShardEvent.DROPPED_TOO_LARGE)
                + counters.sum(ShardEvent.DROPPED_SLOW)
                + counters.sum(ShardEvent.DROPPED_DENIED);
    }

    private void number(String name, LongSupplier value) {
        text(name, () -> Long.toString(value.getAsLong()));
    }

    /** Averages for each minute, as Mosquitto tells them. */
    private void load(String name, LongSupplier counter) {
        Load load = new Load(counter, startNanos);
        loads.add(load);
        for (int i = 0; i < Load.MINUTES.length; i++) {
            int place = i;
            text(
                    "load/" + name + "/" + Load.MINUTES[i] + "min",
                    () -> String.format(Locale.ROOT, "%.2f", load.perMinute(place)));
        }
    }

    private void text(String name, Supplier<String> value) {
        entries.add(new Entry(TopicName.of((ROOT + name).getBytes(StandardCharsets.UTF_8)), value));
    }

    /** The topics that a filter matches, with their present values. */
    public List<Message> matching(TopicFilter filter, long nowMillis) {
        if (!isOwn(filter)) {
            return List.of();
        }
        List<Message> messages = new ArrayList<>();
        for (Entry entry : entries) {
            if (filter.matches(entry.topic())) {
                messages.add(message(entry, nowMillis));
            }
        }
        return messages;
    }

    private static boolean isOwn(TopicFilter filter) {
        byte[] utf8 = filter.utf8();
        return utf8.length > 0 && utf8[0] == '$'; // No wildcard matches a topic that begins with $ [MQTT-4.7.2-1].
    }

    /** All topics with their present values, for an update. One thread. */
    public void forEach(long nowMillis, BiConsumer<TopicName, Message> consumer) {
        long now = System.nanoTime();
        loads.forEach(load -> load.tick(now));
        connectedMost.accumulateAndGet(gauges.connected(), Math::max);
        for (Entry entry : entries) {
            consumer.accept(entry.topic(), message(entry, nowMillis));
        }
    }

    private static Message message(Entry entry, long nowMillis) {
        byte[] payload = entry.value().get().getBytes(StandardCharsets.UTF_8);
        return Message.of(entry.topic().utf8(), payload, 0, false, 0, nowMillis);
    }
}

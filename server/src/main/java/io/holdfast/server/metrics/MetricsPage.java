// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.metrics;

import io.holdfast.server.session.ShardEvent;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.StoreException;
import io.holdfast.storage.store.StoreFigures;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus reads. Everything is collected when somebody asks, from what is counted anyway; without a life of the
 * broker, what only a life knows is left out. May wait for the file system: not on an event loop.
 */
public final class MetricsPage {
    private static final double MICROS = 1_000_000;
    /** Acknowledgements and syncs, from 64 microseconds to 16 seconds. */
    private static final int TIME_LOWEST = 6;

    private static final int TIME_HIGHEST = 24;
    private static final int GROUP_HIGHEST = 12;
    private static final int DISK_LOW = 1;
    private static final int FAILED = 2;

    private final String version;
    private final String durability;
    private final Path folder;
    private final Counters counters;
    private final Supplier<Map<String, Long>> connections;
    private final Supplier<@Nullable Gauges> gauges;

    /**
     * The page of one process.
     *
     * @param durability as in the configuration
     * @param folder the data folder
     * @param connections open sockets by the name of their listener
     * @param gauges those of the life that serves, or null while there is none
     */
    public MetricsPage(
            String version,
            String durability,
            Path folder,
            Counters counters,
            Supplier<Map<String, Long>> connections,
            Supplier<@Nullable Gauges> gauges) {
        this.version = version;
        this.durability = durability;
        this.folder = folder;
        this.counters = counters;
        this.connections = connections;
        this.gauges = gauges;
    }

    private static ExpositionFormatWriter writer(@Nullable String accept) {
        return accept != null && accept.contains("application/openmetrics-text")
                ? OpenMetricsTextFormatWriter.create()
                : PrometheusTextFormatWriter.create();
    }

    /** The content type for a request that accepts this. */
    public static String contentType(@Nullable String accept) {
        return writer(accept).getContentType();
    }

    /** The page in the form that a request accepts: OpenMetrics where asked for, else the older text. */
    public byte[] write(@Nullable String accept) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
        try {
            writer(accept).write(out, collect().done(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private MetricList collect() {
        MetricList list = new MetricList();
        list.info("build", "What runs.", Map.of("version", version, "durability", durability));
        Gauges now = gauges.get();
        list.gauge(
                "store_state",
                "0 while messages are taken, 1 while the disk has no room for more, 2 while the broker has failed or starts.",
                now == null ? FAILED : now.isDiskLow() ? DISK_LOW : 0);
        list.gauge(
                "connections",
                "Open TCP connections, also before their CONNECT was accepted.",
                "listener",
                connections.get());
        traffic(list);
        faults(list);
        commits(list);
        memory(list);
        if (now != null) {
            life(list, now);
        }
        return list;
    }

    private void traffic(MetricList list) {
        String qos = "qos";
        list.counter(
                "messages_received",
                "PUBLISH packets that came from clients.",
                qos,
                byQos(ShardEvent.RECEIVED_QOS_0, ShardEvent.RECEIVED_QOS_1, ShardEvent.RECEIVED_QOS_2));
        list.counter(
                "messages_sent",
                "PUBLISH packets that went to clients.",
                qos,
                byQos(ShardEvent.SENT_QOS_0, ShardEvent.SENT_QOS_1, ShardEvent.SENT_QOS_2));
        Map<String, Long> dropped = new LinkedHashMap<>();
        dropped.put("queue_full", counters.sum(ShardEvent.DROPPED_QUEUE_FULL));
        dropped.put("refused", counters.sum(ShardEvent.DROPPED_REFUSED));
        dropped.put("expired", counters.sum(ShardEvent.DROPPED_EXPIRED));
        dropped.put("too_large", counters.sum(ShardEvent.DROPPED_TOO_LARGE));
        dropped.put("slow_receiver", counters.sum(ShardEvent.DROPPED_SLOW));
        dropped.put("denied", counters.sum(ShardEvent.DROPPED_DENIED));
        dropped.put("dollar_topic", counters.sum(ShardEvent.DROPPED_DOLLAR_TOPIC));
        list.counter("messages_dropped", "Messages that a receiver will not get.", "reason", dropped);
        list.counter("bytes_received", "Bytes that came from clients.", counters.sum(BrokerCounter.BYTES_RECEIVED));
        list.counter("bytes_sent", "Bytes that went to clients.", counters.sum(BrokerCounter.BYTES_SENT));
        list.counter(
                "packets_received",
                "MQTT packets of all types that came from clients.",
                counters.sum(BrokerCounter.PACKETS_RECEIVED));
        list.counter(
                "packets_sent",
                "MQTT packets of all types that went to clients.",
                counters.sum(BrokerCounter.PACKETS_SENT));
        list.counter(
                "connections_accepted", "TCP connections accepted.", counters.sum(BrokerCounter.CONNECTIONS_ACCEPTED));
        list.counter("takeovers", "Connections that a newer one replaced.", counters.sum(ShardEvent.TAKEN_OVER));
        list.counter("wills_published", "Wills published.", counters.sum(ShardEvent.WILL_PUBLISHED));
    }

    private Map<String, Long> byQos(ShardEvent... events) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (int qos = 0; qos < events.length; qos++) {
            values.put(Integer.toString(qos), counters.sum(events[qos]));
        }
        return values;
    }

    private void faults(MetricList list) {
        Map<String, Long> errors = new LinkedHashMap<>();
        errors.put("malformed_packet", counters.sum(BrokerCounter.MALFORMED_PACKETS));
        errors.put("protocol_error", counters.sum(ShardEvent.PROTOCOL_ERROR));
        errors.put("connect_timeout", counters.sum(BrokerCounter.CONNECT_TIMEOUTS));
        errors.put("keep_alive_timeout", counters.sum(ShardEvent.KEEP_ALIVE_EXPIRED));
        errors.put("unknown_packet_id", counters.sum(ShardEvent.UNKNOWN_PACKET_ID));
        errors.put("too_many_connections", counters.sum(BrokerCounter.CONNECTIONS_REFUSED));
        errors.put("partial_packets_shed", counters.sum(BrokerCounter.PARTIAL_PACKETS_SHED));
        errors.put("slow_receiver", counters.sum(BrokerCounter.SLOW_RECEIVERS));
        errors.put("socket_error", counters.sum(BrokerCounter.SOCKET_ERRORS));
        list.counter("protocol_errors", "What went wrong with connections.", "class", errors);
        Map<String, Long> logins = new LinkedHashMap<>();
        logins.put("accepted", counters.sum(BrokerCounter.LOGINS_ACCEPTED));
        logins.put(
                "refused",
                counters.sum(BrokerCounter.AUTHENTICATIONS_REFUSED) + counters.sum(BrokerCounter.PASSWORDS_REFUSED));
        logins.put("expired", counters.sum(BrokerCounter.LOGINS_EXPIRED));
        list.counter("auth", "Clients that had to say who they are, and what came of it.", "result", logins);
        Map<String, Long> damage = new LinkedHashMap<>();
        damage.put("message_missing", counters.sum(ShardEvent.MESSAGE_MISSING));
        damage.put("row_damaged", counters.sum(ShardEvent.ROW_DAMAGED));
        damage.put("scrubbed", counters.sum(BrokerCounter.DAMAGE_SCRUBBED));
        list.counter("store_damage", "Rows of the store that could not be used.", "class", damage);
        list.counter(
                "store_scrubs",
                "Times that the whole store was read in search of damage.",
                counters.sum(BrokerCounter.SCRUBS));
        list.counter(
                "instance_failures",
                "Times that the broker failed and began again through recovery.",
                counters.sum(BrokerCounter.INSTANCE_FAILURES));
    }

    private void commits(MetricList list) {
        list.histogram(
                "ack_seconds",
                "From a message's way to the commit thread until its acknowledgement was written, QoS 1 and 2.",
                counters.acknowledged(),
                MICROS,
                TIME_LOWEST,
                TIME_HIGHEST);
        list.histogram(
                "store_sync_seconds",
                "Syncs of the log.",
                List.of(counters.syncTimes()),
                MICROS,
                TIME_LOWEST,
                TIME_HIGHEST);
        list.histogram(
                "store_sync_batch_size",
                "Messages that became durable together.",
                List.of(counters.groupSizes()),
                1,
                0,
                GROUP_HIGHEST);
        list.counter("store_groups", "Groups of changes made durable.", counters.sum(BrokerCounter.COMMIT_GROUPS));
        list.counter(
                "store_written_bytes", "Bytes handed to the store.", counters.sum(BrokerCounter.STORE_BYTES_WRITTEN));
        try {
            list.gauge(
                    "disk_free_bytes",
                    "What the broker's user may still write to the data folder's file system.",
                    Files.getFileStore(folder).getUsableSpace());
        } catch (IOException e) {
            list.gauge("disk_free_bytes", "The data folder's file system does not answer.", Double.NaN);
        }
    }

    private static void memory(MetricList list) {
        MemoryFigures figures = MemoryFigures.now();
        Map<String, Long> memory = new LinkedHashMap<>();
        memory.put("heap", figures.heap());
        memory.put("direct", figures.direct());
        list.gauge("memory_bytes", "Memory in use by the Java virtual machine.", "area", memory);
    }

    private void life(MetricList list, Gauges now) {
        long connected = now.connected();
        list.gauge(
                "sessions",
                "Sessions, with a client and without.",
                "state",
                byState("connected", connected, "disconnected", Math.max(0, now.sessions() - connected)));
        list.gauge("subscriptions", "Subscriptions.", now.subscriptions());
        list.gauge("retained_messages", "Topics with a retained message.", now.retained());
        list.gauge("queue_messages", "Messages that stored sessions are owed, in flight or not.", now.queued());
        Map<String, Long> inflight = new LinkedHashMap<>();
        inflight.put("in", now.inflightIn());
        inflight.put("out", now.inflightOut());
        list.gauge(
                "inflight",
                "Messages from and to connected clients whose exchange has not ended, QoS 1 and 2; in from older clients"
                        + " than MQTT 5 QoS 2 only. A second old at most.",
                "direction",
                inflight);
        list.gauge("commit_queue_bytes", "Bytes handed over and not yet durable.", now.commitQueueBytes());
        list.gauge("recovery_seconds", "What the last start took to recover.", now.recoverySeconds());
        try {
            list.gauge(
                    "queue_oldest_seconds",
                    "Age of the oldest message in the store, owed to somebody or about to be deleted; 0 when none is owed.",
                    now.queued() == 0 ? 0 : now.oldestMessageSeconds());
            StoreFigures figures = now.store();
            Map<String, Long> queues = new LinkedHashMap<>();
            queues.put("disk", figures.tableBytes().getOrDefault(Table.MESSAGE, 0L));
            queues.put("memory", now.volatileBytes());
            list.gauge(
                    "queue_bytes",
                    "What waiting messages take: on disk each once however many wait for it, until its space is given"
                            + " back; in memory for each session that ends with its connection.",
                    "where",
                    queues);
            store(list, figures);
        } catch (StoreException e) {
            list.gauge("store_closing", "1 while the store is being closed.", 1);
        }
    }

    private static void store(MetricList list, StoreFigures figures) {
        Map<String, Long> tables = new LinkedHashMap<>();
        figures.tableBytes().forEach((table, bytes) -> tables.put(table.familyName(), bytes));
        list.gauge("store_cf_bytes", "Table and blob files.", "cf", tables);
        list.gauge("store_wal_bytes", "Files of the write-ahead log.", figures.logBytes());
        list.gauge("store_memtable_bytes", "Rows that are in no table file yet.", figures.memoryBytes());
        list.gauge("store_cache_bytes", "Blocks kept from reading.", figures.cacheBytes());
    }

    private static Map<String, Long> byState(String one, long first, String other, long second) {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put(one, first);
        values.put(other, second);
        return values;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.tools.store;

import io.holdfast.protocol.topic.FilterAdvice;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.LogTail;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.MessagePage;
import io.holdfast.storage.log.QueueWalk;
import io.holdfast.storage.log.SessionScan;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import io.holdfast.storage.store.StoreReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Collects what {@code store stats} says, in one pass over all sessions and one over all subscriptions. */
final class QueueSurvey {
    private static final int DIGITS = 3;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};
    private static final int PAGE = 8_192;
    private static final long PAGE_BYTES_MAX = 32L << 20;
    private static final int EXAMPLES = 3;

    private final StoreReader store;
    private final Duration unseen;
    private final LongWork progress;
    private final LogTail tail;
    private final MessagePage messages;
    private final Histogram depths = new Histogram(DIGITS);
    private final Histogram sizes = new Histogram(DIGITS);
    private final Histogram ages = new Histogram(DIGITS);
    private final TopList<Queue> deepest;
    private final TopList<Queue> heaviest;
    private final TopList<Queue> oldest;
    private final TopList<Queue> zombies;
    private final List<Queue> page = new ArrayList<>();
    private final Map<String, List<String>> unmatchable = new TreeMap<>();
    private final Map<String, List<String>> advice = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private long nowMillis;
    private long sessions;
    private long zombieCount;
    private long zombieBytes;
    private long zombieMessages;
    private long randomCount;
    private long randomBytes;
    private long subscriptions;
    private long damagedRows;

    /** A session with what waits for it; {@code firstMessage} is the lowest id, or that of no message. */
    private record Queue(
            long number,
            String client,
            long owed,
            long bytes,
            long seenMillis,
            boolean zombie,
            boolean random,
            long firstMessage,
            long ageMillis) {}

    QueueSurvey(StoreReader store, int top, Duration unseen, LongWork progress) {
        this.store = store;
        this.unseen = unseen;
        this.progress = progress;
        tail = new LogTail(store, 1, number -> 0);
        messages = new MessagePage(store, PAGE_BYTES_MAX);
        deepest = new TopList<>(top);
        heaviest = new TopList<>(top);
        oldest = new TopList<>(top);
        zombies = new TopList<>(top);
    }

    /** Whether every row that was needed could be read; known once the report is made. */
    boolean isSound() {
        return damagedRows == 0;
    }

    Report report(long wallClockMillis) {
        damagedRows += LogEntries.fold(store, tail);
        nowMillis = Math.max(wallClockMillis, tail.lastTimeMillis());
        progress.begin("sessions", store.size(Table.SESSION).rowsEstimated());
        readSessions();
        progress.begin("subscriptions", store.size(Table.SUBSCRIPTION).rowsEstimated());
        readSubscriptions();
        Report report = new Report();
        describe(report);
        return report;
    }

    private void readSessions() {
        try (SessionScan scan = new SessionScan(store, tail.of(0), 0, Long.MAX_VALUE, row -> damagedRows++)) {
            while (scan.next()) {
                progress.step();
                sessions++;
                page.add(queue(scan));
                if (page.size() == PAGE) {
                    flush();
                }
            }
        }
        flush();
    }

    private Queue queue(SessionScan scan) {
        StoredSession session = new StoredSession(scan.record(), scan.state(), scan.isConnected());
        long owed = scan.state().unsettledCount();
        long first = Delivery.NONE;
        if (owed > 0) {
            First oldestEntry = new First();
            scan.walk(scan.state().acknowledged() + firstUnsettled(scan) + 1, oldestEntry);
            first = oldestEntry.id;
        }
        boolean group = StoredSession.isGroup(scan.record());
        boolean zombie = !group && !session.connected() && nowMillis - session.seenMillis() >= unseen.toMillis();
        return new Queue(
                scan.number(),
                session.clientId(),
                owed,
                scan.state().queuedBytes(),
                session.seenMillis(),
                zombie,
                !group && RandomLooking.test(session.clientId()),
                first,
                -1);
    }

    /** Below {@code acknowledged} everything is settled, and the index itself is not. */
    private static long firstUnsettled(SessionScan scan) {
        long distance = 0;
        while (scan.state().isSettled(scan.state().acknowledged() + distance)) {
            distance++;
        }
        return distance;
    }

    /** The message of the first entry. */
    private final class First implements QueueWalk.Visitor {
        private long id = Delivery.NONE;

        @Override
        public void entry(long index, long delivery, int @Nullable [] identifiers) {
            id = id == Delivery.NONE ? Delivery.messageId(delivery) : id;
        }

        @Override
        public void missing(long from, long to) {
            damagedRows++;
        }

        @Override
        public void damaged(DamagedRowException row) {
            damagedRows++;
        }
    }

    private void flush() {
        long[] ids = page.stream()
                .mapToLong(Queue::firstMessage)
                .filter(id -> id != Delivery.NONE)
                .toArray();
        messages.load(ids, ids.length);
        for (Queue queue : page) {
            count(new Queue(
                    queue.number,
                    queue.client,
                    queue.owed,
                    queue.bytes,
                    queue.seenMillis,
                    queue.zombie,
                    queue.random,
                    queue.firstMessage,
                    age(queue.firstMessage)));
        }
        page.clear();
    }

    private long age(long messageId) {
        if (messageId == Delivery.NONE) {
            return -1;
        }
        try {
            byte[] record = messages.record(messageId);
            if (record != null) {
                Message message = Stored.message(Table.MESSAGE, Keys.number(messageId), record);
                return Math.max(0, nowMillis - message.publishedMillis());
            }
            damagedRows++;
        } catch (DamagedRowException e) {
            damagedRows++;
        }
        return -1;
    }

    private void count(Queue queue) {
        if (queue.owed > 0) {
            depths.recordValue(queue.owed);
            sizes.recordValue(Math.max(0, queue.bytes));
            if (queue.ageMillis >= 0) {
                ages.recordValue(queue.ageMillis);
            }
        }
        deepest.offer(queue.owed, queue);
        heaviest.offer(queue.bytes, queue);
        oldest.offer(queue.ageMillis, queue);
        if (queue.random) {
            randomCount++;
            randomBytes += queue.bytes;
        }
        if (queue.zombie) {
            zombieCount++;
            zombieBytes += queue.bytes;
            zombieMessages += queue.owed;
            zombies.offer(queue.bytes + 1, queue);
        }
    }

    private void readSubscriptions() {
        try (RowCursor rows = store.cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                progress.step();
                subscriptions++;
                String filter = new String(Keys.subscriptionFilter(rows.key()), StandardCharsets.UTF_8);
                note(unmatchable, FilterAdvice.unmatchable(filter), filter);
                note(advice, FilterAdvice.advice(filter), filter);
            }
        }
    }

    private void note(Map<String, List<String>> examples, @Nullable String reason, String filter) {
        if (reason != null) {
            counts.merge(reason, 1L, Long::sum);
            List<String> known = examples.computeIfAbsent(reason, r -> new ArrayList<>());
            if (known.size() < EXAMPLES && !known.contains(filter)) {
                known.add(filter);
            }
        }
    }

    private void describe(Report report) {
        report.group("content")
                .add("sessions", sessions)
                .add("withQueue", depths.getTotalCount())
                .add("subscriptions", subscriptions)
                .add("damagedRows", damagedRows);
        Report.Rows percentiles = report.rows("queues", "percentile", "messages", "size", "oldest");
        for (double percentile : PERCENTILES) {
            percentiles.add(
                    percentile == 100 ? "max" : "p" + (percentile == 99.9 ? "99.9" : Math.round(percentile)),
                    depths.getTotalCount() == 0 ? 0 : depths.getValueAtPercentile(percentile),
                    new Report.Bytes(sizes.getTotalCount() == 0 ? 0 : sizes.getValueAtPercentile(percentile)),
                    new Report.Age(ages.getTotalCount() == 0 ? -1 : ages.getValueAtPercentile(percentile)));
        }
        list(report, "deepest", deepest);
        list(report, "heaviest", heaviest);
        list(report, "oldest", oldest);
        report.group("zombies")
                .add("unseenDays", unseen.toDays())
                .add("sessions", zombieCount)
                .add("messages", zombieMessages)
                .add("size", new Report.Bytes(zombieBytes))
                .add("randomLookingIds", randomCount)
                .add("randomLookingSize", new Report.Bytes(randomBytes));
        list(report, "zombieSessions", zombies);
        examples(report, "unmatchable", unmatchable);
        examples(report, "advice", advice);
    }

    private static void list(Report report, String title, TopList<Queue> list) {
        Report.Rows rows = report.rows(title, "session", "messages", "size", "oldest", "seen", "random", "client");
        for (Queue queue : list.values()) {
            rows.add(
                    queue.number,
                    queue.owed,
                    new Report.Bytes(queue.bytes),
                    new Report.Age(queue.ageMillis),
                    new Report.Time(queue.seenMillis),
                    queue.random,
                    queue.client);
        }
    }

    private void examples(Report report, String title, Map<String, List<String>> reasons) {
        Report.Rows rows = report.rows(title, "filters", "reason", "examples");
        reasons.forEach((reason, filters) -> rows.add(counts.get(reason), reason, String.join("  ", filters)));
    }
}

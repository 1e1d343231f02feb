// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import io.holdfast.server.access.Glob;
import io.holdfast.server.session.SessionFigures;
import io.holdfast.server.session.SessionInspection;
import io.holdfast.storage.log.IndexSpace;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.record.SessionRecord;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.SessionNumbers;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.DamagedRowException;
import io.holdfast.storage.store.RowCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A list of sessions in the order of their numbers, or the first of another order. Rows are read a few dozen at a time and
 * no cursor is held open meanwhile; the shards say how those stand that are in memory. So a list takes constant memory,
 * and eight bytes for each session without rows, whatever the store holds.
 */
final class SessionList {
    private static final int SLICE_SESSIONS = 64;

    /** Which sessions, in which order, how many. */
    record Wish(@Nullable Glob client, String state, String sort, int limit, long after) {}

    /** A session as the list shows it. */
    private record Line(
            long number,
            String client,
            boolean stored,
            @Nullable String peer,
            int level,
            long messages,
            long bytes,
            long createdMillis,
            long connectedMillis,
            long disconnectedMillis,
            long expirySeconds) {
        boolean connected() {
            return peer != null;
        }
    }

    private final AdminLife life;
    private final Shards shards;
    private final Wish wish;
    private final List<Line> page = new ArrayList<>();
    private final @Nullable PriorityQueue<Line> best;
    private long damaged;

    private SessionList(AdminLife life, Wish wish) {
        this.life = life;
        this.wish = wish;
        shards = new Shards(life);
        // The least of those kept stands first, to make room for a better one.
        best = wish.sort().equals("number") ? null : new PriorityQueue<>(order(wish.sort()));
    }

    private static Comparator<Line> order(String sort) {
        return switch (sort) {
            case "depth" -> Comparator.comparingLong(Line::messages);
            case "bytes" -> Comparator.comparingLong(Line::bytes);
            default ->
                Comparator.comparingLong((Line line) -> line.connected() ? Long.MIN_VALUE : -line.disconnectedMillis());
        };
    }

    /** The answer to a request for a list. */
    static Map<String, @Nullable Object> run(AdminLife life, Wish wish) {
        return new SessionList(life, wish).run();
    }

    private Map<String, @Nullable Object> run() {
        long[] volatiles = volatiles();
        int v = 0;
        long after = wish.after();
        boolean more = true;
        while (more && !isFull()) {
            shards.requireRunning();
            Map<Long, SessionRecord> rows = new HashMap<>();
            LongArrayList numbers = new LongArrayList();
            after = readRows(after, rows, numbers);
            more = after != Long.MAX_VALUE;
            for (; v < volatiles.length && volatiles[v] <= after; v++) {
                if (numbers.size() >= SLICE_SESSIONS * 2) {
                    judge(rows, numbers);
                    numbers.clear();
                }
                numbers.addLong(volatiles[v]);
            }
            judge(rows, numbers);
        }
        return answer();
    }

    private boolean isFull() {
        return best == null && page.size() > wish.limit();
    }

    /** Returns the number of the last row read, or the highest there is when there are no more. */
    private long readRows(long after, Map<Long, SessionRecord> rows, LongArrayList numbers) {
        try (RowCursor cursor = life.store().cursor(Table.SESSION, Keys.number(after + 1), Keys.end())) {
            for (int i = 0; i < SLICE_SESSIONS; i++) {
                if (!cursor.next()) {
                    return Long.MAX_VALUE;
                }
                after = Keys.number(cursor.key());
                SessionRecord row = row(cursor);
                boolean wanted = row != null
                        && row.getSharedFilter().isEmpty()
                        && (wish.client() == null || wish.client().matches(row.getClientId()));
                if (row != null && wanted) {
                    rows.put(after, row);
                    numbers.addLong(after);
                }
            }
        }
        return after;
    }

    private @Nullable SessionRecord row(RowCursor cursor) {
        try {
            return SessionRecord.parseFrom(cursor.record());
        } catch (DamagedRowException | InvalidProtocolBufferException e) {
            damaged++; // Counted in the answer; the checking tools tell more.
            return null;
        }
    }

    private long[] volatiles() {
        LongArrayList all = new LongArrayList();
        for (int i = 0; i < life.shards(); i++) {
            long[] found = shards.of(i, (shard, answer) -> new SessionInspection(shard).withoutRows(answer));
            for (long number : found) {
                if (number > wish.after()) {
                    all.addLong(number);
                }
            }
        }
        long[] sorted = all.toLongArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private void judge(Map<Long, SessionRecord> rows, LongArrayList numbers) {
        long[] sorted = numbers.toLongArray();
        Arrays.sort(sorted);
        Map<Long, SessionFigures> known = figures(sorted);
        for (long number : sorted) {
            Line line = line(number, rows.get(number), known.get(number));
            if (line == null
                    || (wish.client() != null && !wish.client().matches(line.client()))
                    || (wish.state().equals("connected") && !line.connected())
                    || (wish.state().equals("disconnected") && line.connected())) {
                continue;
            }
            if (best == null) {
                page.add(line);
            } else {
                best.add(line);
                if (best.size() > wish.limit()) {
                    best.poll();
                }
            }
        }
    }

    private Map<Long, SessionFigures> figures(long[] numbers) {
        Map<Long, SessionFigures> known = new HashMap<>();
        for (int i = 0; i < life.shards(); i++) {
            int index = i;
            long[] part = Arrays.stream(numbers)
                    .filter(number -> SessionNumbers.shard(number, life.shards()) == index)
                    .toArray();
            if (part.length > 0) {
                Map<Long, SessionFigures> found =
                        shards.of(i, (shard, answer) -> new SessionInspection(shard).figures(part, answer));
                known.putAll(found);
            }
        }
        return known;
    }

    private @Nullable Line line(long number, @Nullable SessionRecord row, @Nullable SessionFigures known) {
        if (known != null) {
            return new Line(
                    number,
                    known.clientId(),
                    known.stored(),
                    known.peer(),
                    known.protocolLevel(),
                    known.messages(),
                    known.bytes(),
                    known.createdMillis(),
                    known.connectedMillis(),
                    row == null ? 0 : row.getDisconnectedMillis(),
                    known.expirySeconds());
        }
        if (row == null) {
            return null; // It had no rows and has ended meanwhile.
        }
        SessionState state;
        try {
            state = SessionRows.load(life.store(), number, IndexSpace.STANDARD);
        } catch (DamagedRowException e) {
            damaged++;
            return null;
        }
        return new Line(
                number,
                row.getClientId(),
                true,
                null,
                row.getProtocolLevel(),
                state.unsettledCount(),
                state.queuedBytes(),
                row.getCreatedMillis(),
                row.getConnectedMillis(),
                row.getDisconnectedMillis(),
                Integer.toUnsignedLong(row.getExpirySeconds()));
    }

    private Map<String, @Nullable Object> answer() {
        List<Line> lines = new ArrayList<>(best == null ? page : best);
        if (best != null) {
            lines.sort(order(wish.sort()).reversed());
        }
        boolean cut = lines.size() > wish.limit();
        List<Line> shown = cut ? lines.subList(0, wish.limit()) : lines;
        List<Object> sessions = new ArrayList<>();
        shown.forEach(line -> sessions.add(tree(line)));
        Map<String, @Nullable Object> answer = Json.object();
        answer.put("sessions", sessions);
        answer.put("next", cut ? shown.get(shown.size() - 1).number() : null);
        answer.put("damaged", damaged);
        return answer;
    }

    private Map<String, @Nullable Object> tree(Line line) {
        long away = line.connected() || line.disconnectedMillis() == 0
                ? 0
                : Math.max(0, life.nowMillis() - line.disconnectedMillis()) / 1_000;
        Map<String, @Nullable Object> tree = Json.object();
        tree.put("client", line.client());
        tree.put("session", line.number());
        tree.put("connected", line.connected());
        tree.put("peer", line.peer());
        tree.put("protocol", line.level());
        tree.put("messages", line.messages());
        tree.put("bytes", line.bytes());
        tree.put("awaySeconds", away);
        tree.put("expirySeconds", line.expirySeconds() == SessionFigures.NEVER_EXPIRES ? null : line.expirySeconds());
        tree.put("stored", line.stored());
        tree.put("createdMillis", line.createdMillis());
        tree.put("connectedMillis", line.connectedMillis());
        tree.put("disconnectedMillis", line.connected() ? 0 : line.disconnectedMillis());
        return tree;
    }
}

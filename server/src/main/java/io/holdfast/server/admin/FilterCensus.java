// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.admin;

import io.holdfast.protocol.topic.FilterAdvice;
import io.holdfast.server.session.SessionInspection;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowCursor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions subscribe with which filter, and which filters are remarkable. Reads every subscription once: rows, and
 * those of sessions without rows from the shards, a few sessions at a time. Holds so many characters of filters at most;
 * what does not fit is counted together.
 */
final class FilterCensus {
    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 10_000;
    private static final long CHARS_MAX = 16L << 20;
    private static final int SLICE_SESSIONS = 8;
    private static final int ROWS_BETWEEN_LOOKS = 1 << 16;

    private final AdminLife life;
    private final Shards shards;
    private final Map<String, Integer> counts = new HashMap<>();
    private long chars;
    private long subscriptions;
    private long uncounted;

    private FilterCensus(AdminLife life) {
        this.life = life;
        shards = new Shards(life);
    }

    static Map<String, @Nullable Object> run(AdminLife life, AdminRequest request) {
        request.allow("limit", "lint");
        int limit = (int) request.number("limit", LIMIT, 1, LIMIT_MAX);
        boolean lint = request.word("lint", "false", "true").equals("true");
        FilterCensus census = new FilterCensus(life);
        census.countRows();
        census.countInMemory();
        return census.answer(limit, lint);
    }

    private void count(String filter) {
        subscriptions++;
        Integer before = counts.get(filter);
        if (before == null && chars + filter.length() > CHARS_MAX) {
            uncounted++;
            return;
        }
        chars += before == null ? filter.length() : 0;
        counts.put(filter, before == null ? 1 : before + 1);
    }

    private void countRows() {
        try (RowCursor rows = life.store().cursor(Table.SUBSCRIPTION, Keys.number(0), Keys.end())) {
            while (rows.next()) {
                count(new String(Keys.subscriptionFilter(rows.key()), StandardCharsets.UTF_8));
                if (subscriptions % ROWS_BETWEEN_LOOKS == 0) {
                    shards.requireRunning();
                }
            }
        }
    }

    private void countInMemory() {
        for (int i = 0; i < life.shards(); i++) {
            long[] numbers = shards.of(i, (shard, answer) -> new SessionInspection(shard).withoutRows(answer));
            for (int from = 0; from < numbers.length; from += SLICE_SESSIONS) {
                long[] slice = Arrays.copyOfRange(numbers, from, Math.min(numbers.length, from + SLICE_SESSIONS));
                List<String> filters =
                        shards.of(i, (shard, answer) -> new SessionInspection(shard).filters(slice, answer));
                filters.forEach(this::count);
            }
        }
    }

    private Map<String, @Nullable Object> answer(int limit, boolean lint) {
        List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()));
        Map<String, String> twins = lint ? twins() : Map.of();
        List<Object> filters = new ArrayList<>();
        long shown = 0;
        for (Map.Entry<String, Integer> entry : sorted) {
            String finding = lint ? finding(entry.getKey(), twins) : null;
            if (lint && finding == null) {
                continue;
            }
            shown++;
            if (filters.size() < limit) {
                Map<String, @Nullable Object> tree = Json.object();
                tree.put("sessions", entry.getValue());
                tree.put("filter", entry.getKey());
                if (lint) {
                    tree.put("finding", finding);
                }
                filters.add(tree);
            }
        }
        Map<String, @Nullable Object> answer = Json.object();
        answer.put("filters", filters);
        answer.put("more", shown - filters.size());
        answer.put("subscriptions", subscriptions);
        answer.put("distinct", counts.size());
        answer.put("uncounted", uncounted);
        return answer;
    }

    /** Filters that differ in upper and lower case only, each with one of its twins. */
    private Map<String, String> twins() {
        Map<String, String> first = new HashMap<>();
        Map<String, String> twins = new TreeMap<>();
        for (String filter : counts.keySet()) {
            String other = first.putIfAbsent(filter.toLowerCase(Locale.ROOT), filter);
            if (other != null) {
                twins.put(filter, other);
                twins.putIfAbsent(other, filter);
            }
        }
        return twins;
    }

    private static @Nullable String finding(String filter, Map<String, String> twins) {
        String inner = filter.startsWith("$share/") ? filter.substring(filter.indexOf('/', 7) + 1) : filter;
        String unmatchable = FilterAdvice.unmatchable(inner);
        if (unmatchable != null) {
            return "no message can be for it: " + unmatchable;
        }
        String twin = twins.get(filter);
        if (twin != null) {
            return "there is " + twin + " too, which is another topic as upper and lower case differ";
        }
        return FilterAdvice.advice(inner);
    }
}

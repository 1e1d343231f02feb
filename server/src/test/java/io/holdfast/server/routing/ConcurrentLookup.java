// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.protocol.topic.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * One writer that changes a tree as fast as it can, readers that check every lookup against what they can know without
 * stopping the writer.
 *
 * <p>Each session number stands for one subscription, so whatever a lookup finds can be judged by itself: it must be of
 * the topic's matching subscriptions, with its own terms, once. What a lookup must find, or must not, is known for each
 * subscription that, looked at after the lookup, last changed at or below the generation which the lookup reports.
 */
final class ConcurrentLookup {
    private static final int FILTERS = 300;
    private static final int SESSIONS_PER_FILTER = 3;
    private static final int SESSIONS = FILTERS * SESSIONS_PER_FILTER;
    private static final int TOPICS = 40;
    private static final int DEPTH_MAX = 7;
    private static final long CHANGING = -1;

    private final SubscriptionTree tree;
    private final List<TopicFilter> filters;
    private final List<TopicName> topics = new ArrayList<>();
    /** For each topic the sessions whose filter matches, in rising order. */
    private final List<int[]> matching = new ArrayList<>();
    /** Generation of the last change times two, plus one if subscribed; or {@link #CHANGING}. */
    private final AtomicLongArray history = new AtomicLongArray(SESSIONS);

    private volatile boolean stopped;

    ConcurrentLookup(SubscriptionTree tree, SplittableRandom random) {
        this.tree = tree;
        Set<TopicFilter> distinct = new LinkedHashSet<>();
        while (distinct.size() < FILTERS) {
            String text = text(random, "a", "+", "+", "b");
            distinct.add(TopicFilter.parse(random.nextInt(5) == 0 ? text + "/#" : text));
        }
        filters = List.copyOf(distinct);
        while (topics.size() < TOPICS) {
            TopicName topic = TopicName.of(text(random, "a", "a", "b"));
            topics.add(topic);
            int[] sessions = new int[SESSIONS];
            int count = 0;
            for (int session = 0; session < SESSIONS; session++) {
                if (filterOf(session).matches(topic)) {
                    sessions[count++] = session;
                }
            }
            matching.add(Arrays.copyOf(sessions, count));
        }
    }

    /** Runs until the time is over or a reader finds something wrong; returns what, or null. */
    @Nullable
    Throwable run(int readers, long seconds, SplittableRandom random) {
        ExecutorService threads = Executors.newFixedThreadPool(readers);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                SplittableRandom own = random.split();
                running.add(threads.submit(() -> read(own)));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() - end < 0 && running.stream().noneMatch(Future::isDone)) {
                for (int i = 0; i < 1_000; i++) {
                    change(random);
                }
            }
            stopped = true;
            return firstFailure(running);
        } finally {
            threads.shutdownNow();
        }
    }

    private static @Nullable Throwable firstFailure(List<Future<?>> running) {
        Throwable failure = null;
        for (Future<?> reader : running) {
            try {
                reader.get(1, TimeUnit.MINUTES);
            } catch (ExecutionException e) {
                failure = e.getCause();
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError("a reader does not end", e);
            }
        }
        return failure;
    }

    private void change(SplittableRandom random) {
        int session = random.nextInt(SESSIONS);
        boolean subscribed = (history.get(session) & 1) == 1;
        if (isPermanent(session) && subscribed) {
            return;
        }
        history.set(session, CHANGING);
        if (subscribed) {
            tree.remove(filterOf(session), session);
        } else {
            tree.put(filterOf(session), session, options(session), session + 1);
        }
        history.set(session, tree.generation() << 1 | (subscribed ? 0 : 1));
        // at once, so that memory is used again as early as it ever can be
        tree.reclaim();
    }

    private void read(SplittableRandom random) {
        TreeReader reader = tree.newReader();
        Matches matches = new Matches();
        int[] found = new int[SESSIONS];
        for (int lookup = 0; !stopped; lookup++) {
            int index = random.nextInt(TOPICS);
            int[] sessions = matching.get(index);
            reader.match(topics.get(index), matches);
            for (int i = 0; i < matches.size(); i++) {
                judgeFound(index, matches, i, found, lookup + 1);
            }
            for (int session : sessions) {
                long word = history.get(session);
                boolean known = word != CHANGING && word >>> 1 <= matches.generation();
                boolean expected = (word & 1) == 1;
                if (known && expected != (found[session] == lookup + 1)) {
                    throw new AssertionError(topics.get(index) + (expected ? " missed " : " found ended ") + session);
                }
            }
        }
    }

    private void judgeFound(int index, Matches matches, int i, int[] found, int lookup) {
        long number = matches.sessionNumber(i);
        if (number < 0 || number >= SESSIONS || Arrays.binarySearch(matching.get(index), (int) number) < 0) {
            throw new AssertionError(topics.get(index) + " found a stranger: " + number);
        }
        int session = (int) number;
        if (matches.options(i) != options(session) || matches.identifier(i) != session + 1) {
            throw new AssertionError(topics.get(index) + " found foreign terms at " + session);
        }
        if (found[session] == lookup) {
            throw new AssertionError(topics.get(index) + " found twice: " + session);
        }
        found[session] = lookup;
    }

    private TopicFilter filterOf(int session) {
        return filters.get(session / SESSIONS_PER_FILTER);
    }

    /** Some subscriptions stay for ever, among them some that share their filter with others that come and go. */
    private static boolean isPermanent(int session) {
        return session % 25 == 0;
    }

    private static int options(int session) {
        return SubscriptionOptions.of(session % 3, 0, 0);
    }

    private static String text(SplittableRandom random, String... levels) {
        StringBuilder text = new StringBuilder();
        int depth = 1 + random.nextInt(DEPTH_MAX);
        for (int level = 0; level < depth; level++) {
            text.append(level == 0 ? "" : "/").append(levels[random.nextInt(levels.length)]);
        }
        return text.toString();
    }
}

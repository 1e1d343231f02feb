// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.server.routing.SubscriptionOptions;
import io.holdfast.storage.commit.EndOp;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.commit.MessageOp;
import io.holdfast.storage.commit.Moved;
import io.holdfast.storage.log.Delivery;
import io.holdfast.storage.log.EventKind;
import io.holdfast.storage.log.Message;
import io.holdfast.storage.log.Moves;
import io.holdfast.storage.log.Origin;
import io.holdfast.storage.log.SessionRows;
import io.holdfast.storage.log.SessionState;
import io.holdfast.storage.schema.Keys;
import io.holdfast.storage.schema.Table;
import io.holdfast.storage.store.RowReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The durable half of every session once more, folded from all groups since the beginning: no rows, no positions, no
 * reduced indexes. What recovery makes of rows and log must equal it.
 */
final class Ledger {
    /** An index of a session. */
    record Entry(long messageId, int flags, int label, long origin) {
        long delivery() {
            return Delivery.of(messageId, flags);
        }
    }

    /** A session as the groups on disk made it. */
    static final class Account {
        final List<Entry> entries = new ArrayList<>();
        final TreeSet<Long> settled = new TreeSet<>();
        final TreeSet<Long> released = new TreeSet<>();
        final TreeSet<Integer> inbound = new TreeSet<>();
        long acknowledged;

        /** Indexes that a PUBLISH left for. */
        private final Set<Long> sent = new HashSet<>();

        /** Indexes below may have been sent, as nobody can tell after a crash (C16). */
        private long inDoubt;

        /** Whether an index holds this message, as a member's or as another's, and is not settled. */
        private boolean open(long index, long messageId, boolean shared) {
            if (index < acknowledged || index >= entries.size() || settled.contains(index)) {
                return false;
            }
            Entry entry = entries.get((int) index);
            return entry.messageId() == messageId && shared == (entry.origin() != 0);
        }

        private void settle(long index) {
            released.remove(index);
            if (index >= acknowledged) {
                settled.add(index);
                while (settled.remove(acknowledged)) {
                    acknowledged++;
                }
            }
        }
    }

    private long position;
    private long durableMillis;

    private record Built(Group group, boolean written) {}

    private final History history;
    private final Set<Integer> published = new HashSet<>();
    private final Map<Long, Account> accounts = new HashMap<>();
    private final Set<Long> groups = new HashSet<>();
    private final Map<Long, Integer> labels = new HashMap<>();
    private final ArrayDeque<Built> unsynced = new ArrayDeque<>();

    Ledger(History history) {
        this.history = history;
    }

    /** A group was built; {@code written} unless it had no rows at all. */
    void built(Group group, boolean written) {
        unsynced.add(new Built(group, written));
    }

    void synced() {
        unsynced.forEach(built -> fold(built.group()));
        unsynced.clear();
    }

    /** The broker died and the disk kept this many of the unsynced batches. */
    void crashed(int kept) {
        int left = kept;
        while (!unsynced.isEmpty()) {
            Built built = unsynced.poll();
            if (!built.written() || left-- > 0) {
                fold(built.group());
            } else {
                break;
            }
        }
        unsynced.clear();
        accounts.values().forEach(account -> account.inDoubt = account.entries.size());
    }

    /** A PUBLISH leaves for a session with rows. */
    void sending(long number, long index) {
        account(number).sent.add(index);
    }

    /** Whether a message is on disk, or was. */
    boolean isPublished(int label) {
        return published.contains(label);
    }

    /** Whether this place of a session is on disk: a session without rows has none. */
    boolean holds(long number, long index) {
        Account account = accounts.get(number);
        return account != null && index < account.entries.size();
    }

    Account account(long number) {
        return accounts.computeIfAbsent(number, n -> new Account());
    }

    /** The newest time in a log row on disk: no later life of the broker begins before it. */
    long durableMillis() {
        return durableMillis;
    }

    private void fold(Group group) {
        if (group.position() > position) { // Only then it has a log row.
            position = group.position();
            durableMillis = Math.max(durableMillis, group.timeMillis());
        }
        for (MessageOp op : group.messages()) {
            int label = label(op.message());
            published.add(label);
            labels.put(op.id(), label);
            for (int i = 0; i < op.recipients().size(); i++) {
                Entry entry = new Entry(op.id(), op.recipients().flags(i), label, 0);
                account(op.recipients().number(i)).entries.add(entry);
            }
        }
        group.changes().stream()
                .filter(change -> SubscriptionOptions.isShared(change.options()))
                .forEach(change -> groups.add(change.number()));
        group.moves().forEach(this::move);
        group.handOvers().forEach(handOver -> handOver.forEachEvent(this::event));
        group.handOvers()
                .forEach(handOver -> handOver.ops().forEach(op -> {
                    if (op instanceof EndOp end) {
                        ended(end.number());
                    }
                }));
    }

    private void move(Moved moved) {
        Account source = account(moved.source());
        boolean back = !Moves.isToMember(moved.flags());
        long index = source.open(moved.index(), moved.messageId(), back) ? moved.index() : source.acknowledged;
        // The index of a session that has ended says nothing.
        while (index < source.entries.size() && !source.open(index, moved.messageId(), back)) {
            index++;
        }
        source.settle(index);
        if (moved.target() != Moves.NOBODY) {
            int label = Objects.requireNonNull(labels.get(moved.messageId()));
            long origin = Moves.isToMember(moved.flags()) ? moved.source() : 0;
            Entry entry = new Entry(moved.messageId(), moved.flags() & 0xff, label, origin);
            account(moved.target()).entries.add(entry);
        }
    }

    /** Receives the entries of a session that came from shared groups. */
    interface SharedEntries {
        void entry(long index, Entry entry);
    }

    /** What a session was given by shared groups at QoS 2 and has not settled. */
    void begun(long number, SharedEntries each) {
        Account account = account(number);
        for (long i = account.acknowledged; i < account.entries.size(); i++) {
            Entry entry = account.entries.get((int) i);
            if (entry.origin() != 0 && (entry.flags() & Delivery.QOS_MASK) == 2 && !account.settled.contains(i)) {
                each.entry(i, entry);
            }
        }
    }

    /** A QoS 2 message of a shared group whose sending may have begun goes to nobody [MQTT5-4.8.2-5]. */
    private void ended(long number) {
        Account account = account(number);
        begun(number, (index, entry) -> {
            if (account.sent.contains(index) || index < account.inDoubt) {
                history.excuse(entry.origin(), entry.label());
            }
        });
    }

    /** A shard gives a hand-over away. */
    void handedOver(HandOver handOver) {
        handOver.forEachEvent((kind, number, index) -> {
            if (kind == EventKind.DROPPED) {
                history.drop(number, account(number).entries.get((int) index).label());
            }
        });
    }

    private void event(EventKind kind, long number, long index) {
        Account account = account(number);
        switch (kind) {
            case ACKNOWLEDGED, COMPLETED -> {
                Entry entry = account.entries.get((int) index);
                if (kind == EventKind.COMPLETED && groups.contains(number)) {
                    history.excuse(number, entry.label()); // A group gives it away for good.
                }
                account.settle(index);
            }
            case DROPPED -> {
                Entry entry = account.entries.get((int) index);
                history.excuse(number, entry.label());
                history.excuse(entry.origin(), entry.label());
                account.settle(index);
            }
            case RELEASED -> {
                if (index >= account.acknowledged && !account.settled.contains(index)) {
                    account.released.add(index);
                }
            }
            case INBOUND_ADDED -> account.inbound.add((int) index);
            case INBOUND_RELEASED -> account.inbound.remove((int) index);
        }
    }

    /** The label that a message carries as its payload. */
    int label(Message message) {
        if (message.payloadBytes() == 0) {
            Integer label = history.clearLabel(message.publisher(), message.publishedMillis());
            if (label == null) {
                throw new Violation("a message without payload that nobody sent, at " + message.publishedMillis());
            }
            return label;
        }
        int from = message.payloadOffset();
        return Integer.parseInt(new String(
                Arrays.copyOfRange(message.payloadArray(), from, from + message.payloadBytes()),
                java.nio.charset.StandardCharsets.US_ASCII));
    }

    /** Compares a session as memory or recovery has it. */
    void compare(String when, SessionState state, RowReader store) {
        Account account = account(state.number());
        require(when, state, "next", state.next(), (long) account.entries.size());
        require(when, state, "acknowledged", state.acknowledged(), account.acknowledged);
        require(when, state, "settled", boxed(state.settledSorted()), List.copyOf(account.settled));
        require(when, state, "released", boxed(state.releasedSorted()), List.copyOf(account.released));
        List<Integer> inbound = Arrays.stream(state.inboundSorted()).boxed().toList();
        require(when, state, "inbound", inbound, List.copyOf(account.inbound));
        Map<Long, Long> queue = new HashMap<>();
        for (SessionRows.Range range : SessionRows.fragments(store, state.number(), state.queueHead())) {
            SessionRows.read(store, state.number(), range.first(), (index, delivery, ids) -> {
                queue.putIfAbsent(index, delivery);
            });
        }
        for (long i = state.acknowledged(); i < state.next(); i++) {
            if (!state.isSettled(i)) {
                long inMemory = state.delivery(i);
                Long found = inMemory == Delivery.NONE ? queue.get(i) : Long.valueOf(inMemory);
                long messageId = account.entries.get((int) i).messageId();
                require(
                        when,
                        state,
                        "entry " + i,
                        found,
                        account.entries.get((int) i).delivery());
                origin(when, state, i, account.entries.get((int) i));
                require(
                        when,
                        state,
                        "message " + messageId,
                        store.get(Table.MESSAGE, Keys.number(messageId)) != null,
                        true);
            }
        }
    }

    private static void origin(String when, SessionState state, long index, Entry entry) {
        int[] beside = state.identifiers(index);
        if (entry.origin() != 0 && state.delivery(index) != Delivery.NONE) {
            require(when, state, "origin of " + index, beside == null ? 0L : Origin.group(beside), entry.origin());
        }
    }

    /** How many recipients of sessions with rows still need the messages of each block. */
    Map<Long, Long> liveByBlock(Set<Long> sessions, long blockMessages) {
        Map<Long, Long> live = new TreeMap<>();
        for (long number : sessions) {
            Account account = account(number);
            for (long i = account.acknowledged; i < account.entries.size(); i++) {
                if (!account.settled.contains(i)) {
                    live.merge(account.entries.get((int) i).messageId() / blockMessages, 1L, Long::sum);
                }
            }
        }
        return live;
    }

    private static List<Long> boxed(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static void require(
            String when, SessionState state, String what, @Nullable Object actual, Object expected) {
        if (!expected.equals(actual)) {
            throw new Violation(
                    when + ": session " + state.number() + " has " + what + " " + actual + " instead of " + expected);
        }
    }
}

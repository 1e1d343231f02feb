// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.protocol.topic.TopicFilter;
import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Topic to sessions: all subscriptions of the broker, in memory.
 *
 * <p>Filters without a wildcard, most of them, are entries of a hash table: one probe finds them however many there are.
 * Filters with a wildcard are a trie ({@link WildcardTrie}). Both lead to recipients ({@link RecipientStore}). Neither
 * keeps text: a topic or a level is its {@link KeyedHash}.
 *
 * <p><strong>Threads.</strong> One writer, the commit thread (at start the thread that loads, before it hands the tree
 * over): {@link #put} and {@link #remove}. Any number of readers, each with a {@link TreeReader}; they take no lock and
 * the writer never waits for them. Four rules carry this:
 * <ol>
 *   <li>Everything is written whole before the one int that makes it reachable is released; readers acquire that int.
 *   <li>Arrays are loaded after the index into them, so an index is always inside.
 *   <li>What readers may stand on is never written: recipients are copied on write, hash slots keep their key for life,
 *       nodes and cells are used again only when {@link Epochs} says that every reader has left.
 *   <li>The generation is raised after the change. A reader takes it before the lookup, so its result holds at least the
 *       changes up to it.
 * </ol>
 *
 * <p>A lookup is not a snapshot of one moment: of two changes made while it runs it may see the second and not the first.
 * That is enough, because the committer goes through the filters changed since the lookup's generation anyway.
 *
 * <p>Shared subscriptions ({@code $share/...}) are refused here: they are for their group, see
 * {@link SubscriptionOptions#SHARED}.
 */
public final class SubscriptionTree implements Snapshot {
    /** What {@link #put} answers if the session had no subscription with that filter. */
    public static final long NONE = RecipientList.NONE;

    private final KeyedHash hash;
    private final Epochs epochs;
    private final RecipientStore recipients;
    private final HashTable exact = new HashTable();
    private final WildcardTrie trie;

    // written by the writer, read by any thread
    private final AtomicInteger filterCount = new AtomicInteger();
    private final AtomicLong subscriptionCount = new AtomicLong();

    public SubscriptionTree() {
        this(KeyedHash.random(), new Epochs());
    }

    SubscriptionTree(KeyedHash hash, Epochs epochs) {
        this.hash = hash;
        this.epochs = epochs;
        recipients = new RecipientStore(epochs);
        trie = new WildcardTrie(epochs, hash.copy());
    }

    /**
     * Writes the tree down as it lies in memory; nobody reads or changes it meanwhile.
     *
     * @throws IOException when it cannot be written, or when something taken out still waits for a reader
     */
    @Override
    public void writeTo(Sink out) throws IOException {
        epochs.reclaim();
        if (epochs.waitingCount() > 0) {
            throw new IOException("the subscription tree is in use");
        }
        hash.save(out);
        out.putInt(filterCount.getPlain());
        out.putLong(subscriptionCount.getPlain());
        exact.save(out);
        trie.save(out);
        recipients.save(out);
    }

    /**
     * A tree as it was written down.
     *
     * @throws java.nio.BufferUnderflowException and other runtime exceptions when these are not the bytes of a tree
     */
    public static SubscriptionTree load(ByteBuffer in) {
        SubscriptionTree tree = new SubscriptionTree(KeyedHash.load(in), new Epochs());
        tree.filterCount.setPlain(in.getInt());
        tree.subscriptionCount.setPlain(in.getLong());
        tree.exact.load(in);
        tree.trie.load(in);
        tree.recipients.load(in);
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes too many for a subscription tree");
        }
        return tree;
    }

    /**
     * Adds a subscription or replaces the one that this session has with this filter [MQTT-3.8.4-3] [MQTT5-3.8.4-3].
     * Raises the
     * generation by one. Commit thread only.
     *
     * @param options {@link SubscriptionOptions}
     * @param subscriptionIdentifier 1 to 268,435,455, or 0 for none
     * @return the options that the subscription had before, or {@link #NONE}
     * @throws IllegalArgumentException if options or identifier are out of range, or the filter is a shared one
     */
    public long put(TopicFilter filter, long sessionNumber, int options, int subscriptionIdentifier) {
        if (filter.isShared()) {
            throw new IllegalArgumentException("a shared subscription belongs to its group");
        }
        if (subscriptionIdentifier < 0 || subscriptionIdentifier > 268_435_455) {
            throw new IllegalArgumentException("not a Subscription Identifier: " + subscriptionIdentifier);
        }
        long terms = RecipientList.terms(SubscriptionOptions.checked(options), subscriptionIdentifier);
        byte[] utf8 = filter.utf8();
        long previous =
                filter.hasWildcard() ? putWildcard(utf8, sessionNumber, terms) : putExact(utf8, sessionNumber, terms);
        if (previous == NONE) {
            subscriptionCount.setRelease(subscriptionCount.getPlain() + 1);
        }
        epochs.advance();
        return previous == NONE ? NONE : RecipientList.options(previous);
    }

    /**
     * Removes a subscription and raises the generation by one, if there is one. Commit thread only.
     *
     * @return whether the session had a subscription with this filter
     */
    public boolean remove(TopicFilter filter, long sessionNumber) {
        byte[] utf8 = filter.utf8();
        boolean removed = filter.hasWildcard() ? removeWildcard(utf8, sessionNumber) : removeExact(utf8, sessionNumber);
        if (removed) {
            subscriptionCount.setRelease(subscriptionCount.getPlain() - 1);
            epochs.advance();
        }
        return removed;
    }

    /** Any thread: how many changes there were. */
    public long generation() {
        return epochs.generation();
    }

    /** Any thread: a reader for one thread. Readers live as long as the tree: one per shard, not one per task. */
    public TreeReader newReader() {
        return new TreeReader(this, trie, recipients, epochs.newPin(), hash.copy());
    }

    /** Any thread: distinct filters with at least one subscription. */
    public int filterCount() {
        return filterCount.getAcquire();
    }

    /** Any thread. */
    public long subscriptionCount() {
        return subscriptionCount.getAcquire();
    }

    /** Any thread, without readers' scratch space; approximate while a change is being made. */
    public long heapBytesEstimate() {
        return exact.heapBytes() + trie.heapBytes() + recipients.heapBytes() + epochs.heapBytes();
    }

    /** Readers, pinned: the recipients of the exact filter that {@code topic} holds the hash of. */
    int exactRecipients(KeyedHash topic) {
        return exact.get(topic.low(), topic.high());
    }

    /** Places in memory, used or not: what must stay bounded while filters come and go. */
    Capacity capacity() {
        return new Capacity(
                exact.capacity(),
                trie.nodeCapacity(),
                trie.edgeCapacity(),
                recipients.singleCapacity(),
                recipients.listCapacity());
    }

    /** Trie nodes in use or waiting for readers, the root included. */
    int nodeCount() {
        return trie.nodeCount();
    }

    /** Writer only: gives back now what otherwise waits until it is worth a look at all readers. */
    void reclaim() {
        epochs.reclaim();
    }

    /** Sizes of the arrays, in entries. */
    record Capacity(long exactSlots, int nodes, long edgeSlots, int singles, int lists) {}

    private long putExact(byte[] utf8, long sessionNumber, long terms) {
        hash.compute(utf8, 0, utf8.length);
        int present = exact.get(hash.low(), hash.high());
        long previous = recipients.termsOf(present, sessionNumber);
        int changed = recipients.with(present, sessionNumber, terms);
        if (changed != present) {
            exact.put(hash.low(), hash.high(), changed);
        }
        countFilter(present, changed);
        return previous;
    }

    private long putWildcard(byte[] utf8, long sessionNumber, long terms) {
        trie.findOrCreate(utf8);
        int present = trie.recipients();
        long previous = recipients.termsOf(present, sessionNumber);
        int changed = recipients.with(present, sessionNumber, terms);
        if (changed != present) {
            trie.setRecipients(changed);
        }
        countFilter(present, changed);
        return previous;
    }

    private boolean removeExact(byte[] utf8, long sessionNumber) {
        hash.compute(utf8, 0, utf8.length);
        int present = exact.get(hash.low(), hash.high());
        if (recipients.termsOf(present, sessionNumber) == NONE) {
            return false;
        }
        int changed = recipients.without(present, sessionNumber);
        if (changed == RecipientStore.NOBODY) {
            exact.remove(hash.low(), hash.high());
        } else if (changed != present) {
            exact.put(hash.low(), hash.high(), changed);
        }
        countFilter(present, changed);
        return true;
    }

    private boolean removeWildcard(byte[] utf8, long sessionNumber) {
        if (!trie.find(utf8) || recipients.termsOf(trie.recipients(), sessionNumber) == NONE) {
            return false;
        }
        int present = trie.recipients();
        int changed = recipients.without(present, sessionNumber);
        if (changed != present) {
            trie.setRecipients(changed);
        }
        if (changed == RecipientStore.NOBODY) {
            trie.prune(utf8);
        }
        countFilter(present, changed);
        return true;
    }

    private void countFilter(int before, int after) {
        if (before == RecipientStore.NOBODY && after != RecipientStore.NOBODY) {
            filterCount.setRelease(filterCount.getPlain() + 1);
        } else if (before != RecipientStore.NOBODY && after == RecipientStore.NOBODY) {
            filterCount.setRelease(filterCount.getPlain() - 1);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.protocol.topic.TopicName;

/**
 * One thread's way to read the {@link SubscriptionTree}: its pin and its scratch space. Never blocks, never waits for the
 * writer, allocates nothing once its scratch space has grown to the widest lookup.
 *
 * <p>A lookup is one probe of the exact filters and a walk of the trie, level by level, with the set of nodes that the
 * levels so far lead to. There is no recursion: depth costs heap up to the width of the trie, never stack. The set has
 * each node once, so a lookup costs at most one step per node of the trie and per level, whatever the filters are.
 */
public final class TreeReader {
    private static final int WIDTH_AT_FIRST = 32;

    private final SubscriptionTree tree;
    private final WildcardTrie trie;
    private final RecipientStore recipients;
    private final Epochs.Pin pin;
    private final KeyedHash hash;

    private int[] here = new int[WIDTH_AT_FIRST];
    private int[] below = new int[2 * WIDTH_AT_FIRST];

    TreeReader(SubscriptionTree tree, WildcardTrie trie, RecipientStore recipients, Epochs.Pin pin, KeyedHash hash) {
        this.tree = tree;
        this.trie = trie;
        this.recipients = recipients;
        this.pin = pin;
        this.hash = hash;
    }

    /**
     * Finds all subscriptions whose filter matches the topic. Every change up to {@link Matches#generation} is seen
     * whole; a later one is seen whole or not at all. Owned by the thread that the reader was made for.
     */
    public void match(TopicName topic, Matches out) {
        long generation = tree.generation();
        byte[] utf8 = topic.utf8();
        out.begin(generation);
        pin.enter(generation);
        try {
            hash.compute(utf8, 0, utf8.length);
            recipients.collect(tree.exactRecipients(hash), out);
            walk(utf8, topic.startsWithDollar(), out);
        } finally {
            pin.leave();
        }
    }

    private void walk(byte[] utf8, boolean startsWithDollar, Matches out) {
        here[0] = WildcardTrie.ROOT;
        int width = 1;
        int start = 0;
        while (start <= utf8.length) {
            int end = start;
            while (end < utf8.length && utf8[end] != '/') {
                end++;
            }
            // a wildcard in the first level does not match a topic that begins with $ [MQTT-4.7.2-1] [MQTT5-4.7.2-1]
            boolean wildcards = !(startsWithDollar && start == 0);
            width = descend(utf8, start, end, width, wildcards, out);
            if (width == 0) {
                return;
            }
            start = end + 1;
        }
        for (int i = 0; i < width; i++) {
            recipients.collect(trie.endRecipients(here[i]), out);
            recipients.collect(trie.hashRecipients(here[i]), out);
        }
    }

    /**
     * One level down: from the nodes in {@code here} to those that the level leads to, which are then in {@code here}.
     */
    private int descend(byte[] utf8, int start, int end, int width, boolean wildcards, Matches out) {
        if (below.length < 2 * width) {
            below = new int[Math.max(2 * width, 2 * below.length)];
        }
        boolean hashed = false;
        int widthBelow = 0;
        for (int i = 0; i < width; i++) {
            int node = here[i];
            if (wildcards) {
                recipients.collect(trie.hashRecipients(node), out);
                int plus = trie.plus(node);
                if (plus != WildcardTrie.NO_NODE) {
                    below[widthBelow++] = plus;
                }
            }
            if (trie.hasLiterals(node)) {
                if (!hashed) {
                    hash.compute(utf8, start, end);
                    hashed = true;
                }
                int literal = trie.literal(node, hash);
                if (literal != WildcardTrie.NO_NODE) {
                    below[widthBelow++] = literal;
                }
            }
        }
        int[] done = here;
        here = below;
        below = done;
        return widthBelow;
    }
}

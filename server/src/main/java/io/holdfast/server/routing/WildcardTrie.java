// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.routing;

import io.holdfast.storage.store.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The filters that hold a wildcard, as a trie over their levels. A node is a {@link CellPool} cell; the edges to literal
 * levels of all nodes are one {@link HashTable}, keyed by (96 bits of the level's keyed hash, node). The hash stands for
 * the level, so levels need no table of their own, no counts of users and no look-up before the edge's.
 *
 * <pre>
 * field 0  plus      the node one level down through '+', or 0
 *       1  end       recipients of the filter that ends at this node
 *       2  hash      recipients of the filter that goes on with '#' from here. It is a field of the parent and not a
 * node
 *                    below it, because '#' also matches the parent level [MQTT-4.7.1-2] [MQTT5-4.7.1-1]
 *       3  literals  how many literal edges leave the node; readers skip the edge table at 0
 * </pre>
 *
 * <p>A new branch is linked empty from the top down and becomes a subscription when recipients are set in its last node;
 * what a reader sees of it before is nodes without recipients. A node without recipients and edges is unlinked and
 * retired, bottom up. A retired node is left as it is until no reader stands on it.
 */
final class WildcardTrie {
    static final int ROOT = 1;
    static final int NO_NODE = 0;

    private static final int PLUS = 0;
    private static final int END = 1;
    private static final int HASH = 2;
    private static final int LITERALS = 3;

    private static final int DEPTH_AT_FIRST = 16;

    private final Epochs epochs;
    private final KeyedHash levelHash;
    private final CellPool nodes = new CellPool();
    private final HashTable edges = new HashTable();

    // writer only: where the last search ended, and the nodes on the way there
    private int node;
    private int field;
    private int[] path = new int[DEPTH_AT_FIRST];
    private int depth;

    WildcardTrie(Epochs epochs, KeyedHash levelHash) {
        this.epochs = epochs;
        this.levelHash = levelHash;
        int root = nodes.allocate();
        assert root == ROOT : root;
    }

    // ---- readers, pinned

    int plus(int ofNode) {
        return nodes.get(ofNode, PLUS);
    }

    int endRecipients(int ofNode) {
        return nodes.get(ofNode, END);
    }

    int hashRecipients(int ofNode) {
        return nodes.get(ofNode, HASH);
    }

    boolean hasLiterals(int ofNode) {
        return nodes.get(ofNode, LITERALS) != 0;
    }

    /** The node one level down through the level that {@code level} holds the hash of, or {@link #NO_NODE}. */
    int literal(int ofNode, KeyedHash level) {
        return edges.get(level.low(), level.levelBelow(ofNode));
    }

    // ---- the writer

    /** Goes to the filter's place as far as it exists; says whether it does. */
    boolean find(byte[] filter) {
        return walk(filter, /* create= */ false);
    }

    /** Goes to the filter's place and makes what is missing on the way. */
    void findOrCreate(byte[] filter) {
        walk(filter, /* create= */ true);
    }

    /** The recipients at the place that was found. */
    int recipients() {
        return nodes.get(node, field);
    }

    /** Sets the recipients at the place that was found; this is the moment readers see the change. */
    void setRecipients(int reference) {
        nodes.set(node, field, reference);
    }

    /** Takes out the branch that ends at the place that was found, as far up as nothing else needs it. */
    void prune(byte[] filter) {
        int end = filter.length;
        if (field == HASH) {
            // "#" is not a node: the node found stands for the level before it
            end = Math.max(0, end - 2);
        }
        while (node != ROOT && isBare(node)) {
            int start = end;
            while (start > 0 && filter[start - 1] != '/') {
                start--;
            }
            int parent = path[--depth];
            if (isSingle(filter, start, end, '+')) {
                nodes.set(parent, PLUS, NO_NODE);
            } else {
                levelHash.compute(filter, start, end);
                edges.remove(levelHash.low(), levelHash.levelBelow(parent));
                nodes.set(parent, LITERALS, nodes.get(parent, LITERALS) - 1);
            }
            epochs.retire(nodes, node);
            node = parent;
            end = start - 1;
        }
    }

    void save(Snapshot.Sink out) throws IOException {
        nodes.save(out);
        edges.save(out);
    }

    /** As saved, before any reader knows the trie. */
    void load(ByteBuffer in) {
        nodes.load(in);
        edges.load(in);
    }

    /** Nodes in use or waiting for readers, the root included. */
    int nodeCount() {
        return nodes.liveCount();
    }

    int edgeCount() {
        return edges.size();
    }

    int nodeCapacity() {
        return nodes.capacity();
    }

    long edgeCapacity() {
        return edges.capacity();
    }

    long heapBytes() {
        return nodes.heapBytes() + edges.heapBytes() + 4L * path.length;
    }

    private boolean walk(byte[] filter, boolean create) {
        node = ROOT;
        depth = 0;
        int start = 0;
        while (true) {
            int end = start;
            while (end < filter.length && filter[end] != '/') {
                end++;
            }
            if (isSingle(filter, start, end, '#')) {
                field = HASH;
                return true;
            }
            int child = child(filter, start, end);
            if (child == NO_NODE) {
                if (!create) {
                    return false;
                }
                child = link(filter, start, end);
            }
            if (depth == path.length) {
                path = Arrays.copyOf(path, 2 * path.length);
            }
            path[depth++] = node;
            node = child;
            if (end == filter.length) {
                field = END;
                return true;
            }
            start = end + 1;
        }
    }

    /** Leaves the level's hash behind for {@link #link}. */
    private int child(byte[] filter, int start, int end) {
        if (isSingle(filter, start, end, '+')) {
            return nodes.get(node, PLUS);
        }
        levelHash.compute(filter, start, end);
        return edges.get(levelHash.low(), levelHash.levelBelow(node));
    }

    private int link(byte[] filter, int start, int end) {
        int child = nodes.allocate();
        if (isSingle(filter, start, end, '+')) {
            nodes.set(node, PLUS, child);
        } else {
            edges.put(levelHash.low(), levelHash.levelBelow(node), child);
            nodes.set(node, LITERALS, nodes.get(node, LITERALS) + 1);
        }
        return child;
    }

    private boolean isBare(int ofNode) {
        return nodes.get(ofNode, PLUS) == NO_NODE
                && nodes.get(ofNode, END) == RecipientStore.NOBODY
                && nodes.get(ofNode, HASH) == RecipientStore.NOBODY
                && nodes.get(ofNode, LITERALS) == 0;
    }

    private static boolean isSingle(byte[] filter, int start, int end, char character) {
        return end - start == 1 && filter[start] == character;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.protocol.packet.Packet;
import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.store.RowReader;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.List;

/** The places where a {@link Control} breaks a rule; this one breaks none. */
class Faults {
    /** What the broker takes for its disk. */
    RowStore store(MemoryStore memory) {
        return memory;
    }

    /** Where a start reads which sessions it has to count. */
    RowReader countedFrom(RowStore store) {
        return store;
    }

    /** Whether what is on disk is held against the ledger; else only what clients see can give the fault away. */
    boolean isLedgerKept() {
        return true;
    }

    boolean seesLeftOvers() {
        return true;
    }

    /** Whether the hand visits sessions that nobody has read since the start. */
    boolean visitsUnread() {
        return true;
    }

    boolean goesOnWithRetained() {
        return true;
    }

    boolean revises() {
        return true;
    }

    /** Whether tree changes become visible when their group is built. */
    boolean showsEarly() {
        return false;
    }

    /** The position that the hand takes for applied by all shards. */
    long bound(SimBroker broker) {
        return broker.lowestApplied();
    }

    /** A shard gives a hand-over away. */
    List<HandOver> handOver(HandOver handOver, SimBroker broker) {
        return List.of(handOver);
    }

    /** The commit thread is about to build a group of these. */
    void building(List<HandOver> handOvers, SimBroker broker) {}

    void built(Group group, SimBroker broker) {}

    /** What the broker takes for a client's Receive Maximum. */
    int receiveMaximum(int wanted) {
        return wanted;
    }

    /** Whether a packet is answered when it is read instead of when its answer's time has come. */
    boolean answersAtOnce(Packet packet) {
        return false;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.server.simulation;

import io.holdfast.storage.commit.Group;
import io.holdfast.storage.commit.HandOver;
import io.holdfast.storage.store.RowStore;
import io.holdfast.storage.testkit.MemoryStore;
import java.util.List;

/** Where a control breaks one rule; this one breaks none. */
class Faults {
    RowStore store(MemoryStore memory) {
        return memory;
    }

    boolean seesLeftOvers() {
        return true;
    }

    boolean goesOnWithRetained() {
        return true;
    }

    boolean revises() {
        return true;
    }

    /** Tree changes become visible when their group is built. */
    boolean showsEarly() {
        return false;
    }

    long bound(SimBroker broker) {
        return broker.lowestApplied();
    }

    void built(Group group, SimBroker broker) {}

    List<HandOver> handOver(HandOver handOver, SimWorld world) {
        return List.of(handOver);
    }
}
